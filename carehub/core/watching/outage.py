"""When devices that fall silent are one outage and no longer one by one, and what they have in common."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

KIND = "common-silence"
"""The kind of alert that an outage is."""
TOGETHER = 5
"""So many devices of one unit, silent within a short time, are one outage."""
WITHIN = timedelta(minutes=5)
_MOST_OF_THEM = 0.8


class Lost(Struct, frozen=True, kw_only=True):
    """One silent device, as far as its road goes."""

    bearer: str | None = None
    operator: str | None = None
    gateway: str | None = None


def scope_of(unit: str | None) -> str:
    """The scope under which a unit's outage is kept."""
    return f"unit:{unit or 'none'}"


def is_common(now: int, lately: int) -> bool:
    """Whether this many at once, with those of the last minutes, are one outage."""
    return now + lately >= TOGETHER


def told(lost: Sequence[Lost]) -> str:
    """The outage in words: how many, and what most of them have in common."""
    shared = [name for names in _roads(lost) if (name := _common(names, len(lost)))]
    by = f" De fleste går over {', '.join(shared)}." if shared else ""
    return f"{len(lost)} enheter svarer ikke.{by}"


def _roads(lost: Sequence[Lost]) -> list[list[str]]:
    return [
        [one.bearer for one in lost if one.bearer], [one.operator for one in lost if one.operator],
        [one.gateway for one in lost if one.gateway],
    ]  # fmt: skip


def _common(names: Sequence[str], of: int) -> str | None:
    if not names:
        return None
    name, many = Counter(names).most_common(1)[0]
    return name if many >= _MOST_OF_THEM * of else None
