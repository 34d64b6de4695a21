"""Part of station 2: one alert tells of every device that has the same trouble, or saw the same, and names each.

Whoever mends the first must know of the second: it was a number on the alert, and forgotten when that was closed. Of
smoke in two rooms whoever comes must know both.
"""

from collections.abc import Iterable, Sequence

from msgspec import structs

from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.core.showing.terms import place_name
from carehub.store import equipment
from carehub.store.database import Session

Finds = Sequence[tuple[Finding, Event | None]]
KINDS = frozenset(
    {"device-silent", "device-unstable", "device-fault", "battery-low", "mains-lost", "tamper", "protection-blind"}
)
"""Kinds of alert that are about a device, and not about what it has seen."""
_SEEN_IN = frozenset({"fire", "water"})
"""Kinds that several devices of a home see, each in its own room."""
AND_TOO = "; "


async def named(session: Session, findings: Finds) -> Finds:
    """Let what is found of a device, or in its room, say which; what says more already stays as it is."""
    about = {one.device for one, _ in findings if _is_named(one) and one.device}
    if not about:
        return findings
    names = await equipment.names(session, about)
    return [
        (structs.replace(one, detail=_called(one, names.get(one.device or ""))) if _is_named(one) else one, event)
        for one, event in findings
    ]


def _is_named(finding: Finding) -> bool:
    return (finding.kind in KINDS or finding.kind in _SEEN_IN) and not finding.detail


def _called(finding: Finding, name: equipment.Name | None) -> str | None:
    """The device; where it is about a room, that too, or that alone: an address of twelve signs is no place to go."""
    if name is None:
        return None
    label, place = name.label, place_name(finding.place)
    if finding.kind in KINDS or not place:
        return label or name.address
    if not label:
        return place
    return label if place.casefold() in label.casefold() else f"{label} ({place})"


def news(said: str | None, findings: Iterable[Finding]) -> list[str]:
    """What these say of devices that the alert does not say yet."""
    known = said.split(AND_TOO) if said else []
    fresh = dict.fromkeys(one.detail for one in findings if one.kind in {*KINDS, *_SEEN_IN} and one.detail)
    return [one for one in fresh if one not in known]


def with_too(said: str | None, fresh: Sequence[str]) -> str | None:
    """What the alert says from now on."""
    return AND_TOO.join([*([said] if said else []), *fresh])[:400] or None


def words(fresh: Sequence[str]) -> str:
    """What its journal says of them."""
    return f"Gjelder også: {AND_TOO.join(fresh)}."[:400]
