import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from carehub.app.line import Line
from carehub.contracts import Channel, ChannelFactory, ChannelTools, ConfigurationError, Fate, Lost, OutgoingNotice
from carehub.core.severity import Severity
from carehub.village.exchange import ExchangeSettings, create_exchange
from integrations.channels import _twilio, console, sms, tablet, voice
from integrations.channels._gsm import fit, segments
from integrations.channels._twilio import TwilioSettings
from tests.unit.village.lines import listening

ACCOUNT, TOKEN, OURS, NURSE = "AC" + "0" * 31 + "7", "only-for-this-test", "+4799900001", "+4799900111"
TOOLS = Line().tools("https://carehub.example")
SECRET_WORDS = "Svar K7 for å ta varsel 12"


def notice(address: str = NURSE, text: str = SECRET_WORDS) -> OutgoingNotice:
    return OutgoingNotice(id="n1", address=address, text=text, severity=Severity.CRITICAL)


@dataclass
class Provider:
    """Answers as ordered and remembers what it was asked."""

    status: int = 201
    body: Any = field(default_factory=lambda: {"sid": "SM1", "status": "queued"})
    headers: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0
    breaks: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        self.paths.append(request.path)
        await asyncio.sleep(self.slow_s)
        if self.breaks and request.transport:
            request.transport.abort()
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return web.Response(status=self.status, text=text, content_type="application/json", headers=self.headers)


@asynccontextmanager
async def line_to(provider: Provider, **settings: Any) -> AsyncIterator[sms.SmsChannel]:
    """An SMS channel whose base address is the provider's."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", provider.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    channel = channel_at(f"http://127.0.0.1:{port}", **settings)
    try:
        yield channel
    finally:
        await channel.close()
        await runner.cleanup()


def channel_at(url: str, sender: str = OURS, prefixes: str = "+47") -> sms.SmsChannel:
    settings = TwilioSettings(
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_from=sender,
        twilio_base_url=url,
        sms_prefixes=prefixes,
    )
    return sms.SmsChannel(settings, "https://carehub.example/")


async def test_an_accepted_text_is_not_yet_delivered_and_is_sent_within_two_minutes_or_never_f44() -> None:
    provider = Provider()

    async with line_to(provider) as channel:
        receipt = await channel.send(notice())

    assert (receipt.fate, receipt.reference) == (Fate.ACCEPTED, "SM1")
    assert provider.paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]
    assert provider.asked == [
        {
            "To": NURSE,
            "From": OURS,
            "Body": SECRET_WORDS,
            "StatusCallback": "https://carehub.example/webhooks/twilio/status",
            "ValidityPeriod": "120",
        }
    ]


async def test_a_messaging_service_is_named_as_one() -> None:
    provider, service = Provider(), "MG" + "a" * 32

    async with line_to(provider, sender=service) as channel:
        await channel.send(notice())

    assert provider.asked[0]["MessagingServiceSid"] == service
    assert "From" not in provider.asked[0]


async def test_the_exchange_that_knows_twilios_own_document_takes_it() -> None:
    settings = ExchangeSettings(
        account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), numbers=(OURS,), inbound_url="https://carehub.example/sms"
    )
    app = create_exchange(settings)

    async with listening(app) as origin:
        channel = channel_at(origin)
        receipt = await channel.send(notice())
        await channel.close()
        board = app.state.board
        assert [(each.sid, each.body) for each in board.messages] == [(receipt.reference, SECRET_WORDS)]


@pytest.mark.parametrize("code", [21211, 21610, 21614, 21408, 21612])
async def test_a_number_that_will_never_do_fails_for_good(code: int) -> None:
    async with line_to(Provider(400, {"code": code, "message": f"{NURSE} is bad", "status": 400})) as channel:
        receipt = await channel.send(notice())

    assert receipt.fate is Fate.FAILED_FOR_GOOD
    assert receipt.reason == f"Twilio {code}"
    assert receipt.lost is (Lost.STOPPED if code == 21610 else None)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"code": 20500}),
        (503, "no json"),
        (404, {"code": 20404, "message": "x", "status": 404}),
        (401, {"code": 20003, "message": "x", "status": 401}),
        (400, {"code": 99999, "message": "x", "status": 400}),
        (400, "no json"),
        (201, "no json"),
        (400, {"type": "a", "title": "b", "status": 400, "code": 20001}),
    ],
)
async def test_everything_else_is_tried_again_once_by_the_outbox_and_never_by_the_library(
    status: int, body: Any
) -> None:
    provider = Provider(status, body)

    async with line_to(provider) as channel:
        receipt = await channel.send(notice())

    assert receipt.fate is Fate.FAILED_FOR_NOW
    assert len(provider.asked) == 1
    assert NURSE not in (receipt.reason or "")


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("", None), ("Wed, 21 Oct 2026", None), ("9" * 400, None), ("-1", None)]
)
async def test_too_many_requests_passes_on_how_long_to_wait(header: str, seconds: float | None) -> None:
    async with line_to(Provider(429, {"code": 20429}, {"Retry-After": header})) as channel:
        receipt = await channel.send(notice())

    assert (receipt.fate, receipt.retry_after_s) == (Fate.FAILED_FOR_NOW, seconds)


async def test_a_provider_that_hangs_is_left_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_twilio, "_ANSWER_S", 0.2)

    async with asyncio.timeout(3):
        async with line_to(Provider(slow_s=1)) as channel:
            receipt = await channel.send(notice())

    assert receipt.fate is Fate.FAILED_FOR_NOW
    assert sms.SmsChannel.name == "sms"


async def test_a_line_that_breaks_after_the_text_went_out_is_tried_again() -> None:
    async with line_to(Provider(breaks=True)) as channel:
        assert (await channel.send(notice())).fate is Fate.FAILED_FOR_NOW


async def test_nobody_there_is_tried_again() -> None:
    channel = channel_at("http://127.0.0.1:9")

    assert (await channel.send(notice())).fate is Fate.FAILED_FOR_NOW
    await channel.close()


@pytest.mark.parametrize(
    "number", ["99900111", "+1555", "+15551234567", "", "+47 999 00 111", "+4799900111\nTo: x", "+47" + "9" * 30]
)
async def test_a_number_outside_the_allowed_prefixes_is_never_sent_to(number: str) -> None:
    provider = Provider()

    async with line_to(provider) as channel:
        receipt = await channel.send(notice(number))

    assert receipt.fate is Fate.FAILED_FOR_GOOD
    assert provider.asked == []


async def test_other_prefixes_can_be_allowed() -> None:
    provider = Provider()

    async with line_to(provider, prefixes="+47, +46") as channel:
        assert (await channel.send(notice("+46701234567"))).fate is Fate.ACCEPTED


async def test_no_number_and_no_text_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)

    with structlog.testing.capture_logs() as logged:
        for status in (201, 400, 401, 500):
            async with line_to(
                Provider(status, {"sid": "SM1", "message": NURSE, "code": 1, "status": status})
            ) as channel:
                await channel.send(notice())

    written = f"{caplog.text} {logged}"
    assert NURSE not in written
    assert "varsel 12" not in written
    assert [each["event"] for each in logged] == ["twilio.refused"]


def test_without_an_account_the_channel_is_not_in_use() -> None:
    assert sms.CHANNEL(TOOLS) is None


def test_half_an_account_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_TWILIO_ACCOUNT_SID", ACCOUNT)

    with pytest.raises(ConfigurationError, match="CAREHUB_TWILIO_AUTH_TOKEN"):
        sms.CHANNEL(TOOLS)


def test_a_whole_account_builds_the_channel_and_hides_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("CAREHUB_TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("CAREHUB_TWILIO_FROM", OURS)

    assert sms.CHANNEL(TOOLS) is not None
    assert TOKEN not in repr(TwilioSettings())


# --- what fits in a text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Åse ærlig øl", "Åse ærlig øl"),
        ("«Hei» – “du” … \u2018ja\u2019", '"Hei" - "du" ... \'ja\''),
        ("a\u00a0b\tc\r\nd", "a b c\nd"),
        ("Žižek Łódź", "Zizek ?odz"),
        ("A\u030a", "Å"),
        ("\u202egnirts\u202c", "gnirts"),
        ("a\u0000b", "ab"),
        ("😀", "?"),
        ("100 €", "100 €"),
    ],
)
def test_a_text_is_put_into_the_alphabet_of_sms_c26(text: str, expected: str) -> None:
    assert fit(text) == expected


def test_a_long_text_is_cut_to_two_segments_c26() -> None:
    assert fit("æ" * 306) == "æ" * 306
    assert fit("æ" * 307) == "æ" * 303 + "..."
    assert segments("æ" * 160) == 1
    assert segments("€" * 81) == 2


@given(st.text())
def test_whatever_is_written_costs_at_most_two_segments_c26(text: str) -> None:
    assert segments(fit(text)) <= 2
    assert fit(fit(text)) == fit(text)


# --- the other channels ----------------------------------------------------------------------


async def test_a_channel_on_the_spot_delivers_at_once() -> None:
    seen = ChannelTools(public_url=TOOLS.public_url, publish=TOOLS.publish, shows=lambda unit: unit == NURSE)
    factories: list[ChannelFactory] = [console.CHANNEL, tablet.CHANNEL]
    for factory in factories:
        channel = factory(seen)
        assert channel is not None

        receipt = await channel.send(notice())
        await channel.close()

        assert receipt.fate is Fate.DELIVERED
        assert channel.name == factory.name


async def test_a_tablet_that_is_not_live_has_not_got_it_f79() -> None:
    assert (await tablet.CHANNEL(TOOLS).send(notice())).fate is Fate.ACCEPTED


async def test_the_console_writes_ids_only() -> None:
    channel: Channel = console.ConsoleChannel()

    with structlog.testing.capture_logs() as logged:
        await channel.send(notice())

    assert logged == [{"event": "notice.sent", "log_level": "info", "notice": "n1", "severity": 40}]


@pytest.mark.parametrize("factory", [sms.CHANNEL, console.CHANNEL, tablet.CHANNEL])
def test_every_catalogue_entry_is_a_factory(factory: object) -> None:
    assert isinstance(factory, ChannelFactory)


def test_a_secret_may_lie_in_a_file_c29(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C29: secrets come from files that only the hub may read; the variable itself wins."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("CAREHUB_TWILIO_AUTH_TOKEN_FILE", str(tmp_path / "token"))

    token = TwilioSettings().twilio_auth_token

    assert token is not None
    assert token.get_secret_value() == TOKEN
    monkeypatch.setenv("CAREHUB_TWILIO_AUTH_TOKEN_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        TwilioSettings()


@pytest.mark.parametrize(
    ("sender", "one_way"), [(OURS, False), ("MG" + "a" * 32, False), ("CareHub", True), ("Nordvik", True)]
)
def test_a_sender_name_is_told_to_be_one_way_f52(
    monkeypatch: pytest.MonkeyPatch, sender: str, *, one_way: bool
) -> None:
    """F52: nobody can answer a sender name, so the log of the start says that no SMS takes an alert."""
    for name, value in (("ACCOUNT_SID", ACCOUNT), ("AUTH_TOKEN", TOKEN), ("FROM", sender)):
        monkeypatch.setenv(f"CAREHUB_TWILIO_{name}", value)

    with structlog.testing.capture_logs() as logged:
        assert sms.CHANNEL(TOOLS) is not None

    assert [each["event"] for each in logged] == (["sms.one_way"] if one_way else [])
    assert (voice.CHANNEL(TOOLS) is None) == (sender != OURS)


def test_calls_need_a_number_to_call_from(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCOUNT_SID", ACCOUNT), ("AUTH_TOKEN", TOKEN), ("FROM", "CareHub")):
        monkeypatch.setenv(f"CAREHUB_TWILIO_{name}", value)
    monkeypatch.setenv("CAREHUB_TWILIO_VOICE_FROM", "CareHub")

    with pytest.raises(ConfigurationError, match="must be a number"):
        voice.CHANNEL(TOOLS)
