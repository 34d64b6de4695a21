"""How a resident's day goes, as far as one of their family may know; nobody's room or count is in it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carehub.core.days.calm import Beside, Heard, Rhythm, Tone, rhythm, tone
from carehub.core.people.access import About
from carehub.core.people.consent import KNOWS
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Hub
from carehub.store import daily, history, kin, pages
from carehub.store.database import Session
from carehub.store.kin import Bond, Sensor

_DAYS = timedelta(days=28)
_LEAD = timedelta(days=1)
"""Read before today began, so that a quiet night is not taken for a deaf one."""
_HEAR_NOBODY = frozenset({DeviceKind.BUTTON, DeviceKind.FALL, DeviceKind.SMOKE, DeviceKind.GAS, DeviceKind.GATEWAY})
"""They tell of alarms, and of nobody's day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """One resident's day at the level that was agreed.

    Attributes:
        rhythm: None where it was not agreed that it is shown.
        sensors: What stands in the home.
    """

    tone: Tone
    heard: Heard
    rhythm: Rhythm | None
    sensors: tuple[Sensor, ...]


async def today(hub: Hub, session: Session, bond: Bond, now: datetime) -> Today:
    """What is true now, as far as this person may know."""
    agreed = KNOWS[bond.insight]
    if About.WELL not in agreed:
        return Today(tone=Tone.CLOSED, heard=Heard.NOTHING, rhythm=None, sensors=())
    who = bond.resident.id
    home = await history.scope_of(session, who, now)
    sensors = await kin.sensors_of(session, who, home) if home else []
    heard = Heard.HUB_DEAF if hub.health.broker is False else _heard(sensors)
    drawn = await rhythm_of(session, who, now, hub.zone)
    shown = About.RHYTHM in agreed
    said = tone(
        agreed=True, rhythm_agreed=shown, heard=heard, followed=await pages.has_open(session, who),
        day=drawn.verdict if drawn.known else Beside.UNKNOWN,
    )  # fmt: skip
    return Today(tone=said, heard=heard, rhythm=drawn if shown else None, sensors=tuple(sensors))


def _heard(sensors: list[Sensor]) -> Heard:
    """By what tells of a day; a home without any of it is not heard. A silent alarm is no day as any other, either."""
    if not any(one.silent_since is None and one.kind not in _HEAR_NOBODY for one in sensors):
        return Heard.NOTHING
    return Heard.SOME if any(one.silent_since for one in sensors) else Heard.ALL


async def rhythm_of(session: Session, resident: str, now: datetime, zone: ZoneInfo) -> Rhythm:
    """Today beside the last four weeks."""
    local = now.astimezone(zone).date()
    midnight = datetime.combine(local, time(), zone).astimezone(UTC)
    past = await daily.days_of(session, resident, local - _DAYS, local)
    seen = await history.of_resident(session, resident, midnight - _LEAD)
    return await asyncio.to_thread(rhythm, past, seen, now, zone)
