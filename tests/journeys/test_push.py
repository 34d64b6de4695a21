"""Web Push: for one browser, by known services only (C27), believed when the device confirms (F47, F48)."""

import json
import socket
from collections.abc import AsyncIterator

import http_ece
import pytest
from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from pydantic import SecretStr

from carehub.app.line import Line
from carehub.app.push_key import push_key
from carehub.contracts import ConfigurationError, Fate, Lost, OutgoingNotice
from carehub.core.severity import Severity
from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.reaching import push as subscribing
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState
from integrations.channels import push
from tests.journeys.building import CANARY, INGRID, Night
from tests.journeys.test_supervised import describe, watch
from tests.push_keys import AUTH, BROWSER, PRIVATE_KEY, subscription

TEXT = "HASTER: varsel A4F2 kl. 02:14 venter på deg. https://hub.example/a/A4F2 Svar med koden for å ta det: K7M2PT"
TOOLS = Line().tools("https://hub.example")


class Service:
    """A push service on this machine: answers as ordered and keeps what it is given."""

    def __init__(self) -> None:
        self.status, self.url, self.headers = 201, "", {"Location": "http://169.254.169.254/"}
        self.asked: list[tuple[dict[str, str], bytes]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    double, app = Service(), web.Application()
    app.router.add_route("*", "/{tail:.*}", double.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/p/1"
    yield double
    await runner.cleanup()


def channel_here() -> push.PushChannel:
    """One that may ask this machine."""
    settings = push.PushSettings(vapid_private_key=SecretStr(PRIVATE_KEY))
    return push.PushChannel(settings, trusted=bool, resolver=ThreadedResolver())


def notice(details: str | None) -> OutgoingNotice:
    return OutgoingNotice(id="n1", address="x", text=TEXT, severity=Severity.CRITICAL, details=details)


async def test_a_notification_is_encrypted_for_the_browser_and_holds_no_code_c24(service: Service) -> None:
    """C24: the push service sees nothing, and the locked screen shows no name and no code."""
    channel = channel_here()

    receipt = await channel.send(notice(subscription(service.url)))
    await channel.close()

    headers, body = service.asked[0]
    told = json.loads(http_ece.decrypt(body, private_key=BROWSER, auth_secret=AUTH, version="aes128gcm"))
    assert told == {"id": "n1", "title": "HASTER: et varsel venter på deg", "lang": "nb", "url": "/a/A4F2"}
    assert (receipt.fate, receipt.reference) == (Fate.ACCEPTED, "push:n1")
    assert (headers["TTL"], headers["Urgency"], headers["Content-Encoding"]) == ("120", "high", "aes128gcm")
    assert headers["Authorization"].startswith("vapid t=")
    assert len(channel.public_key) == 87


@pytest.mark.parametrize(
    ("status", "fate", "lost"),
    [
        (403, Fate.FAILED_FOR_GOOD, Lost.GONE),
        (404, Fate.FAILED_FOR_GOOD, Lost.GONE),
        (410, Fate.FAILED_FOR_GOOD, Lost.GONE),
        (413, Fate.FAILED_FOR_GOOD, None),
        (302, Fate.FAILED_FOR_GOOD, None),
        (401, Fate.FAILED_FOR_NOW, None),
        (429, Fate.FAILED_FOR_NOW, None),
        (500, Fate.FAILED_FOR_NOW, None),
        (201, Fate.ACCEPTED, None),
    ],
)
async def test_what_a_push_service_answers_f47(service: Service, status: int, fate: Fate, lost: Lost | None) -> None:
    """F47, C27: gone is gone; a redirection is followed nowhere."""
    service.status, channel = status, channel_here()

    receipt = await channel.send(notice(subscription(service.url)))
    await channel.close()

    assert (receipt.fate, receipt.lost, len(service.asked)) == (fate, lost, 1)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://169.254.169.254/latest", "https://[::1]/x",
        "https://0x7f.1/x", "https://localhost/x", "https://evil.example/x", "https://googleapis.com.evil.example/",
        "https://evilgoogleapis.com/", "https://fcm.googleapis.com@evil.example/", "https://fcm.googleapis.com:8080/",
        "https://fcm.googleapis.com:abc/", "file:///etc/passwd", "//fcm.googleapis.com/", "", "https://",
    ],
)  # fmt: skip
async def test_only_known_push_services_are_asked_c27(endpoint: str) -> None:
    """C27: https, the usual port, and a host on the list."""
    channel = push.PushChannel(push.PushSettings(vapid_private_key=SecretStr(PRIVATE_KEY)))

    assert not channel.accepts(endpoint)
    assert (await channel.send(notice(subscription(endpoint)))).lost is Lost.GONE


def test_the_great_push_services_are_known_c27() -> None:
    for endpoint in (
        "https://fcm.googleapis.com/fcm/send/a", "https://web.push.apple.com/a", "https://db5p.notify.windows.com/w/?a",
        "https://updates.push.services.mozilla.com/wpush/v2/a",
    ):  # fmt: skip
        assert push.is_push_service(endpoint)


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "192.168.1.1", "fd00::1"])
async def test_a_known_name_that_leads_inside_is_not_followed_c27(monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    """C27: the connection is made to what was checked, so that a name cannot change its mind in between."""
    family = socket.AF_INET6 if ":" in inside else socket.AF_INET

    def leads_inside(*_: object, **__: object) -> list[object]:
        return [(family, socket.SOCK_STREAM, 6, "", (inside, 443, 0, 0) if ":" in inside else (inside, 443))]

    async def connects(*where: object, **_: object) -> None:
        asked.append(where)
        raise OSError("nobody is to be asked")

    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", leads_inside)
    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", connects)
    channel = push.PushChannel(push.PushSettings(vapid_private_key=SecretStr(PRIVATE_KEY)))

    receipt = await channel.send(notice(subscription("https://fcm.googleapis.com/fcm/send/a")))
    await channel.close()

    assert receipt.fate is Fate.FAILED_FOR_NOW
    assert asked == []


@pytest.mark.parametrize("details", [None, "", "no json", "[]", "{}", '{"endpoint": "https://a", "keys": {}}'])
async def test_a_subscription_that_is_not_whole_is_gone(details: str | None) -> None:
    channel = channel_here()

    assert (await channel.send(notice(details))).lost is Lost.GONE
    await channel.close()


def test_a_key_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert push.CHANNEL(TOOLS) is None
    for name, value in (("PRIVATE_KEY", "kort"), ("CONTACT", "vakt")):
        monkeypatch.setenv("CAREHUB_VAPID_PRIVATE_KEY", PRIVATE_KEY)
        monkeypatch.setenv(f"CAREHUB_VAPID_{name}", value)
        with pytest.raises(ConfigurationError, match=f"CAREHUB_VAPID_{name}"):
            push.CHANNEL(TOOLS)
        monkeypatch.delenv(f"CAREHUB_VAPID_{name}")
    monkeypatch.setenv("CAREHUB_VAPID_PRIVATE_KEY", PRIVATE_KEY)
    assert push.CHANNEL(TOOLS) is not None


def test_a_key_that_we_print_is_one_that_we_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_VAPID_PRIVATE_KEY", push_key())

    assert push.CHANNEL(TOOLS) is not None


# --- a whole night -----------------------------------------------------------------------------


async def ways_of(night: Night, who: str) -> dict[str, tables.ContactMethod]:
    return {one.channel: one for one in await night.rows(tables.ContactMethod) if one.person_id == who}


async def test_a_browser_counts_when_it_has_shown_its_first_notification_f48(night: Night, service: Service) -> None:
    """F48: until the device confirms, nothing of an alert is trusted to it."""
    night.channels["push"] = channel = channel_here()
    await subscribing.subscribe(night.hub, "ingrid", service.url, subscription(service.url))
    await night.work()
    assert (await ways_of(night, "ingrid"))["push"].verified_at is None
    (test,) = [one for one in await night.notices() if one.channel == "push"]
    assert test.state is NoticeState.ACCEPTED

    await subscribing.shown(night.hub, test.id)

    assert (await ways_of(night, "ingrid"))["push"].verified_at is not None
    assert [one.state for one in await night.notices() if one.channel == "push"] == [NoticeState.SEEN]
    await subscribing.subscribe(night.hub, "ingrid", service.url, subscription(service.url))
    assert len([one for one in await night.rows(tables.ContactMethod) if one.channel == "push"]) == 1
    await subscribing.unsubscribe(night.hub, "ingrid", service.url)
    assert "push" not in await ways_of(night, "ingrid")
    await channel.close()


async def push_first(night: Night, service: Service) -> push.PushChannel:
    """Ingrid's first way is a browser that has been verified, her second an SMS."""
    night.channels["push"] = channel = channel_here()
    await subscribing.subscribe(night.hub, "ingrid", service.url, subscription(service.url))
    await night.work()
    async with night.database.write() as session:
        for method in (await ways_of(night, "ingrid")).values():
            method.verified_at = night.clock()
            method.position = 0 if method.channel == "push" else 1
            await session.merge(method)
    return channel


async def test_a_push_that_the_device_never_shows_goes_another_way_after_twenty_seconds_f48(
    night: Night, service: Service
) -> None:
    """F48: Safari says 200 for a subscription that is dead. What is not critical waits that long for the device."""
    channel = await push_first(night, service)
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, expected_interval_s=600)
    async with night.database.write() as session:
        (await session.get_one(tables.Resident, "anna")).risk = Risk.HIGH
    await watch(night, minutes=21)
    await watch(night, seconds=5)
    assert (await night.the_alert()).severity is Severity.SERIOUS
    assert [one.channel for one in await night.notices() if one.alert_id and one.person_id == "ingrid"] == ["push"]
    assert INGRID not in [told.address for _, told in night.phones.sent]

    await night.pass_time(seconds=21)

    assert INGRID in [told.address for _, told in night.phones.sent]
    await channel.close()


async def test_for_what_is_critical_the_next_way_starts_beside_the_push_f48(night: Night, service: Service) -> None:
    """F48: push is never the only channel; either text holds the one code that takes the alert."""
    channel = await push_first(night, service)

    await night.press()

    told = [one for one in await night.notices() if one.alert_id and one.person_id == "ingrid"]
    assert sorted(one.channel for one in told) == ["push", "sms"]
    assert len({one.text for one in told}) == 1
    assert INGRID in [sent.address for _, sent in night.phones.sent]
    await night.press()
    again = [one for one in await night.notices() if one.person_id == "ingrid" and one.cycle == "repeat:2"]
    assert sorted(one.channel for one in again) == ["push", "sms"]
    await channel.close()


async def test_push_alone_reaches_somebody_and_the_ladder_does_not_wait_for_it_f48(
    night: Night, service: Service
) -> None:
    """F48: who has only a browser is asked by it; unconfirmed, the next rung is asked as soon as for any other way."""
    channel = await push_first(night, service)
    async with night.database.write() as session:
        for way in await night.rows(tables.ContactMethod):
            if way.channel != "push" and way.person_id in {"ingrid", "maria"}:
                await session.delete(await session.get_one(tables.ContactMethod, way.id))
    await night.press()
    assert (await night.the_alert()).rung == 1
    assert [one.channel for one in await night.notices() if one.alert_id and one.person_id] == ["push"]

    await night.pass_time(seconds=30)

    assert (await night.the_alert()).rung == 2
    await channel.close()


async def test_a_subscription_that_is_gone_is_forgotten_and_its_owner_told_f47(night: Night, service: Service) -> None:
    """F47: the alert goes the next way at once, and an SMS says how to switch it on again."""
    channel = await push_first(night, service)
    service.status = 410

    await night.press()
    await night.pass_time(seconds=2)

    told = [sent.text for _, sent in night.phones.sent if sent.address == INGRID]
    assert any(text.startswith("HASTER") for text in told)
    assert any(text.startswith("Varsler i nettleseren er slått av") for text in told)
    assert not [text for text in told if CANARY in text]
    assert "push" not in await ways_of(night, "ingrid")
    await channel.close()
