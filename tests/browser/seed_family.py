"""Families of the invented night: four weeks of days, messages, a visit to come, and what matters to somebody."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.core.days.dayrow import LAYOUT, SLOTS, Shape, pack
from carehub.core.days.features import Feature, Part, PartOfDay
from carehub.core.people.basis import Basis
from carehub.core.people.kin import Sort
from carehub.core.people.legal import Function
from carehub.core.severity import Severity
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState

_OSLO = ZoneInfo("Europe/Oslo")
_MIN, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_AT_HOUR = (0, 0, 0, 0, 0, 1, 3, 8, 9, 7, 6, 7, 8, 6, 5, 6, 7, 8, 8, 6, 5, 3, 1, 0)


def day_row(resident: str, day: datetime, slots: list[int]) -> tables.DailyFeature:
    """A day as it is written down: so much life in each half hour."""
    local = day.astimezone(_OSLO).date()
    parts = [PartOfDay(day=local, part=part, ends_at=day, values={Feature.ACTIVITY: 1.0}) for part in Part]
    return tables.DailyFeature(
        resident_id=resident, day=local, layout=LAYOUT, body=pack(parts, Shape(slots=slots))
    )  # fmt: skip


def add(session: AsyncSession, now: datetime) -> None:
    """Everything, for residents and people of `seed`."""
    dice = random.Random(7)
    for who in ("astrid", "ragnhild", "solveig"):
        for back in range(1, 29):
            slots = [max(0, _AT_HOUR[slot // 2] + dice.randint(-1, 1)) // 2 for slot in range(SLOTS)]
            session.add(day_row(who, now - back * _DAY, slots))
    _messages(session, now)
    session.add(
        tables.FamilyVisit(
            id="besok", resident_id="astrid", person_id="anne", sort=Sort.OUT, since=now + _DAY,
            until=now + _DAY + 3 * _HOUR, note="Vi spiser middag hos oss.", made_at=now - _HOUR,
        )
    )  # fmt: skip
    session.add(
        tables.Wish(
            resident_id="ragnhild", text="Jeg vil gjerne sove lenge. Snakk til høyre øre, og la meg gjøre det jeg kan.",
            changed_at=now - _DAY, changed_by_id="ragnhild-selv",
        )
    )  # fmt: skip
    add_bases(session, now)


def ask(session: AsyncSession, now: datetime) -> None:
    """Per was asked a while ago whether he can go to his father, and has not answered."""
    session.add(
        tables.Notice(
            id="spurt", alert_id="d9aa".ljust(32, "0"), person_id="per", channel="sms", address="+4790000102",
            text="Kan du dra dit?", severity=Severity.MODERATE, cycle="rung:3", state=NoticeState.DELIVERED,
            created_at=now - 4 * _MIN, not_before=now - 4 * _MIN, sent_at=now - 4 * _MIN,
        )
    )  # fmt: skip


def add_bases(session: AsyncSession, now: datetime) -> None:
    """What Ragnhild's protection rests on."""
    for function, basis, left in (
        (Function.ALARM, Basis.DECISION, 200), (Function.MOVEMENT, Basis.CONSENT, None),
        (Function.FALL, Basis.DECISION, 20),
    ):  # fmt: skip
        session.add(
            tables.LegalBasis(
                id=f"grunnlag-{function}", resident_id="ragnhild", function=function, basis=basis,
                since=now - 60 * _DAY, until=now + left * _DAY if left else None, made_at=now - 60 * _DAY,
                made_by_id="kari",
            )
        )  # fmt: skip


def _messages(session: AsyncSession, now: datetime) -> None:
    for place, (author, text, ago, read) in enumerate((
        ("anne", "Hei! Mor har fått nye sko. Kan dere passe på at hun tar dem på når hun går ut?", 26, True),
        ("maria", "Det skal vi gjøre. Hun var fornøyd med dem i går.", 20, True),
        ("anne", "Så fint. Vi tar henne med hjem til middag i morgen.", 1, False),
    )):  # fmt: skip
        session.add(
            tables.CareMessage(
                id=f"melding-{place}", resident_id="astrid", person_id="anne", author_id=author,
                by_staff=author == "maria", text=text, sent_at=now - ago * _HOUR,
                read_at=now - (ago - 1) * _HOUR if read else None,
            )
        )  # fmt: skip
