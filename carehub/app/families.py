"""The demonstration's families: a resident with a login, somebody who acts for another, and what they wrote."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from carehub.core.people.access import Role
from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import GivenBy, Ground, Sort
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.tables.base import SQLModel
from carehub.village.people import username
from carehub.village.register import Directory, Relation, Resident

_HOUR = timedelta(hours=1)
_GUARDIAN_FOR = timedelta(days=365)
_TALK = (
    (True, "Hei! Vi var innom på søndag. Kan dere minne på at brillene ligger i skuffen i gangen?", 27),
    (False, "Takk for beskjed, det gjør vi.", 22),
    (True, "Fint. Vi tar en tur ut sammen i morgen ettermiddag.", 2),
)


def related(one: Relation, since: datetime) -> tables.Relation:
    """A relation of the village, with consent as if it had been written down a year ago."""
    return tables.Relation(
        id=one.id, person_id=one.person_id, resident_id=one.resident_id, kinship=one.kinship,
        insight=Insight(one.insight), by_sms=one.by_sms, since=since, given_by=GivenBy.RESIDENT, ground=Ground.SPOKEN,
    )  # fmt: skip


def own_login(directory: Directory) -> tuple[Resident, str]:
    """Who has a login of their own, and its name: a resident whose family follows them."""
    followed = {one.resident_id for one in directory.relations if one.insight == "handled_alerts"}
    who = next(one for one in directory.residents if one.id in followed)
    return who, f"beboer.{username(who.given_name)}"


def guardian_of(directory: Directory) -> Relation:
    """Whose tie is that of somebody who acts for the resident."""
    who, _ = own_login(directory)
    return next(one for one in directory.relations if one.resident_id != who.id and one.insight == "nothing")


def families(directory: Directory, password_hash: str, now: datetime) -> Iterator[list[SQLModel]]:
    """Rows that need those before them, in their order."""
    who, name = own_login(directory)
    follows = next(one for one in directory.relations if one.resident_id == who.id)
    guardian = guardian_of(directory)
    yield [
        tables.Person(
            id=name, name=f"{who.given_name} {who.family_name}", username=name, role=Role.RESIDENT,
            password_hash=password_hash,
        )
    ]  # fmt: skip
    yield [
        tables.Relation(
            id="relation-self", person_id=name, resident_id=who.id, kinship="seg selv", standing=Standing.SELF,
            insight=Insight.HANDLED_ALERTS, since=now - _GUARDIAN_FOR, given_by=GivenBy.RESIDENT, ground=Ground.WRITTEN,
        ),
        tables.Wish(
            resident_id=who.id, text="Jeg vil gjøre det jeg kan selv. Bank på før dere kommer inn.", changed_at=now,
            changed_by_id=name,
        ),
        tables.FamilyVisit(
            id=new_id(), resident_id=who.id, person_id=follows.person_id, sort=Sort.OUT, since=now + 20 * _HOUR,
            until=now + 23 * _HOUR, note="Vi er tilbake til kvelds.", made_at=now - 2 * _HOUR,
        ),
    ]  # fmt: skip
    yield _talk(directory, who, follows.person_id, now)
    yield [
        tables.Relation(
            id="relation-guardian", person_id=guardian.person_id, resident_id=guardian.resident_id, kinship="verge",
            standing=Standing.GUARDIAN, insight=Insight.HANDLED_ALERTS, since=now - _HOUR, until=now + _GUARDIAN_FOR,
            given_by=GivenBy.GUARDIAN, ground=Ground.GUARDIAN,
        )
    ]  # fmt: skip


def _talk(directory: Directory, who: Resident, relative: str, now: datetime) -> list[SQLModel]:
    """What the family and the staff wrote to one another; the last message waits for an answer."""
    staff = next(one.id for one in directory.persons if one.role == "care_centre")
    return [
        tables.CareMessage(
            id=new_id(), resident_id=who.id, person_id=relative, by_staff=not theirs, text=text,
            author_id=relative if theirs else staff, sent_at=now - ago * _HOUR,
            read_at=None if ago < 12 else now - (ago - 1) * _HOUR,  # noqa: PLR2004 - the last one waits
        )
        for theirs, text, ago in _TALK
    ]  # fmt: skip
