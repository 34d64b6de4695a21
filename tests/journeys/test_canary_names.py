"""Canary names through the whole story: none in a text, a call, a push, a mail, a siren, a log or a number (C83)."""

import re
from dataclasses import dataclass, field, fields
from typing import ClassVar

import pytest
from structlog.testing import capture_logs

from carehub.contracts import Fate, OutgoingNotice, Receipt
from carehub.core.people.consent import Insight
from carehub.store import tables
from tests.journeys.building import CANARY, Night, Recorder, Road
from tests.journeys.desk import desk
from tests.journeys.telephones import only_by
from tests.journeys.test_sirens import Siren

_HEALTH_WORDS = (
    "fall",
    "demens",
    "toalett",
    "seng",
    "syk",
    "diabetes",
    "nøkkelboks",
    "1234",
    "15012512345",
    "4740000000",
)
_WAYS = ("sms", "voice", "push", "email", "sms_gateway", "siren", "lamp")


@dataclass
class Double(Recorder):
    """A channel that writes down all it was given."""

    name: ClassVar[str] = "double"

    async def send(self, notice: OutgoingNotice) -> Receipt:
        self.sent.append((self.clock.now, notice))
        return Receipt(fate=Fate.DELIVERED, reference=notice.id)


@dataclass
class Open(Road):
    """A road that keeps what was published too: topics and payloads."""

    told: list[tuple[str, bytes]] = field(default_factory=list)

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        self.told.append((topic, payload))


@pytest.fixture
async def channels(night: Night) -> dict[str, Double | Siren]:
    """Everybody is reached by every way that there is; the daughter follows with all that can be agreed."""
    made = {name: Siren(night.clock) if name == "siren" else Double(night.clock) for name in _WAYS}
    for name, one in made.items():
        night.channels[name] = one
    for who, way in (("ingrid", "siren"), ("maria", "push"), ("tor", "email"), ("kari", "voice")):
        await only_by(night, who, way, "sol" if way == "siren" else f"{who}-{way}")
    async with night.database.write() as session:
        session.add(
            tables.Relation(
                id="r", person_id="datter", resident_id="anna", kinship="datter", insight=Insight.HANDLED_ALERTS,
                by_sms=True, may_be_asked=True, since=night.clock(),
            )
        )  # fmt: skip
    return made


def sung(said: str) -> list[str]:
    """Which canaries sing in it; a random code of six may spell anything, and so may an id."""
    heard = re.sub(r": [0-9A-Z]{6}$|\b[0-9a-f]{32}\b", "", said, flags=re.MULTILINE).casefold()
    return [one for one in (CANARY, *_HEALTH_WORDS) if one in heard]


async def _story(night: Night) -> None:
    """Pressed, heard by nobody, climbs to the top, is taken, given back, taken again, answered and done."""
    await night.press()
    for _ in range(8):
        night.clock.advance(minutes=3)
        await night.work()
    await night.take("maria")
    await night.arrive("maria")
    await night.close("maria")
    await night.work()
    await night.hear(night.message("carehub/v1/knapp-anna/alarm", b"\xff uleselig kanari demens"))
    await night.press("knapp-bjarne", battery=3)
    await night.work()


async def test_no_canary_sings_outside_the_house_c83(night: Night, channels: dict[str, Double | Siren]) -> None:
    """Invariant 11: no name, address, note, number or health word by any channel, in any log, metric or address."""
    night.road = Open()
    await night.start()
    with capture_logs() as logged:
        await _story(night)
        metrics, addresses = await _asked(night)

    told = [notice for one in (*channels.values(), night.tablets, night.mail) for _, notice in one.sent]
    assert {"voice", "push", "email", "siren"} <= {name for name, one in channels.items() if one.sent}
    wrong = [(one.text, sung(_all_of(one))) for one in told if sung(_all_of(one))]
    assert wrong == []
    assert [line for line in logged if sung(str(line))] == []
    assert [line for line in metrics.splitlines() if sung(line)] == []
    assert [one for one in addresses if sung(one)] == []
    road = night.road
    assert isinstance(road, Open)
    assert [one for one in (*road.told, *road.replies) if sung(f"{one[0]} {one[1]!r}")] == []
    await night.check_the_promises()


def _all_of(notice: OutgoingNotice) -> str:
    """All that a channel is given to send; a person's own contact details are the way to them, and are no message."""
    return " ".join(str(getattr(notice, one.name)) for one in fields(notice) if one.name != "details")


async def _asked(night: Night) -> tuple[str, list[str]]:
    """The numbers that are served, and every address that pages and redirects lead to."""
    async with await desk(night) as client:
        metrics = (await client.get("/metrics")).text
        found = []
        for path in ("/tablet", "/nurse", "/admin", "/admin/devices", "/silences", "/admin/tasks"):
            page = await client.get(path, follow_redirects=True)
            found += re.findall(r'(?:href|action)="([^"]+)"', page.text)
    return metrics, found
