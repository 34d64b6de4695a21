"""Staff who, having taken an alert, walk there, help, and say so. For the demonstration only.

They use the hub as any program may: they log in, read the open alerts, and post what they do.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import httpx2
import msgspec

from carehub.village.register import Person
from carehub.village.staff import AtWork, stopped

_LOOK_S = 3.0
_WALK_S = 40.0
_HELP_S = 60.0
"""Mean wall-clock seconds: a demonstration is watched, not waited for."""

_ENDINGS = (
    ("toilet", "helped_on_site", 4),
    ("practical_help", "helped_on_site", 5),
    ("anxiety", "spoke_with", 3),
    ("information", "spoke_with", 3),
    ("pain", "called_doctor", 1),
    ("unintended", "no_action_needed", 3),
    ("fall", "helped_on_site", 1),
)
"""Cause, what was done, and how often: most presses are ordinary needs (SINTEF A27757)."""


class _Alert(msgspec.Struct):
    id: str
    status: str
    owner: str | None


class _Part(msgspec.Struct):
    items: list[_Alert]
    next: str | None


@dataclass(slots=True)
class Carer:
    """One member of staff with a login of their own.

    Attributes:
        underway: Alerts that they walk to or help at, so that no visit is made twice.
    """

    person: Person
    client: httpx2.AsyncClient
    rng: Random
    underway: set[str] = field(default_factory=set)


async def make_visits(
    hub_url: str,
    persons: Sequence[Person],
    password: str,
    *,
    seed: int,
    stop: asyncio.Event,
    at_work: AtWork = lambda person: person.on_duty,
) -> None:
    """Each member of staff at work finishes what they have taken, until `stop` is set.

    Args:
        hub_url: Origin of the hub's pages.
        persons: Who may have taken something; relatives never have.
        password: The demonstration's one password.
        at_work: Who has a shift now.
    """
    staff = [person for person in persons if person.role in {"nurse", "care_centre", "coordinator"}]
    async with asyncio.TaskGroup() as group:
        for person in staff:
            group.create_task(_shift(hub_url, person, password, Random(f"{seed}/{person.id}/visits"), stop, at_work))


async def _shift(
    hub_url: str, person: Person, password: str, rng: Random, stop: asyncio.Event, at_work: AtWork
) -> None:
    headers = {"Origin": hub_url}
    async with (
        httpx2.AsyncClient(base_url=hub_url, headers=headers, timeout=10) as client,
        asyncio.TaskGroup() as visits,
    ):
        carer = Carer(person, client, rng)
        while not await stopped(stop, _LOOK_S):
            for alert in await _mine(carer, password) if at_work(person) else ():
                carer.underway.add(alert.id)
                visits.create_task(_visit(carer, alert, stop))


async def _mine(carer: Carer, password: str) -> list[_Alert]:
    after: str | None = ""
    alerts: list[_Alert] = []
    while after is not None:
        try:
            answer = await carer.client.get("/api/v1/alerts", params={"after": after})
            if answer.status_code == httpx2.codes.UNAUTHORIZED:
                await carer.client.post("/login", data={"username": carer.person.username, "password": password})
                return []
            answer.raise_for_status()
        except httpx2.HTTPError:
            return []  # no coverage; looked at again in a moment
        part = msgspec.json.decode(answer.content, type=_Part)
        alerts, after = alerts + part.items, part.next
    return [one for one in alerts if one.owner == carer.person.id and one.id not in carer.underway]


async def _visit(carer: Carer, alert: _Alert, stop: asyncio.Event) -> None:
    if await stopped(stop, carer.rng.expovariate(1 / _WALK_S)):
        return
    await _post(carer, f"/api/v1/alerts/{alert.id}/arrive", {})
    if await stopped(stop, carer.rng.expovariate(1 / _HELP_S)):
        return
    cause, aftermath, _ = carer.rng.choices(_ENDINGS, [often for *_, often in _ENDINGS])[0]
    await _post(carer, f"/api/v1/alerts/{alert.id}/close", {"cause": cause, "aftermath": aftermath})
    carer.underway.discard(alert.id)


async def _post(carer: Carer, path: str, body: dict[str, str]) -> None:
    try:
        await carer.client.post(path, json=body)
    except httpx2.HTTPError:
        return  # the ladder will ask again
