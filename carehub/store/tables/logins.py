"""How people prove who they are: sessions, second factors, and links that work once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field

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
