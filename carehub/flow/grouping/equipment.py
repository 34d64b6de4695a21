"""Part of station 2: one alert tells of every device that has the same trouble, or saw the same, and names each.

Whoever mends the first must know of the second: it was a number on the alert, and forgotten when that was closed. Of
smoke in two rooms whoever comes must know both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from carehub.core.answers.alerts import Step
from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.core.kinds import EventKind
from carehub.core.showing.terms import place_name
from carehub.flow.journal import journal_line
from carehub.store import equipment, tables
from carehub.store.database import Session

Finds = Sequence[tuple[Finding, Event | None]]
KINDS = frozenset(
    {"device-silent", "device-unstable", "device-fault", "battery-low", "mains-lost", "tamper", "protection-blind"}
)
"""Kinds of alert that are about a device, and not about what it has seen."""
_SEEN_IN = frozenset({"fire", "water"})
"""Kinds that several devices of a home see, each in its own room."""
AND_TOO = "; "
_BACK = {
    EventKind.DEVICE_ONLINE: ("device-silent", "høres igjen siden"),
    EventKind.PROTECTION_RESTORED: ("protection-blind", "virker igjen siden"),
}
"""What ends, and what is said of it then; the alert waits for a person all the same."""
COMES_AND_GOES = "device-unstable"
_MOST = 400
"""Letters of what an alert says beside its kind."""


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
        return _label(name)
    if not label:
        return place
    return label if place.casefold() in label.casefold() else f"{label} ({place})"


def _label(name: equipment.Name) -> str:
    return name.label or name.address


def news(said: str | None, findings: Iterable[Finding]) -> list[str]:
    """What these say of devices that the alert does not say yet."""
    known = parts(said)
    fresh = dict.fromkeys(one.detail for one in findings if one.kind in {*KINDS, *_SEEN_IN} and one.detail)
    return [one for one in fresh if one not in known]


def with_too(said: str | None, fresh: Sequence[str]) -> str | None:
    """What the alert says from now on; what is silent once more is not said to be heard again."""
    return joined([*(one for one in parts(said) if not _is_back_among(one, fresh)), *fresh])


def parts(said: str | None) -> list[str]:
    """What an alert says of each."""
    return said.split(AND_TOO) if said else []


def joined(said: Iterable[str]) -> str | None:
    """The other way; None for nothing."""
    return AND_TOO.join(said)[:_MOST] or None


def _is_back_among(part: str, fresh: Sequence[str]) -> bool:
    name, _, words = part.rpartition(": ")
    is_back = any(words.startswith(said) for _, said in _BACK.values())
    return is_back and any(one == name or one.startswith(f"{name}: ") for one in fresh)


async def tell_return(session: Session, events: Iterable[Event], zone: ZoneInfo) -> None:
    """Let open alerts say at once which of their devices are back: nobody is to drive for nothing.

    Not of what comes and goes: it may be gone again by the time that it is read.
    """
    heard = [one for one in events if one.kind in _BACK and one.device]
    if not heard:
        return
    unsteady = await equipment.open_about(session, {one.device or "" for one in heard}, (COMES_AND_GOES,))
    heard = [one for one in heard if not any(one.device in told for _, told in unsteady)]
    for kind, (about, said) in _BACK.items():
        if back := {one.device: one.at for one in heard if one.kind == kind and one.device}:
            for alert, told in await equipment.open_about(session, back, (about,)):
                names = await equipment.names(session, told)
                off = {_label(names[one]) for one in await equipment.off_among(session, told - back.keys())}
                for device in sorted(told & back.keys()):
                    if (name := _label(names[device])) not in off:  # of two that are called alike one is
                        _say_back(session, alert, name, said, back[device], zone)


async def take_back(session: Session, device: str) -> None:
    """It comes and goes: that it is heard again is not to be relied on, and no alert says so any more."""
    name = _label((await equipment.names(session, {device}))[device])
    for alert, _ in await equipment.open_about(session, {device}, tuple(about for about, _ in _BACK.values())):
        alert.detail = joined(name if _is_back_among(one, [name]) else one for one in parts(alert.detail))
        session.add(alert)


def _say_back(session: Session, alert: tables.Alert, name: str, said: str, at: datetime, zone: ZoneInfo) -> None:
    known = parts(alert.detail)
    words = f"{name}: {said} {at.astimezone(zone):%d.%m. kl. %H:%M}"
    is_off = [one == name or (one.startswith(f"{name}: ") and not _is_back_among(one, [name])) for one in known]
    if not any(is_off):
        return
    alert.detail = joined(words if off else one for one, off in zip(known, is_off, strict=True))
    session.add_all([alert, journal_line(alert.id, Step.RESOLVED, at, text=words)])


def words(fresh: Sequence[str]) -> str:
    """What its journal says of them."""
    return f"Gjelder også: {AND_TOO.join(fresh)}."[:400]
