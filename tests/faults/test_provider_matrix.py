"""Every failure of a provider, times every channel: another channel is started within 30 s (F40-F43, F48, F54, G9).

The providers are real servers on loopback, the night's clock is set by hand: an answer that does not come is waited
for shortly and charged to that clock in full. `make provider-matrix` prints the whole table.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp.resolver import ThreadedResolver
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from carehub.contracts import Channel, ChannelTools, Fate, TransportError
from carehub.flow import deliver
from carehub.store import tables
from integrations.channels import _twilio, email, push, siren, sms, sms_gateway, voice
from tests.brokers import free_port
from tests.faults.providers import SHORT_WAIT_S, HttpProvider, MailServer
from tests.journeys.building import INGRID, PUBLIC, Night
from tests.journeys.telephones import only_by, reach_by
from tests.push_keys import PRIVATE_KEY, subscription

NOWHERE = "http://finnes-ikke.invalid"
AT_ONCE = ("refused", "no such name", "slow 60 s", "429", "500", "503", "garbage", "killed line", "401")
LATER = ("never delivered", "undelivered", "delivered late", "reports doubled")
PROMISE_S, HEARD_WITHIN_S = 30.0, {"sms": 60.0, "voice": 60.0, "sms_gateway": 60.0, "push": 20.0}
Built = tuple[Channel, str]
_rows: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """What was measured, as a table of Markdown on standard output."""
    yield
    channels = list(_rows)
    ways = list(dict.fromkeys(way for row in _rows.values() for way in row))
    lines = [f"| | {' | '.join(channels)} |", f"|---|{'---|' * len(channels)}"]
    lines += [f"| {way} | {' | '.join(_rows[one].get(way, '–') for one in channels)} |" for way in ways]
    sys.stdout.write("\nSeconds from the press until another channel was started:\n\n" + "\n".join(lines) + "\n")


@pytest.fixture
def night(quick_night: Night) -> Night:
    """A hub on SQLite: no database changes what a provider does."""
    return quick_night


# --- the channels, each led to a double ------------------------------------------------------


def twilio(url: str) -> _twilio.TwilioSettings:
    return _twilio.TwilioSettings(
        twilio_account_sid="AC" + "0" * 32, twilio_auth_token=SecretStr("t"), twilio_from="+4799900001",
        twilio_base_url=url,
    )  # fmt: skip


def gateway(url: str) -> sms_gateway.GatewayChannel:
    return sms_gateway.GatewayChannel(sms_gateway.GatewaySettings(gateway_url=url))


def pusher(url: str) -> push.PushChannel:
    settings = push.PushSettings(vapid_private_key=SecretStr(PRIVATE_KEY))
    return push.PushChannel(settings, trusted=bool, resolver=ThreadedResolver())


HTTP: dict[str, tuple[Callable[[str], Channel], tuple[int, str]]] = {
    "sms": (lambda url: sms.SmsChannel(twilio(url), PUBLIC), (201, '{"sid": "SM1", "status": "queued"}')),
    "voice": (lambda url: voice.VoiceChannel(twilio(url), PUBLIC), (201, '{"sid": "CA1", "status": "queued"}')),
    "sms_gateway": (gateway, (200, '{"id": "1"}')),
    "push": (pusher, (201, "")),
}  # fmt: skip


@asynccontextmanager
async def over_http(night: Night, name: str, way: str) -> AsyncIterator[Built]:
    build, accepted = HTTP[name]
    double = HttpProvider(accepted, lambda seconds: night.clock.advance(seconds=seconds), way)
    await double.start()
    url = {"refused": f"http://127.0.0.1:{free_port()}", "no such name": NOWHERE}.get(way, double.url)
    channel = build(url)
    yield channel, subscription(url) if name == "push" else INGRID
    await channel.close()
    await double.stop()


@asynccontextmanager
async def over_smtp(night: Night, way: str) -> AsyncIterator[Built]:
    double = MailServer(lambda seconds: night.clock.advance(seconds=seconds), way)
    server = Controller(double, hostname="127.0.0.1", port=free_port())
    server.start()
    host = "finnes-ikke.invalid" if way == "no such name" else "127.0.0.1"
    port = free_port() if way == "refused" else server.port
    settings = email.EmailSettings(smtp_host=host, smtp_port=port, smtp_from="a@b.example", smtp_tls="none")
    yield email.EmailChannel(settings, "https://hub.example"), "ingrid@kommune.example"
    server.stop()


@asynccontextmanager
async def over_mqtt(_: Night, __: str) -> AsyncIterator[Built]:
    async def publish(_topic: str, _payload: bytes) -> None:
        raise TransportError("there is no broker")  # what the road says: tests/faults/test_mqtt_transport.py

    tools = ChannelTools(public_url="https://hub.example", publish=publish)
    yield siren.SirenChannel(tools, "siren/{unit}", "on", "off"), "sol"


# --- the nights ------------------------------------------------------------------------------


CELLS = [
    *((name, way) for name in HTTP for way in (*AT_ONCE, *LATER) if (name, way) != ("push", "garbage")),
    *(("email", way) for way in ("refused", "no such name", "slow 60 s", "451", "550", "killed line")),
    ("siren", "no broker"),
]
IN_SHORT = {("sms", "500"), ("voice", "429"), ("sms_gateway", "killed line"), ("push", "never delivered"),
            ("email", "refused"), ("siren", "no broker"), ("sms", "undelivered")}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "way"),
    [pytest.param(*cell, marks=() if cell in IN_SHORT else pytest.mark.proof, id="-".join(cell)) for cell in CELLS],
)
async def test_another_channel_is_started_within_thirty_seconds(
    night: Night, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    """F40, F41, F42, F43, F48, G9: what an SMS provider accepts and never delivers counts as lost after 60 s."""
    for module in (_twilio, sms_gateway, push, email):
        monkeypatch.setattr(module, "_ANSWER_S", SHORT_WAIT_S if "slow" in way else 30.0)
    async with AsyncExitStack() as stack:
        opened: Any = {"email": over_smtp, "siren": over_mqtt}.get(name, lambda night, way: over_http(night, name, way))
        channel, address = await stack.enter_async_context(opened(night, way))
        night.channels[name] = channel
        night.lines_are_real = way in LATER  # a busy machine had not sent what is then reported of
        await only_by(night, "ingrid", name, "ingrid" if name == "push" else address)
        await details(night, name, address)
        await reach_by(night, "ingrid", "mail", "ingrid@annet.example")
        await only_by(night, "maria", "tablet", "sol")

        await alarm(night, name)
        await REPORTS.get(way, nothing)(night)
        await night.pass_time(seconds=90)
        started = await seconds_until_the_other(night)

    _rows.setdefault(name, {})[way] = "not needed" if started is None else f"{started:.0f}"
    if way in {"delivered late", "never delivered"}:
        assert started is not None
        assert started <= HEARD_WITHIN_S[name] + 2
    elif way == "reports doubled":
        assert started is None
    else:
        assert started is not None
        assert started <= PROMISE_S


async def alarm(night: Night, name: str) -> None:
    """A press; for a push something serious, since what is critical goes another way beside it in any case (F48)."""
    if name == "push":
        await night.hear(night.message("zigbee2mqtt/gang", {"water_leak": True}))
    else:
        await night.press()


async def seconds_until_the_other(night: Night) -> float | None:
    began = (await night.alerts())[0].raised_at
    times = [(one.created_at - began).total_seconds() for one in await night.notices() if one.channel == "mail"]
    return min(times, default=None)


async def details(night: Night, name: str, address: str) -> None:
    """A browser's subscription belongs to its contact method."""
    if name != "push":
        return
    async with night.database.write() as session:
        for method in await night.rows(tables.ContactMethod):
            if method.channel == "push":
                method.details = address
                await session.merge(method)


async def references(night: Night) -> list[str]:
    return [one.reference for one in await night.notices() if one.reference and one.person_id == "ingrid"]


async def nothing(_: Night) -> None:
    """Nobody reports anything."""


async def undelivered(night: Night) -> None:
    for reference in await references(night) * 3:
        await deliver.receive_status(night.hub, reference, "undelivered", "30003", Fate.FAILED_FOR_GOOD)


async def doubled(night: Night) -> None:
    for reference in await references(night):
        for word, fate in [("delivered", Fate.DELIVERED), ("sent", None), ("undelivered", Fate.FAILED_FOR_GOOD)] * 3:
            await deliver.receive_status(night.hub, reference, word, None, fate)


async def late(night: Night) -> None:
    said = await references(night)
    await night.pass_time(seconds=70)
    for reference in said:
        await deliver.receive_status(night.hub, reference, "delivered", None, Fate.DELIVERED)


REPORTS: dict[str, Callable[[Night], Awaitable[None]]] = {
    "undelivered": undelivered, "reports doubled": doubled, "delivered late": late,
}  # fmt: skip
