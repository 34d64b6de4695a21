"""The start page of the administration: what needs somebody today, the most pressing first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any

from carehub.core.people.access import Permission, Sight
from carehub.core.people.coverage import Horizon
from carehub.flow.hub import Hub
from carehub.store import devices, registers, silences, tasks, ties, today
from carehub.store.database import Session
from carehub.store.registers import Show
from carehub.web.admin.tasks import roles_of
from carehub.web.security import Visitor
from carehub.web.tongue import _, later, ngettext

_MANY_MESSAGES = 20
"""So many messages to one person in a day and a night are more than anybody answers well."""


class Hurry(IntEnum):
    """How soon somebody should look."""

    NOW = 0
    TODAY = 1
    SOON = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that needs somebody, with where it is done."""

    hurry: Hurry
    words: str
    href: str
    why: str = ""


async def needs(hub: Hub, session: Session, visitor: Visitor, counts: dict[Show, int], dead: int) -> list[Need]:
    """Everything that needs this visitor."""
    now = hub.clock()
    sight = await ties.sight_of(session, visitor.person, now)
    found = [*_of_devices(counts), *await _of_care(hub, session, visitor, sight)]
    if blind := len(await devices.still_blind(session)):
        words = ngettext("%(num)d alarm virker ikke", "%(num)d alarmer virker ikke", blind)
        found.append(Need(hurry=Hurry.NOW, words=words, href="/admin/devices?show=silent", why=_(_BLIND)))
    if dead:
        words = ngettext(
            "%(num)d melding kunne ikke leses siste døgn", "%(num)d meldinger kunne ikke leses siste døgn", dead
        )
        found.append(Need(hurry=Hurry.TODAY, words=words, href="/admin/dead-letters"))
    oldest = await today.oldest_unsent(session)
    if oldest is not None and now - oldest > timedelta(minutes=1):
        minutes = round((now - oldest) / timedelta(minutes=1))
        words = ngettext(
            "Den eldste usendte meldingen har ventet i %(num)d minutt",
            "Den eldste usendte meldingen har ventet i %(num)d minutter", minutes,
        )  # fmt: skip
        found.append(
            Need(hurry=Hurry.NOW, words=words, href="/admin/promises", why=_("Se om SMS-leverandøren svarer."))
        )
    return sorted(found, key=lambda need: need.hurry)


_BLIND = later("De som stoler på dem, blir ikke hørt. Personalet ser det også på nettbrettet.")


def _of_devices(counts: dict[Show, int]) -> Iterator[Need]:
    if many := counts[Show.UNTESTED]:
        words = ngettext("%(num)d alarm må prøves", "%(num)d alarmer må prøves", many)
        yield Need(hurry=Hurry.TODAY, words=words, href="/admin/devices?show=untested")
    if many := counts[Show.SILENT]:
        words = ngettext("%(num)d sensor er stille", "%(num)d sensorer er stille", many)
        yield Need(hurry=Hurry.TODAY, words=words, href="/admin/devices?show=silent")
    if many := counts[Show.UNKNOWN]:
        words = ngettext("%(num)d sensor har ingen plass", "%(num)d sensorer har ingen plass", many)
        why = _("Alarmer herfra varsles som «ukjent beboer».")
        yield Need(hurry=Hurry.TODAY, words=words, href="/admin/devices?show=unknown", why=why)
    if many := counts[Show.BATTERY]:
        words = ngettext("%(num)d batteri er på vei ned", "%(num)d batterier er på vei ned", many)
        yield Need(hurry=Hurry.SOON, words=words, href="/admin/devices?show=battery")
    if many := counts[Show.ENDING]:
        words = ngettext(
            "%(num)d sensor eller alarm er på et mobilnett som slås av",
            "%(num)d sensorer eller alarmer er på et mobilnett som slås av",
            many,
        )
        yield Need(hurry=Hurry.SOON, words=words, href="/admin/devices?show=ending")


async def _of_care(hub: Hub, session: Session, visitor: Visitor, sight: Sight) -> list[Need]:
    """What a technician has no part in is left out; their own tasks are theirs."""
    now, found = hub.clock(), []
    roles: list[Any] = roles_of(visitor)
    if many := await tasks.how_many(session, roles):
        late = await today.overdue_tasks(session, roles, now)
        words = ngettext("%(num)d oppgave venter", "%(num)d oppgaver venter", many)
        why = ngettext("Fristen er ute for %(num)d.", "Fristen er ute for %(num)d.", late) if late else ""
        found.append(Need(hurry=Hurry.TODAY if late else Hurry.SOON, words=words, href="/admin/tasks", why=why))
    if visitor.may(Permission.PLAN_SHIFTS):
        found += await _of_shifts(hub, session, sight)
    if not visitor.may(Permission.SEE_RESIDENTS):
        return found
    due = await today.reviews(session, now + today.REVIEW_WITHIN, sight.covers)
    if due:
        late = sum(1 for one in due if one.until <= now)
        words = ngettext(
            "%(num)d rettslig grunnlag må vurderes på nytt", "%(num)d rettslige grunnlag må vurderes på nytt", len(due)
        )
        why = ngettext("%(num)d er gått ut.", "%(num)d er gått ut.", late) if late else ""
        found.append(Need(hurry=Hurry.TODAY if late else Hurry.SOON, words=words, href="/admin/reviews", why=why))
    if many := await today.drafts_to_agree(session, visitor.person.id):
        words = ngettext("%(num)d regel venter på deg", "%(num)d regler venter på deg", many)
        found.append(Need(hurry=Hurry.TODAY, words=words, href="/admin/rules"))
    return found


async def _of_shifts(hub: Hub, session: Session, sight: Sight) -> list[Need]:
    now, found = hub.clock(), []
    bare = await today.uncovered(session, now, sight.covers)
    if minutes := bare[Horizon.DAY]:
        words = _("Ingen kan nås i %(span)s det neste døgnet", span=span_words(minutes))
        found.append(Need(hurry=Hurry.NOW, words=words, href="/admin/shifts", why=_("Sett noen på vakt.")))
    later = bare[Horizon.FORTNIGHT] - bare[Horizon.DAY]
    if later > 0:
        words = _("Ingen kan nås i %(span)s de neste to ukene", span=span_words(later))
        found.append(Need(hurry=Hurry.SOON, words=words, href="/admin/shifts"))
    most = await today.most_asked(session, now, sight.covers)
    if most >= _MANY_MESSAGES:
        words = _("Én person fikk %(most)s meldinger siste døgn", most=most)
        found.append(Need(hurry=Hurry.TODAY, words=words, href="/admin/load", why=_("Se hva som kan dempes.")))
    if many := await silences.how_many(session, now):
        words = ngettext("%(num)d er satt på stille nå", "%(num)d er satt på stille nå", many)
        found.append(Need(hurry=Hurry.SOON, words=words, href="/silences"))
    return found


def span_words(minutes: int) -> str:
    """A stretch of minutes as people say it: "45 minutter", "3 timer", "2 døgn"."""
    hours, days = round(minutes / 60), round(minutes / 1440)
    if minutes < 120:  # noqa: PLR2004
        return ngettext("%(num)d minutt", "%(num)d minutter", minutes)
    if hours < 48:  # noqa: PLR2004
        return ngettext("%(num)d time", "%(num)d timer", hours)
    return ngettext("%(num)d døgn", "%(num)d døgn", days)


async def counts_of(hub: Hub, session: Session) -> dict[Show, int]:
    """How many devices each list shows now."""
    return await registers.device_counts(session, hub.clock() - hub.test_every)
