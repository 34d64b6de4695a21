"""Part of station 2: one alert tells of every device of a resident that has the same trouble, and names each.

Whoever mends the first must know of the second: it was a number on the alert, and forgotten when that was closed.
"""

from collections.abc import Iterable, Sequence

from msgspec import structs

from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.store import equipment
from carehub.store.database import Session

Finds = Sequence[tuple[Finding, Event | None]]
KINDS = frozenset(
    {"device-silent", "device-unstable", "device-fault", "battery-low", "mains-lost", "tamper", "protection-blind"}
)
"""Kinds of alert that are about a device, and not about what it has seen."""
AND_TOO = "; "


async def named(session: Session, findings: Finds) -> Finds:
    """Let what is found of a device say which; what says more already stays as it is."""
    about = {one.device for one, _ in findings if one.kind in KINDS and one.device and not one.detail}
    if not about:
        return findings
    names = await equipment.names(session, about)
    return [
        (structs.replace(one, detail=names.get(one.device or "")), event)
        if one.kind in KINDS and not one.detail
        else (one, event)
        for one, event in findings
    ]


def news(said: str | None, findings: Iterable[Finding]) -> list[str]:
    """What these say of devices that the alert does not say yet."""
    known = said.split(AND_TOO) if said else []
    fresh = dict.fromkeys(one.detail for one in findings if one.kind in KINDS and one.detail)
    return [one for one in fresh if one not in known]


def with_too(said: str | None, fresh: Sequence[str]) -> str | None:
    """What the alert says from now on."""
    return AND_TOO.join([*([said] if said else []), *fresh])[:400] or None


def words(fresh: Sequence[str]) -> str:
    """What its journal says of them."""
    return f"Gjelder også: {AND_TOO.join(fresh)}."[:400]
