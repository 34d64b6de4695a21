"""What models learn from, what they found, and whether they may speak."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, SmallInteger, Text
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class DailyFeature(SQLModel, table=True):
    """One resident's local day in numbers (`carehub.core.days.dayrow`)."""

    __tablename__ = "daily_feature"

    resident_id: str = Field(primary_key=True, max_length=32)
    day: date = Field(primary_key=True)
    layout: int = Field(sa_type=SmallInteger)
    body: bytes = Field(sa_type=LargeBinary)


class Voice(StrEnum):
    """Whether a detector's findings reach anybody."""

    SHADOW = "shadow"
    """What it finds is written down, and nobody is told."""
    SPEAKING = "speaking"
    OFF = "off"


class Model(SQLModel, table=True):
    """A trained model: where it lies, and what must hold before it may be loaded."""

    id: str = Field(primary_key=True, max_length=32)
    detector: str = Field(index=True, max_length=60)
    detector_version: str = Field(max_length=20)
    library: str = Field(max_length=60)
    """"scikit-learn 1.9.1": another version is refused and trained anew."""
    sha256: str = Field(max_length=64)
    trained_at: datetime = moment(index=True)
    residents: int = 0
    file: str = Field(max_length=120)
    first_day: date | None = None
    """Of the days that it was trained on."""
    last_day: date | None = None
    took_s: float | None = None
    peak_mib: float | None = None


class DetectorState(SQLModel, table=True):
    """Whether a detector may speak, since when, and who decided it."""

    __tablename__ = "detector"

    module: str = Field(primary_key=True, max_length=60)
    version: str = Field(max_length=20)
    voice: Voice = choice(Voice, default=Voice.SHADOW)
    since: datetime = moment()
    ready_at: datetime | None = moment_or_none()
    """When a shadow has been long enough for somebody to decide."""
    decided_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    """None: the hub itself."""
    reason: str = Field(default="", max_length=400)
    checks: str = Field(default="{}", sa_type=Text)
    """The last night's checks as JSON (`carehub.core.days.judging.Checks`)."""


class ModelFinding(SQLModel, table=True):
    """One change that a model found, told or in the shadow."""

    __tablename__ = "model_finding"

    key: str = Field(primary_key=True, max_length=250)
    """Also the event's `dedup_key`, where it was told."""
    module: str = Field(index=True, max_length=60)
    version: str = Field(max_length=20)
    at: datetime = moment(index=True)
    resident_id: str = Field(index=True, max_length=32)
    sort: str = Field(max_length=20)
    score: float
    words: str = Field(max_length=400)
    spoken: bool = False
