"""A model that has listened for three weeks, and what it would have said."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.store import tables
from carehub.store.tables.learning import Voice

MODULE = "models.daily_rhythm"
_FOUND = (
    ("astrid", "sudden", "oppe av sengen 7 ganger etter midnatt; vanlig 0–3. På badet 6 ganger etter midnatt"),
    ("kaare", "slow", "sjeldnere på kjøkkenet siden ca. 28. desember: 3, før 9 (vanlig 7–11)"),
    ("astrid", "rhythm", "siste sju døgn: regelmessig hvile 41 (vanlig 62–80)"),
)  # fmt: skip


def add(session: AsyncSession, now: datetime) -> None:
    """The model, its state and its findings."""
    session.add(
        tables.Model(
            id="m1", detector=MODULE, detector_version="2", library="scikit-learn 1.9.1", sha256="0" * 64,
            trained_at=now - timedelta(hours=20), residents=24, file="daily_rhythm-1.model",
            first_day=(now - timedelta(days=90)).date(), last_day=(now - timedelta(days=1)).date(), took_s=3.4,
            peak_mib=212,
        )
    )  # fmt: skip
    session.add(
        tables.DetectorState(
            module=MODULE, version="2", voice=Voice.SHADOW, since=now - timedelta(days=21),
            ready_at=now - timedelta(days=7), reason="Ny versjon: lytter, og sier ingenting.",
            checks='{"strange": {"night.activity": 0.31}, "this_week": 3}',
        )
    )  # fmt: skip
    session.add_all(
        tables.ModelFinding(
            key=f"model/daily_rhythm/{number}", module=MODULE, version="2", at=now - timedelta(hours=30 * number),
            resident_id=who, sort=sort, score=0.8, words=words,
        )
        for number, (who, sort, words) in enumerate(_FOUND)
    )  # fmt: skip
