"""The calls of the telephone exchange: it rings, somebody or something answers, listens and presses keys."""

import asyncio
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from carehub.village.behaviour import Answers, Behaviour
from carehub.village.switchboard import Switchboard

_DIGITS_SAID = re.compile(r"trykk (\d)\D+((?:\d )*\d)\b")
_NEVER_LIFTED = {Answers.NOT_LIFTED: "no-answer", Answers.BUSY: "busy", Answers.UNREACHABLE: "failed"}
_MOST_PAGES = 6
"""A telephone is not led in circles for ever."""


@dataclass(slots=True)
class Call:
    """One call.

    Attributes:
        said: Every sentence that was heard on the telephone.
        pressed: The keys, in the order of the questions.
        ended: How it ended: a word of Twilio's.
    """

    to: str
    sender: str
    url: str
    status_callback: str | None
    events: tuple[str, ...]
    detects_machines: bool
    fields: dict[str, str] = field(default_factory=dict)
    sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")
    status: str = "queued"
    said: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251 - a provider's own clock


def placed(form: Mapping[str, list[str]]) -> Call:
    """The call that a form asks for."""
    one = {name: values[0] for name, values in form.items()}
    return Call(
        to=one["To"],
        sender=one["From"],
        url=one["Url"],
        status_callback=one.get("StatusCallback"),
        events=tuple(form.get("StatusCallbackEvent", ["completed"])),
        detects_machines=one.get("MachineDetection") in {"Enable", "DetectMessageEnd"},
        fields=one,
    )


async def ring(board: Switchboard, call: Call, behaviour: Behaviour) -> None:
    """Take a call from the first ring to its end, and tell the hub what it wants to hear."""
    if behaviour.answers is Answers.NEVER_HEARD_OF:
        return
    await asyncio.sleep(board.settings.step_s)
    ended = _NEVER_LIFTED.get(behaviour.answers)
    if ended is None:
        call.status = "in-progress"
        await _report(board, call, "answered")
        await _talk(board, call, behaviour)
        ended = "completed"
    call.status = ended
    await _report(board, call, "completed")


async def _talk(board: Switchboard, call: Call, behaviour: Behaviour) -> None:
    form = _form(board, call)
    if call.detects_machines:
        form["AnsweredBy"] = "machine_start" if behaviour.answers is Answers.VOICEMAIL else "human"
    url = call.url
    for _ in range(_MOST_PAGES):
        report = await board.post(url, form)
        page = _read(report.answer)
        call.said += page.said
        keys = _keys(behaviour.answers, page.said)
        if page.ask_at is None or keys is None:
            return
        call.pressed.append(keys)
        url, form = urljoin(url, page.ask_at), _form(board, call) | {"Digits": keys}


@dataclass(frozen=True, slots=True)
class _Page:
    said: list[str]
    ask_at: str | None


def _read(twiml: str) -> _Page:
    try:
        root = ET.fromstring(twiml)  # noqa: S314 - our own hub's answer, on this machine
    except ET.ParseError:
        return _Page([], None)
    gather = root.find("Gather")
    said = ["".join(element.itertext()) for element in root.iter("Say")]
    return _Page(said, gather.get("action") if gather is not None else None)


def _keys(answers: Answers, said: list[str]) -> str | None:
    """What this telephone's owner presses after these words; None for nothing."""
    asked = next(filter(None, map(_DIGITS_SAID.search, said)), None)
    match answers:
        case Answers.PRESSES_WHAT_IS_SAID if asked:
            return asked[1] + asked[2].replace(" ", "")
        case Answers.PRESSES_ONE:
            return "1"
        case Answers.PRESSES_WRONG if asked:
            wrong = "".join(str((int(digit) + 1) % 10) for digit in asked[2].replace(" ", ""))
            return asked[1] + wrong
        case _:
            return None


def _form(board: Switchboard, call: Call) -> dict[str, str]:
    return {
        "CallSid": call.sid, "AccountSid": board.settings.account_sid, "From": call.sender, "To": call.to,
        "CallStatus": call.status, "Direction": "outbound-api", "ApiVersion": "2010-04-01",
    }  # fmt: skip


async def _report(board: Switchboard, call: Call, event: str) -> None:
    if call.status_callback is not None and event in call.events:
        await board.post(call.status_callback, _form(board, call) | {"CallbackSource": "call-progress-events"})


def as_twilio_json(call: Call, account_sid: str) -> dict[str, Any]:
    """The call resource as the create answer shows it, with every field that Twilio's document lists."""
    uri = f"/2010-04-01/Accounts/{account_sid}/Calls/{call.sid}"
    nothing = dict.fromkeys((
        "annotation", "answered_by", "caller_name", "duration", "end_time", "forwarded_from", "group_sid",
        "parent_call_sid", "phone_number_sid", "price", "price_unit", "start_time", "trunk_sid",
    ))  # fmt: skip
    return nothing | {
        "account_sid": account_sid, "api_version": "2010-04-01", "date_created": format_datetime(call.created_at),
        "date_updated": format_datetime(call.created_at), "direction": "outbound-api", "from": call.sender,
        "from_formatted": call.sender, "queue_time": "0", "sid": call.sid, "status": "queued", "to": call.to,
        "to_formatted": call.to, "uri": f"{uri}.json", "subresource_uris": {"events": f"{uri}/Events.json"},
    }  # fmt: skip
