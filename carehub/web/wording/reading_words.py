"""What somebody did with a resident's data, in words that the resident understands."""

from carehub.core.people.access import Tie
from carehub.store.reasons import GONE
from carehub.web.tongue import Spoken, _

_ACTIONS = Spoken(
    {
        "tablet": "så varselet på nettbrettet",
        "nurse": "så varselet på telefonen",
        "alert": "åpnet varselet",
        "alert.why": "så hvorfor det ble varslet",
        "access_note": "åpnet telefonnummer og nøkkelboks",
        "blind": "så listen over vern som ikke virker",
        "visit_list": "så besøkslisten",
        "silences": "så hva som er satt på stille",
        "silence": "så hva som ble holdt tilbake",
        "silence.begun": "satte på stille",
        "silence.end": "avsluttet stillheten",
        "silence.agree": "sa seg enig i stillheten",
        "silence.resume": "satte på stille igjen",
        "relatives": "så siden for pårørende",
        "relatives.about": "så hva som vises for pårørende",
        "relatives.visits": "så besøk for pårørende",
        "relatives.sms": "spurte på SMS om alt er som vanlig",
        "own": "så beboerens egen side",
        "messages": "leste meldinger",
        "messages.answered": "svarte på en melding",
        "consent.list": "så hvem i familien som får vite noe",
        "consent.added": "knyttet noen i familien til beboeren",
        "consent.changed": "endret hvor mye en pårørende får vite",
        "consent.ended": "avsluttet det en pårørende får vite",
        "consent.left": "ville ikke følge med lenger",
        "sharing.paused": "skjulte dagen for familien en stund",
        "sharing.resumed": "viste dagen for familien igjen",
        "wish.changed": "skrev hva som er viktig",
        "measure.questioned": "ville snakke om noe som måles",
        "events": "så hendelser fra sensorene",
        "ledger.why_not": "så hvorfor det ikke ble varslet",
        "file.opened": "åpnet opplysninger i en annen enhet",
        "backtest": "prøvde en regel på tidligere dager",
        "load": "så oversikten over belastning",
        "tasks": "så oppgavelisten",
        "person.added": "la inn en pårørende",
        "days": "så døgnrytmen",
        "protection": "så hvilke varsler som er slått på, og grunnlaget for dem",
        "basis.added": "skrev inn et rettslig grunnlag",
        "basis.end": "avsluttet et rettslig grunnlag",
        "basis.resume": "angret avslutningen av et rettslig grunnlag",
        "state.begun": "sa fra til reglene om oppfølging eller tilsyn",
        "state.ended": "avsluttet oppfølging eller tilsyn",
        "residents": "så listen over beboere",
        "resident": "så hvem beboeren er og hvor beboeren bor",
        "resident.added": "la inn beboeren",
        "resident.changed": "endret opplysninger om beboeren",
        "resident.moved": "flyttet beboeren til et annet hjem eller rom",
        "resident.ended": "avsluttet oppfølgingen",
        "resident.resumed": "angret at oppfølgingen ble avsluttet",
        "device.assigned": "ga et utstyr til beboeren",
        "exported": "tok ut en liste der beboeren står",
        "imported": "hentet inn opplysninger fra en fil",
        "readings": "så denne listen",
        "erasure.looked": "så hva som kan slettes",
        "erasure.asked": "ba om sletting",
        "erasure.withdrawn": "trakk tilbake en sletting",
        "erasure.done": "bekreftet slettingen, og opplysningene ble slettet",
        "hold.begun": "holdt opplysningene tilbake fra sletting",
        "hold.ended": "holder ikke opplysningene tilbake fra sletting lenger",
        "retention": "slettet det som var for gammelt",
        "record.exported": "hentet ut alle opplysninger",
        "audit": "gikk gjennom loggen over oppslag",
        "planned": "så planlagte besøk",
        "rounds": "så rundene for digitalt tilsyn",
        "round.planned": "avtalte en runde med digitalt tilsyn",
        "round.ended": "avsluttet en runde med digitalt tilsyn",
        "round.done": "så innom ved digitalt tilsyn",
        "handover": "leste vaktskiftet",
        "note.written": "skrev en beskjed til neste vakt",
        "note.changed": "rettet en beskjed til neste vakt",
        "note.taken_back": "tok tilbake en beskjed til neste vakt",
        "wall": "viste fornavnet på skjermen på veggen",
        "visit.done": "førte et besøk som utført",
        "visit.undone": "angret at et besøk var utført",
        "visit.moved": "flyttet et besøk",
        "visits.planned": "så de planlagte besøkene",
        "visit.planned": "planla et besøk",
        "visit.changed": "endret et planlagt besøk",
        "visit.cancelled": "avlyste et planlagt besøk",
        "visit.restored": "angret at et besøk var avlyst",
        "address": "så om adressen er sperret",
        "address.graded": "sperret adressen",
        "address.lowering": "ba om at adressesperren senkes eller oppheves",
        "address.lowered": "bekreftet at adressesperren senkes eller oppheves",
        "address.kept": "beholdt adressesperren",
        "place.shown": "viste et hjems eget navn igjen",
        "visit.way_in": "åpnet adkomst og telefon for et besøk",
        "way_in": "så hva som er skrevet om adkomst, uten koder",
        "way_in.changed": "endret hva som er skrevet om adkomst",
    }
)
_BECAUSE = Spoken(
    {
        Tie.UNIT: "arbeider i enheten",
        Tie.ASKED: "hadde varselet, eller ble spurt om det",
        Tie.UNANSWERED: "ingen hadde svart på varselet",
        Tie.OPENED: "hadde oppgitt en grunn",
    }
)


def did(action: str) -> str:
    """What was done; an action without words of its own is named as it is."""
    return _ACTIONS.get(action, _("gjorde et oppslag (%(action)s)", action=action))


def why(because: str | None) -> str:
    """What let them: a tie, or the reason that they wrote."""
    if because is None:
        return ""
    if because == GONE:
        return _("begrunnelsen er slettet")
    return _BECAUSE[Tie(because)] if because in _BECAUSE else _("grunn: %(because)s", because=because)
