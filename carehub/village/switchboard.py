"""The messages of the telephone exchange, and what it tells the hub of them, signed as Twilio signs."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree as ET

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr
from twilio.request_validator import RequestValidator

from carehub.village.behaviour import Behaviour, Behaviours, Callbacks, Fate

_STEPS: dict[Fate, tuple[str, ...]] = {
    Fate.DELIVERED: ("queued", "sent", "delivered"),
    Fate.UNDELIVERED: ("queued", "sent", "undelivered"),
    Fate.FAILED: ("queued", "failed"),
    Fate.SILENT: (),
}
_EXPIRED = 30036
"""Twilio's code for a message that waited longer than its ValidityPeriod."""
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
_START = frozenset({"START", "UNSTOP", "YES"})
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Letters that cost one place each; with any other, every letter costs two bytes (the extension table left out)."""


class Telephone(BaseModel):
    """One handset: an invented number, and how the exchange's page names it.

    Attributes:
        label: Such as "Sykepleier sone nord". Shown on this page only, never sent.
        group: The heading it stands under: "Ansatte" or "Pårørende".
    """

    model_config = ConfigDict(frozen=True)

    number: str
    label: str
    group: str = "Ansatte"


class ExchangeSettings(BaseModel):
    """What the exchange must know.

    Attributes:
        auth_token: Both the password of the account and the key of the signatures, as at Twilio.
        numbers: The account's own numbers and sender names; the first answers where nothing else is said.
        inbound_url: The hub's public address for messages from telephones; signatures are over this text.
        reach: Origin ("http://127.0.0.1:8000") to post to instead of the public one; the signed text stays public.
        step_s: Seconds between one status of a message and the next.
    """

    model_config = ConfigDict(frozen=True)

    account_sid: str
    auth_token: SecretStr
    numbers: tuple[str, ...]
    services: tuple[str, ...] = ()
    inbound_url: str
    reach: str | None = None
    telephones: tuple[Telephone, ...] = ()
    step_s: float = 0.2


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a provider has a clock of its own, not the hub's


@dataclass(slots=True)
class Message:
    """One text message, in either direction.

    Attributes:
        seq: Its place in the exchange's order, for those who poll.
        arrived: Whether the telephone (or the hub, for an inbound one) has it.
    """

    seq: int
    to: str
    sender: str
    body: str
    direction: str = "outbound-api"
    status: str = "queued"
    error_code: int | None = None
    status_callback: str | None = None
    service: str | None = None
    validity_s: float = 36_000
    sid: str = field(default_factory=lambda: f"SM{uuid.uuid4().hex}")
    created_at: datetime = field(default_factory=_now)
    arrived: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """One request of ours to the hub, as Twilio's debugger would show it; status 0 where nobody answered."""

    url: str
    form: dict[str, str]
    status: int
    answer: str


class Switchboard:
    """Every message, every behaviour, and the line to the hub."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self.settings = settings
        self.behaviours = Behaviours()
        self.messages: list[Message] = []
        self.reports: list[Report] = []
        self.opted_out: set[str] = set()
        self._validator = RequestValidator(settings.auth_token.get_secret_value())
        self._client = httpx2.AsyncClient(timeout=10)
        self._running: set[asyncio.Task[Any]] = set()

    def accept(self, form: Mapping[str, str], direction: str = "outbound-api") -> Message:
        """Write a new outbound message down as queued; `deliver` must follow."""
        message = Message(
            seq=len(self.messages) + 1,
            to=form["To"],
            sender=form.get("From") or self.settings.numbers[0],
            body=form.get("Body", ""),
            direction=direction,
            status_callback=form.get("StatusCallback"),
            service=form.get("MessagingServiceSid"),
            validity_s=float(form.get("ValidityPeriod", 36_000)),
            fields=dict(form),
        )
        self.messages.append(message)
        return message

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let it run on by itself, until the exchange closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Drop what is under way, as a provider that goes down does."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._client.aclose()

    async def deliver(self, message: Message, behaviour: Behaviour) -> None:
        """Take the message through its fate, and report each step as the behaviour says."""
        steps = _STEPS[behaviour.fate]
        if behaviour.deliver_after_s > message.validity_s:
            steps, message.error_code = ("queued", "failed"), _EXPIRED
        elif steps and steps[-1] != "delivered":
            message.error_code = behaviour.error_code
        if behaviour.callbacks is Callbacks.OUT_OF_ORDER:
            await self._out_of_order(message, steps, behaviour)
            return
        for step in steps:
            await self._pause(step, behaviour)
            await self._step(message, step, times=3 if behaviour.callbacks is Callbacks.DUPLICATE else 1)

    async def _out_of_order(self, message: Message, steps: tuple[str, ...], behaviour: Behaviour) -> None:
        await self._pause(steps[-1] if steps else "queued", behaviour)
        for step in steps:
            self._advance(message, step)
        for step in reversed(steps):
            await self._report(message, step)

    async def _pause(self, step: str, behaviour: Behaviour) -> None:
        waits = behaviour.deliver_after_s if step == "sent" else 0
        await asyncio.sleep(waits if behaviour.callbacks is Callbacks.EARLY else self.settings.step_s + waits)

    async def _step(self, message: Message, step: str, times: int) -> None:
        self._advance(message, step)
        for _ in range(times):
            await self._report(message, step)

    def _advance(self, message: Message, step: str) -> None:
        message.status = step
        message.arrived = message.arrived or step == "delivered"

    async def _report(self, message: Message, step: str) -> None:
        if message.status_callback is None:
            return
        form = _addressed(message, self.settings) | {"MessageStatus": step, "SmsStatus": step}
        if step in {"failed", "undelivered"}:
            form["ErrorCode"] = str(message.error_code)
        await self.post(message.status_callback, form)

    async def post(self, url: str, form: dict[str, str]) -> Report:
        """Post a signed form to the hub; whatever it answers is written down, and never raised."""
        signature = self._validator.compute_signature(url, form)
        headers = {
            "X-Twilio-Signature": signature,
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        }
        try:
            response = await self._client.post(self._reachable(url), data=form, headers=headers)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            report = Report(url, form, 0, repr(error))
        else:
            report = Report(url, form, response.status_code, response.text)
        self.reports.append(report)
        return report

    def _reachable(self, url: str) -> str:
        if self.settings.reach is None:
            return url
        origin = urlsplit(self.settings.reach)
        return urlunsplit(urlsplit(url)._replace(scheme=origin.scheme, netloc=origin.netloc))

    async def receive(self, sender: str, to: str, body: str) -> Report:
        """A telephone writes to us: tell the hub, and send what it answers in TwiML."""
        place = len(self.messages) + 1
        message = Message(seq=place, to=to, sender=sender, body=body, direction="inbound", status="received")
        self.messages.append(message)
        self._note_opt_out(sender, body)
        report = await self.post(self.settings.inbound_url, _inbound_form(message, self.settings))
        message.arrived = 200 <= report.status < 300  # noqa: PLR2004 - HTTP success
        for text in _replies(report.answer) if message.arrived else ():
            self.in_background(self._reply(message, text))
        return report

    async def _reply(self, inbound: Message, text: str) -> None:
        answer = self.accept({"To": inbound.sender, "From": inbound.to, "Body": text}, "outbound-reply")
        await self.deliver(answer, Behaviour())

    def _note_opt_out(self, sender: str, body: str) -> None:
        word = body.strip().upper()
        if word in _STOP:
            self.opted_out.add(sender)
        elif word in _START:
            self.opted_out.discard(sender)

    def last_correspondent(self, number: str) -> str:
        """Whom a telephone answers: the sender of the newest message to it, else the account's first number."""
        to_it = (message.sender for message in reversed(self.messages) if message.to == number)
        return next(to_it, self.settings.numbers[0])


def _addressed(message: Message, settings: ExchangeSettings) -> dict[str, str]:
    form = {"MessageSid": message.sid, "SmsSid": message.sid, "AccountSid": settings.account_sid}
    form |= {"From": message.sender, "To": message.to, "ApiVersion": "2010-04-01"}
    return form | ({"MessagingServiceSid": message.service} if message.service else {})


def _inbound_form(message: Message, settings: ExchangeSettings) -> dict[str, str]:
    # The country fields are empty for Norway's neighbours to fill; Twilio sends all of them, always.
    form = _addressed(message, settings) | {"SmsMessageSid": message.sid, "SmsStatus": "received", "Body": message.body}
    form |= {"NumMedia": "0", "NumSegments": str(segments(message.body)), "FromCountry": "NO", "ToCountry": "NO"}
    return form | {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}


def _replies(twiml: str) -> list[str]:
    try:
        root = ET.fromstring(twiml)  # noqa: S314 - our own hub's answer, on this machine
    except ET.ParseError:
        return []
    texts = ("".join(element.itertext()).strip() for element in root.iter("Message"))
    return [text for text in texts if text]


def segments(body: str) -> int:
    """How many messages the text is charged as."""
    plain = set(body) <= _GSM_7
    whole, part = (160, 153) if plain else (70, 67)
    length = len(body) if plain else len(body.encode("utf-16-le")) // 2
    return 1 if length <= whole else -(-length // part)


def as_twilio_json(message: Message, settings: ExchangeSettings) -> dict[str, Any]:
    """The message resource, with every field that Twilio's document lists."""
    uri = f"/2010-04-01/Accounts/{settings.account_sid}/Messages/{message.sid}.json"
    made = format_datetime(message.created_at)
    return {
        "account_sid": settings.account_sid, "api_version": "2010-04-01", "body": message.body,
        "date_created": made, "date_sent": made if message.arrived else None, "date_updated": made,
        "direction": message.direction, "error_code": message.error_code,
        "error_message": f"Error {message.error_code}" if message.error_code else None,
        "from": message.sender, "messaging_service_sid": message.service, "num_media": "0",
        "num_segments": str(segments(message.body)), "price": None, "price_unit": None,
        "sid": message.sid, "status": message.status, "to": message.to, "uri": uri,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
    }  # fmt: skip


def as_queued(message: Message) -> Message:
    """The message as the create answer shows it, whatever has become of it since."""
    return replace(message, status="queued", error_code=None, arrived=False)
