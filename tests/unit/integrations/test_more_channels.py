"""The other ways out against doubles on this machine: sirens and lamps, a second gateway, e-mail (C25, C28, C75)."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from carehub.app.line import Line
from carehub.contracts import ChannelTools, ConfigurationError, DecodeError, Fate, OutgoingNotice, TransportError
from carehub.core.languages import Language
from carehub.core.severity import Severity
from integrations.channels import email, lamp, siren, sms_gateway
from tests.brokers import free_port

NURSE = "+4799900111"
TEXT = "HASTER: varsel A4F2 kl. 02:14 venter på deg. https://hub.example/a/A4F2 Svar med koden for å ta det: K7M2PT"
TOOLS = Line().tools("https://hub.example")


def notice(address: str, text: str = TEXT, *, ends: bool = False) -> OutgoingNotice:
    return OutgoingNotice(id="n1", address=address, text=text, severity=Severity.CRITICAL, ends=ends)


# --- sirens and lamps ------------------------------------------------------------------------


@dataclass
class Broker:
    """What was published; or nothing, when it is down."""

    down: bool = False
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    async def publish(self, topic: str, payload: bytes) -> None:
        if self.down:
            raise TransportError("there is no broker")
        self.heard.append((topic, payload))

    @property
    def tools(self) -> ChannelTools:
        return ChannelTools(public_url="https://hub.example", publish=self.publish)


async def test_a_siren_sounds_and_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_SIREN_TOPIC", "zigbee2mqtt/sirene-{unit}/set")
    broker = Broker()
    channel = siren.CHANNEL(broker.tools)
    assert channel is not None

    receipts = [await channel.send(notice("sol")), await channel.send(notice("sol", ends=True))]
    await channel.close()

    assert {receipt.fate for receipt in receipts} == {Fate.ACCEPTED}
    assert [topic for topic, _ in broker.heard] == ["zigbee2mqtt/sirene-sol/set"] * 2
    assert [json.loads(payload)["warning"]["mode"] for _, payload in broker.heard] == ["emergency", "stop"]


async def test_a_lamp_may_be_named_by_its_own_topic_and_no_wildcard_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_LAMP_TOPIC", "zigbee2mqtt/lampe-{unit}/set")
    broker = Broker()
    channel = lamp.CHANNEL(broker.tools)
    assert channel is not None

    good, bad = await channel.send(notice("hus/gang/lampe")), await channel.send(notice("a/#"))

    assert (good.fate, bad.fate) == (Fate.ACCEPTED, Fate.FAILED_FOR_GOOD)
    assert broker.heard == [("hus/gang/lampe", b'{"state": "ON"}')]


async def test_without_a_broker_a_siren_fails_for_now_f40(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_SIREN_TOPIC", "siren/{unit}")
    channel = siren.CHANNEL(Broker(down=True).tools)
    assert channel is not None

    assert (await channel.send(notice("sol"))).fate is Fate.FAILED_FOR_NOW


def test_without_a_topic_there_is_neither() -> None:
    assert siren.CHANNEL(TOOLS) is None
    assert lamp.CHANNEL(TOOLS) is None


# --- the second gateway ----------------------------------------------------------------------


@dataclass
class Gateway:
    """Answers as ordered and remembers what it was asked."""

    url: str = ""
    status: int = 200
    body: str = '{"result": [{"id": 77}]}'
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((dict(request.headers), await request.text()))
        return web.Response(status=self.status, text=self.body, headers=self.headers)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    double, app = Gateway(), web.Application()
    app.router.add_route("*", "/{tail:.*}", double.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/send"
    yield double
    await runner.cleanup()


def gateway_channel(url: str, **settings: object) -> sms_gateway.GatewayChannel:
    given = {"gateway_url": url, "gateway_id_field": "result.0.id", "gateway_token": "hemmelig"} | settings
    return sms_gateway.GatewayChannel(sms_gateway.GatewaySettings.model_validate(given))


async def test_a_gateway_is_asked_in_the_words_of_its_template(gateway: Gateway) -> None:
    channel = gateway_channel(gateway.url, gateway_header="Authorization: Bearer x")

    receipt = await channel.send(notice(NURSE, 'Sitat " og {to} og\nlinje'))
    await channel.close()

    headers, body = gateway.asked[0]
    assert json.loads(body) == {"to": NURSE, "text": 'Sitat " og {to} og\nlinje', "ref": "n1"}
    assert headers["Authorization"] == "Bearer x"
    assert (receipt.fate, receipt.reference) == (Fate.ACCEPTED, "gateway:77")


async def test_a_gateway_may_want_a_form(gateway: Gateway) -> None:
    channel = gateway_channel(gateway.url, gateway_form=True, gateway_body='{"til": "{to}", "melding": "{text}"}')

    await channel.send(notice(NURSE, "på vei"))
    await channel.close()

    assert gateway.asked[0][1] == "til=%2B4799900111&melding=p%C3%A5+vei"


@pytest.mark.parametrize(
    ("status", "body", "fate", "wait"),
    [
        (429, "{}", Fate.FAILED_FOR_NOW, 30.0),
        (500, "{}", Fate.FAILED_FOR_NOW, 30.0),
        (503, "x", Fate.FAILED_FOR_NOW, 30.0),
        (401, "{}", Fate.FAILED_FOR_NOW, 30.0),
        (302, "{}", Fate.FAILED_FOR_NOW, 30.0),
        (400, "{}", Fate.FAILED_FOR_GOOD, None),
        (200, "<html>", Fate.FAILED_FOR_NOW, None),
        (200, '{"result": []}', Fate.FAILED_FOR_NOW, None),
        (200, '{"result": [{"id": {}}]}', Fate.FAILED_FOR_NOW, None),
    ],
)
async def test_a_gateway_that_says_no_f40_f42(
    gateway: Gateway, status: int, body: str, fate: Fate, wait: float | None
) -> None:
    gateway.status, gateway.body = status, body
    gateway.headers = {"Retry-After": "30", "Location": "http://169.254.169.254/"}
    channel = gateway_channel(gateway.url)

    receipt = await channel.send(notice(NURSE))
    await channel.close()

    assert (receipt.fate, receipt.retry_after_s) == (fate, wait)
    assert len(gateway.asked) == 1


async def test_a_foreign_number_is_not_sent_to_c25(gateway: Gateway) -> None:
    """C25: only the countries that we allow, whatever the register says."""
    channel = gateway_channel(gateway.url)

    for address in ("+88213000000", "4790000000", "+47 900", "nobody"):
        assert (await channel.send(notice(address))).fate is Fate.FAILED_FOR_GOOD
    await channel.close()

    assert gateway.asked == []


async def test_a_gateway_that_is_not_there_fails_for_now_f40() -> None:
    for url in (f"http://127.0.0.1:{free_port()}/", "http://finnes-ikke.invalid/"):
        channel = gateway_channel(url)
        assert (await channel.send(notice(NURSE))).fate is Fate.FAILED_FOR_NOW
        await channel.close()


@pytest.mark.parametrize(
    ("word", "fate"),
    [("DELIVERED", Fate.DELIVERED), ("expired", Fate.FAILED_FOR_GOOD), ("queued", None), ("teleported", None)],
)
def test_a_report_says_what_became_of_it(word: str, fate: Fate | None) -> None:
    channel = gateway_channel("http://127.0.0.1/")
    for body in (json.dumps({"id": 77, "status": word}).encode(), f"id=77&status={word}".encode()):
        report = channel.report_of("hemmelig", body, None)

        assert report is not None
        assert (report.reference, report.fate) == ("gateway:77", fate)


def test_a_report_without_our_secret_or_with_one_byte_changed_is_refused_c19_c28() -> None:
    """C19, C28: the secret in the address, and the signature over the raw body."""
    body = b'{"id": "77", "status": "delivered"}'
    signed = hmac.new(b"nokkel", body, hashlib.sha256).hexdigest()
    channel = gateway_channel("http://127.0.0.1/", gateway_hmac_key=SecretStr("nokkel"))

    assert channel.report_of("hemmelig", body, signed) is not None
    for token, content, signature in (
        ("feil", body, signed), ("hemmelig", body, None), ("hemmelig", body, "æ"), ("hemmelig", body + b" ", signed),
    ):  # fmt: skip
        assert channel.report_of(token, content, signature) is None
    assert gateway_channel("http://127.0.0.1/", gateway_token=None).report_of("", body, signed) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff\xfe", b'{"id": "1"}', b'{"id": [1], "status": "x"}'])
def test_a_report_that_cannot_be_read_is_a_fault_of_the_gateway(body: bytes) -> None:
    with pytest.raises(DecodeError):
        gateway_channel("http://127.0.0.1/").report_of("hemmelig", body, None)


@pytest.mark.parametrize(
    ("name", "value"), [("BODY", "no json"), ("BODY", '["{to}{text}"]'), ("BODY", "{}"), ("URL", "ftp://x")]
)
def test_a_gateway_setting_that_cannot_work_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("CAREHUB_GATEWAY_URL", "https://gateway.example/")
    monkeypatch.setenv(f"CAREHUB_GATEWAY_{name}", value)

    with pytest.raises(ConfigurationError, match=f"CAREHUB_GATEWAY_{name}"):
        sms_gateway.CHANNEL(TOOLS)


def test_a_gateway_is_in_use_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sms_gateway.CHANNEL(TOOLS) is None
    monkeypatch.setenv("CAREHUB_GATEWAY_URL", "https://gateway.example/")
    assert sms_gateway.CHANNEL(TOOLS) is not None


# --- e-mail ----------------------------------------------------------------------------------


@dataclass
class Post:
    """A mail server on this machine: keeps what it is given, or answers as ordered."""

    answer: str = "250 OK"
    kept: list[Message] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append(message_from_bytes(_bytes(envelope.content), policy=default))
        return "250 OK"


def _bytes(content: bytes | str | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def mail(post: Post) -> Iterator[email.EmailChannel]:
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    yield mail_channel(server.port)
    server.stop()


def mail_channel(port: int) -> email.EmailChannel:
    settings = email.EmailSettings(
        smtp_host="127.0.0.1", smtp_port=port, smtp_from="vakt@kommune.example", smtp_tls="none"
    )
    return email.EmailChannel(settings, "https://hub.example")


async def test_a_mail_holds_a_link_and_nothing_else_c24(mail: email.EmailChannel, post: Post) -> None:
    receipt = await mail.send(notice("leder@kommune.example"))
    await mail.close()

    (kept,) = post.kept
    assert receipt.fate is Fate.ACCEPTED
    assert kept["Subject"] == "Et varsel venter på deg"
    assert kept.get_payload(decode=True).decode().strip() == (  # type: ignore[union-attr]
        "Et varsel venter på deg. Logg inn her: https://hub.example/a/A4F2"
    )
    assert kept.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        (Language.NN, "Eit varsel ventar på deg", "Eit varsel ventar på deg. Logg inn her: https://hub.example/a/A4F2"),
        (
            Language.EN,
            "An alert is waiting for you",
            "An alert is waiting for you. Log in here: https://hub.example/a/A4F2",
        ),
    ],
)
async def test_a_mail_comes_in_the_language_of_whom_it_is_for(
    mail: email.EmailChannel, post: Post, language: Language, subject: str, body: str
) -> None:
    await mail.send(replace(notice("leder@kommune.example"), language=language))

    (kept,) = post.kept
    assert kept["Subject"] == subject
    assert kept.get_payload(decode=True).decode().strip() == body  # type: ignore[union-attr]


async def test_a_code_that_proves_the_address_itself_is_in_the_mail(mail: email.EmailChannel, post: Post) -> None:
    """C24: it opens nothing else, and without it the address could not be proven."""
    sent = replace(notice("leder@kommune.example", "Koden din er K7M2PT."), proves=True)
    await mail.send(sent)

    (kept,) = post.kept
    assert kept["Subject"] == "Bekreft e-postadressen din"
    assert kept.get_payload(decode=True).decode().splitlines()[:2] == [  # type: ignore[union-attr]
        "Koden din er K7M2PT.", "https://hub.example/my",
    ]  # fmt: skip


async def test_no_address_and_no_text_becomes_a_header_c75(mail: email.EmailChannel, post: Post) -> None:
    """C75: what could end a header line is no address; the text never is in a header."""
    for address in ("a@b.no\r\nBcc: alle@b.no", "a@b.no\nX: y", "a@b.no, c@d.no", "<a@b.no>", "a", "a@b", ""):
        assert (await mail.send(notice(address))).fate is Fate.FAILED_FOR_GOOD
    await mail.send(notice("leder@kommune.example", "https://x.example/\r\nBcc: alle@b.no\r\n\r\nHei"))

    (kept,) = post.kept
    assert kept["Bcc"] is None


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ("550 no such mailbox", Fate.FAILED_FOR_GOOD),
        ("451 try later", Fate.FAILED_FOR_NOW),
        ("530 log in first", Fate.FAILED_FOR_NOW),
    ],
)
async def test_a_mail_server_that_says_no_f40(mail: email.EmailChannel, post: Post, answer: str, fate: Fate) -> None:
    post.answer = answer

    assert (await mail.send(notice("leder@kommune.example"))).fate is fate


async def test_a_mail_server_that_is_not_there_fails_for_now_f40() -> None:
    assert (await mail_channel(free_port()).send(notice("leder@kommune.example"))).fate is Fate.FAILED_FOR_NOW


def test_mail_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    assert email.CHANNEL(TOOLS) is None
    monkeypatch.setenv("CAREHUB_SMTP_HOST", "127.0.0.1")
    with pytest.raises(ConfigurationError, match="SMTP_FROM"):
        email.CHANNEL(TOOLS)
    monkeypatch.setenv("CAREHUB_SMTP_FROM", "vakt@kommune.example")
    assert email.CHANNEL(TOOLS) is not None
