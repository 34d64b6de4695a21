"""What every source asks of foreign values: a moment that can be a claim, a text that can be stored."""

from datetime import UTC, datetime

_FIRST_YEAR, _LAST_YEAR = 2000, 2200
MOST_S = 2**40
"""More seconds than any clock means; a whole number beyond it may not even become a float."""


def moment(claim: datetime | None) -> datetime | None:
    """The claim in UTC; None without a zone, or from a clock that was never set (1970) or is absurd (F36)."""
    if claim is None or claim.tzinfo is None or not _FIRST_YEAR <= claim.year < _LAST_YEAR:
        return None
    return claim.astimezone(UTC)


def iso_moment(text: str) -> datetime | None:
    """The claim of an ISO 8601 text, or None."""
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return None


def epoch_moment(milliseconds: float) -> datetime | None:
    """The claim of milliseconds since 1970, or None."""
    try:
        return moment(datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def storable(text: str) -> bool:
    """Whether the text can be stored and shown: no control characters (PostgreSQL refuses NUL), nothing unpaired."""
    return text.isprintable()
