"""What the paper calls what is kept: sections, fields, and values that have words. Others are shown as kept."""

from collections.abc import Mapping
from typing import Any

from carehub.core.answers.alerts import Contact, Status
from carehub.core.people.basis import NAMES as BASES
from carehub.core.people.consent import Standing
from carehub.core.rules.vocabulary import USUAL
from carehub.store.tables.homecare import VisitState
from carehub.web import words
from carehub.web.families import family_words
from carehub.web.rights import protecting
from carehub.web.tongue import Spoken, _
from carehub.web.ward import rounds
from carehub.web.wording import explained, reading_words
from carehub.web.wording.retold import retold

SECTIONS = Spoken({
    "homes": "Hjem", "devices": "Utstyr", "legal_bases": "Rettslig grunnlag", "alerts": "Varsler",
    "decisions_about_rules": "Avgjørelser om regler", "consents": "Pårørende og samtykke",
    "pauses_of_sharing": "Pause i det pårørende får vite", "messages": "Meldinger mellom pårørende og ansatte",
    "visits_of_family": "Besøk av pårørende", "planned_visits": "Planlagte og utførte besøk",
    "rounds": "Tilsynsrunder", "notes_of_shifts": "Notater ved vaktskifte", "silences": "Satt på stille",
    "held_by_silences": "Holdt tilbake mens noe var satt på stille", "tasks": "Oppgaver",
    "days": "Døgn for døgn i tall", "usual": "Det huben har regnet som vanlig",
    "findings_of_models": "Funn fra modeller", "wishes": "Det som er viktig for beboeren",
    "protected_addresses": "Adressesperre", "legal_holds": "Sperret mot sletting", "erasures": "Bedt om sletting",
    "opened_across_units": "Åpnet fra en annen enhet", "who_looked": "Hvem har sett opplysningene",
})  # fmt: skip
UNDER = Spoken({"steps": "Journal", "told": "Hvem som ble varslet", "turns": "Hver gang"})
"""Rows of a row. Why an alert rose stands in the JSON alone: it is made for programs."""

_FIELDS = Spoken({
    "action": "Hva", "address": "Adresse", "aftermath": "Tiltak", "alert_code": "Nasjonal kode",
    "arrived_at": "Fremme", "asked_at": "Bedt om", "at": "Når", "basis": "Grunnlag", "because": "Hvorfor",
    "body": "Verdier", "born_year": "Fødselsår", "by": "Hvem", "by_role": "Av", "by_sms": "På SMS",
    "by_staff": "Fra ansatte", "can_alarm": "Kan varsle", "cancelled_at": "Avlyst", "cause": "Årsak",
    "changed_at": "Endret", "channel": "Vei", "closed_at": "Avsluttet", "closes": "Til kl.", "code": "Kode",
    "contact": "Kontakt", "created_at": "Skrevet", "delivered_at": "Kom frem", "detail": "Nærmere",
    "done_at": "Utført", "due_at": "Frist", "end_reason": "Hvorfor det tok slutt", "ended_at": "Avsluttet",
    "family_name": "Etternavn", "function": "Gjelder", "given_by": "Avtalt av", "given_name": "Fornavn",
    "ground": "Hvordan", "happened_at": "Skjedde", "hazard": "Annen fare", "how": "Hvordan", "id": "Nummer i huben",
    "insight": "Får vite", "key_box": "Nøkkelboks", "kind": "Hva", "kinship": "Hvem", "label": "Navn",
    "last_day": "Siste dag", "lower_asked_at": "Bedt om endring", "lower_reason": "Hvorfor endring",
    "lower_to": "Ønsket endret til", "made_at": "Skrevet inn", "mark": "Sperre", "may_be_asked": "Kan spørres",
    "missed_at": "Ikke utført", "model": "Modell", "module": "Modell", "moved_from": "Flyttet fra", "name": "Navn",
    "national_id": "Fødselsnummer", "note": "Merknad", "objection": "Har sagt nei", "off": "Slått av",
    "opens": "Fra kl.", "opens_at": "Fra", "oxygen": "Oksygen", "pets": "Dyr", "phone": "Telefon", "place": "Sted",
    "presses": "Meldt ganger", "raised_at": "Varslet", "read_at": "Lest", "reason": "Hvorfor",
    "reference": "Henvisning", "risk": "Risiko", "role": "Rolle", "rule_id": "Regel",
    "score": "Poeng", "seen": "Sett", "seen_at": "Sett", "sent_at": "Sendt", "severity": "Alvorlighet", "since": "Fra",
    "smoking": "Røyking", "sort": "Slag", "spoken": "Varslet", "standing": "Rolle", "state": "Status",
    "status": "Status", "step": "Hva", "taken_at": "Tatt", "text": "Tekst", "title": "Hva", "to_role": "Til",
    "unit": "Enhet", "until": "Til", "version": "Utgave", "why": "Hvorfor", "with": "Med hvem",
    "withdrawn_at": "Trukket tilbake", "words": "Med ord", "written_at": "Skrevet",
})  # fmt: skip
_STATUSES = Spoken({
    Status.OPEN: "Ingen har tatt det", Status.TAKEN: "Tatt", Status.ARRIVED: "Fremme", Status.CLOSED: "Avsluttet",
})  # fmt: skip
_CONTACTS = Spoken({
    Contact.VISITED: "Var hos beboeren", Contact.SPOKEN: "Snakket sammen", Contact.NONE: "Ikke kontakt",
})  # fmt: skip
_STANDINGS = Spoken({
    Standing.RELATIVE: "Pårørende", Standing.GUARDIAN: "Handler for beboeren", Standing.SELF: "Beboer",
})  # fmt: skip
_VISITS = Spoken({VisitState.PLANNED: "Planlagt", VisitState.DONE: "Utført", VisitState.CANCELLED: "Avlyst"})
_VALUES: Mapping[str, Mapping[Any, str]] = {
    "aftermath": words.AFTERMATHS, "by_role": words.ROLES, "cause": words.CAUSES, "channel": words.CHANNELS,
    "contact": _CONTACTS, "devices.kind": words.DEVICE_KINDS, "function": family_words.FUNCTIONS,
    "given_by": family_words.GIVERS, "ground": family_words.GROUNDS, "how": rounds.HOWS,
    "insight": family_words.LEVELS, "lower_to": protecting.MARKS, "mark": protecting.MARKS, "risk": words.RISKS,
    "role": words.ROLES, "seen": rounds.SEENS, "severity": words.URGENCIES, "silences.why": words.WHYS,
    "standing": _STANDINGS, "planned_visits.state": _VISITS, "status": _STATUSES, "step": words.STEPS,
    "told.state": explained.NOTICE_STATES, "to_role": words.ROLES, "visits_of_family.sort": family_words.SORTS,
}  # fmt: skip
_BY_THE_HUB = frozenset({"steps.text", "tasks.words"})
"""Written down in bokmål by the hub itself, and told in the reader's language."""


def field(name: str) -> str:
    """What a field is called."""
    return _FIELDS.get(name, name)


def value(section: str, name: str, kept: Any) -> str | None:
    """The words for what is kept there; None where it has none of its own."""
    if isinstance(kept, bool):
        return _("ja") if kept else _("nei")
    known = _VALUES.get(f"{section}.{name}") or _VALUES.get(name, {})
    if isinstance(kept, str | int) and kept in known:
        return known[kept]
    return _by_rule(section, name, kept) if isinstance(kept, str) else None


def _by_rule(section: str, name: str, kept: str) -> str | None:
    if name == "basis" and kept in BASES:
        return BASES[kept][words.spoken()]  # type: ignore[index]
    if name == "place":
        return words.place_name(kept)
    if name == "kind":
        return words.FLOOR_TITLES.get(kept) or words.kind_name(kept)
    if section == "who_looked":
        return {"action": reading_words.did, "because": reading_words.why}.get(name, str)(kept)
    return retold(kept) if f"{section}.{name}" in _BY_THE_HUB else None


def usual(name: str) -> str:
    """A habit by its name, as the rules tell it."""
    return USUAL[name][words.spoken()] if name in USUAL else name
