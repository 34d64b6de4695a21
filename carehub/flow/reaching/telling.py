"""Part of station 3: one step of one alert, told to several people, as rows of the outbox."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from carehub.core.answers.codes import with_check
from carehub.core.answers.escalation import Bond, Colleague, Method, Place, Reached
from carehub.core.answers.ladders import LOUD_FROM
from carehub.core.severity import Severity
from carehub.core.showing.wording import alert_number, centre_text, late_text, relative_text, summons_text
from carehub.flow.hub import Hub
from carehub.flow.live import EVERY_SCREEN
from carehub.kit.ids import new_code, new_digits, new_id
from carehub.store import outbox, tables
from carehub.store.tables.alerts import NoticeState

SMS, GATEWAY, VOICE, MAIL, PUSH = "sms", "sms_gateway", "voice", "email", "push"
TABLET, SIREN = "tablet", "siren"
EVERYWHERE = EVERY_SCREEN
"""The address of tablet and siren where no unit is known: every one of them."""
CODE_LIVES = timedelta(hours=12)
MESSAGES_FROM = LOUD_FROM
"""Below this a notice waits on the tablet: what can wait until morning wakes nobody."""
WORTH_SAYING = timedelta(minutes=1)
"""How late a notice must be before it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told of an alert, and for which step.

    Attributes:
        cycle: Names the step, so that nobody is told of it twice.
        not_before: When it may go out; None for at once.
        late: How long ago this step should have been taken.
    """

    alert_id: str
    severity: Severity
    unit_id: str | None
    cycle: str
    now: datetime
    not_before: datetime | None = None
    late: timedelta = timedelta()

    @property
    def number(self) -> str:
        """The alert's short name."""
        return alert_number(self.alert_id)

    def row(self, channel: str, address: str, text: str, person_id: str | None = None) -> dict[str, Any]:
        """One notice of this step."""
        method = Method(channel=channel, address=address)
        row = notice_row(method, text, cycle=self.cycle, severity=self.severity, now=self.now, person_id=person_id)
        return row | {"alert_id": self.alert_id, "not_before": self.not_before or self.now}

    def tablet(self, text: str) -> dict[str, Any]:
        """The notice to the unit's tablets."""
        return self.row(TABLET, self.unit_id or EVERYWHERE, text)

    def to(self, person: Colleague, text: str) -> dict[str, Any]:
        """The notice to somebody, by the first of their ways."""
        first = person.methods[0]
        who = None if person.bond is Bond.OUTSIDE else person.id
        return self.row(first.channel, first.address, text, who)

    def by_enough_ways(self, person: Colleague, text: str) -> list[dict[str, Any]]:
        """The notice by their first way; push alone is not enough for what is critical, if they have another (F48)."""
        rows = [self.to(person, text)]
        besides = [way for way in person.methods if way.channel != PUSH]
        if self.severity >= Severity.CRITICAL and person.methods[0].channel == PUSH and besides:
            rows.append(self.to(replace(person, methods=tuple(besides)), text))
        return rows

    def code_for(self, person_id: str) -> dict[str, Any]:
        """A fresh code that takes this alert for this person, and nothing else ever."""
        expires = self.now + CODE_LIVES
        return {
            "code": with_check(new_code()), "digits": new_digits(), "alert_id": self.alert_id, "person_id": person_id,
            "created_at": self.now, "expires_at": expires, "used_at": None,
        }  # fmt: skip


def notice_row(
    method: Method, text: str, *, cycle: str, severity: Severity, now: datetime, person_id: str | None = None
) -> dict[str, Any]:
    """One notice as the outbox keeps it; of no alert, until somebody says of which."""
    return {
        "id": new_id(),
        "alert_id": None,
        "person_id": person_id,
        "channel": method.channel,
        "address": method.address,
        "text": text,
        "severity": severity,
        "cycle": cycle,
        "state": NoticeState.WAITING,
        "created_at": now,
        "not_before": now,
        "attempts": 0,
        "repeated": False,
    }


def about(alert: tables.Alert, cycle: str, now: datetime, not_before: datetime | None = None) -> Telling:
    """What is told of a stored alert."""
    return Telling(
        alert_id=alert.id, severity=alert.severity, unit_id=alert.unit_id, cycle=cycle, now=now, not_before=not_before
    )


def rung(place: Place) -> str:
    """The step of a rung; in turn, each of its people is a step."""
    return f"{outbox.RUNG}{place.rung}.{place.turn}" if place.turn else f"{outbox.RUNG}{place.rung}"


def rung_of(cycle: str) -> Place | None:
    """Which rung a notice was written for; None for what is no rung's, such as the word of another press."""
    if not cycle.startswith(outbox.RUNG):
        return None
    number, _, turn = cycle.removeprefix(outbox.RUNG).partition(".")
    return Place(int(number), int(turn or 0))


def link_to(hub: Hub, number: str) -> str:
    """The short link in a text: the alert's number, no more."""
    return f"{hub.public_url}/a/{number}"


def summons_rows(
    hub: Hub, telling: Telling, reached: Reached, raised_at: datetime, phone: str | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Notices that ask these people to come, and the codes with which staff answer.

    Args:
        phone: Which a contact outside the house is told to ring, where they may know it.
    """
    notices, codes = [telling.tablet(telling.number)], []
    if reached.siren and SIREN in hub.channels:
        notices.append(telling.row(SIREN, telling.unit_id or EVERYWHERE, telling.number))
    for person in sorted(reached.people, key=lambda one: one.bond is not Bond.STAFF):  # a number has one text of a step
        if not person.methods or telling.severity < MESSAGES_FROM:
            continue
        if person.bond is not Bond.STAFF:
            notices.append(telling.to(person, _outside_text(hub, telling, person, raised_at, phone)))
            continue
        code = telling.code_for(person.id)
        codes.append(code)
        text = summons_text(
            severity=telling.severity, raised_at=raised_at, number=telling.number, code=code["code"],
            link=link_to(hub, telling.number), attempt=reached.place.rung, zone=hub.zone,
        )  # fmt: skip
        if telling.late >= WORTH_SAYING:
            text = late_text(text, telling.late)
        notices += telling.by_enough_ways(person, text)
    return notices, codes


def _outside_text(hub: Hub, telling: Telling, person: Colleague, raised_at: datetime, phone: str | None) -> str:
    """Relatives and alarm centres take nothing by a code, and read no more than they may."""
    if person.bond is Bond.RELATIVE:
        return relative_text(link=f"{hub.public_url}/relatives")
    return centre_text(number=telling.number, raised_at=raised_at, zone=hub.zone, phone=phone)
