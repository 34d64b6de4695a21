"""How people prove who they are: sessions, second factors, and links that work once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field

from carehub.core.people.access import Role
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class Proof(StrEnum):
    """How much of a login is done."""

    HALF = "half"
    """The password was right, and a second factor is still owed: no page opens but those that ask for it."""
    WHOLE = "whole"


class LoginSession(SQLModel, table=True):
    """A login, kept on the server; the cookie holds a secret whose hash is the key."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    proof: Proof = choice(Proof, default=Proof.WHOLE)
    browser: str = Field(default="", max_length=60)
    """As its owner knows it ("Chrome, Android"), for the list of logins."""
    role: Role | None = choice(Role, default=None, nullable=True)
    """The person's when they logged in: with another one the session is over. None: begun before this was kept."""
    idle_s: int | None = None
    """Seconds that it may lie unused, where that is not the role's own."""
    issuer: str | None = Field(default=None, index=True, max_length=200)
    """The provider that vouched for the person; None where they proved it here."""
    subject: str | None = Field(default=None, max_length=255)
    sid: str | None = Field(default=None, max_length=255)
    """The provider's own name for the session: with it the provider ends ours."""
    tablet_id: str | None = Field(default=None, max_length=32)
    """The shared tablet on which it was opened with a PIN."""
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()


class FactorKind(StrEnum):
    """What a second factor is."""

    TOTP = "totp"
    """An app that shows six digits (RFC 6238)."""
    PASSKEY = "passkey"
    """A key in a device, opened by finger, face or its PIN (WebAuthn): both factors in one."""


class Factor(SQLModel, table=True):
    """Something that a person has, beside the password."""

    __tablename__ = "login_factor"

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    kind: FactorKind = choice(FactorKind)
    name: str = Field(max_length=60)
    secret: str = Field(sa_type=Text)
    """TOTP: the shared secret in base32. Passkey: its public key, which is no secret."""
    credential: str | None = Field(default=None, unique=True, max_length=1400)
    """A passkey's id, base64url."""
    counter: int = 0
    """TOTP: the last step that was used, so that no code works twice. Passkey: its signature counter."""
    created_at: datetime = moment()
    used_at: datetime | None = moment_or_none()


class SetupLink(SQLModel, table=True):
    """A link that lets a person choose a password, once."""

    __tablename__ = "setup_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    made_by: str | None = Field(default=None, max_length=32)
    """Who made it; None for the command line."""
    created_at: datetime = moment()
    expires_at: datetime = moment()


class LoginStep(SQLModel, table=True):
    """What a login must remember between two requests: a challenge that is good for one answer."""

    __tablename__ = "login_step"

    token_hash: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=20)
    data: str = Field(sa_type=Text)
    expires_at: datetime = moment()


class PersonIdentity(SQLModel, table=True):
    """A person as another provider knows them. Never by a national id or an e-mail address: those get new owners."""

    __tablename__ = "person_identity"

    issuer: str = Field(primary_key=True, max_length=200)
    subject: str = Field(primary_key=True, max_length=255)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    provider: str = Field(max_length=20)
    """Which of our profiles it came by ("idporten")."""
    linked_by: str | None = Field(default=None, max_length=32)
    """Who on the staff linked it; None for the person themselves."""
    linked_at: datetime = moment()
    used_at: datetime | None = moment_or_none()


class Shows(StrEnum):
    """What a shared tablet shows while nobody is logged in."""

    ROOMS = "rooms"
    """Where, how urgent and for how long; no names."""
    COUNT = "count"
    """How urgent and for how long; neither names nor rooms."""


class Tablet(SQLModel, table=True):
    """A tablet that a ward shares. It is somebody's only while they are logged in by PIN."""

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=60)
    unit_id: str = Field(foreign_key="unit.id", max_length=32)
    token_hash: str | None = Field(default=None, unique=True, max_length=64)
    """Of the secret in its cookie; None until it is enrolled, and after it was revoked."""
    lock_after_s: int = 180
    shows: Shows = choice(Shows, default=Shows.ROOMS)
    made_by: str | None = Field(default=None, max_length=32)
    created_at: datetime = moment()
    enrolled_at: datetime | None = moment_or_none()
    seen_at: datetime | None = moment_or_none()
    revoked_at: datetime | None = moment_or_none()


class TabletPin(SQLModel, table=True):
    """The digits by which a person says who they are on a shared tablet, hashed as a password is."""

    __tablename__ = "tablet_pin"

    person_id: str = Field(foreign_key="person.id", primary_key=True, max_length=32)
    pin_hash: str = Field(max_length=200)
    chosen_at: datetime = moment()


class PinTries(SQLModel, table=True):
    """Wrong digits in a row, by person and tablet. In the store: a restart forgives nobody."""

    __tablename__ = "pin_tries"

    person_id: str = Field(foreign_key="person.id", primary_key=True, max_length=32)
    tablet_id: str = Field(foreign_key="tablet.id", primary_key=True, max_length=32)
    wrong: int
    last_at: datetime = moment()
