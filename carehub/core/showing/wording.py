"""What the hub says, to whom: titles of alerts, and what an SMS may say.

An SMS, a push or a call carries no name, address or health word (invariant 11): it says
that somebody is needed, how much it hurries, where to look, and how to take it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.severity import Severity

URGENCY_NB: dict[Severity, str] = {
    Severity.CRITICAL: "Kritisk",
    Severity.SERIOUS: "Alvorlig",
    Severity.MODERATE: "Moderat",
    Severity.NORMAL: "Normal",
    Severity.NOT_REPORTED: "Ikke rapportert",
}

FLOOR_TITLES_NB: dict[str, str] = {
    "social-alarm": "Trygghetsalarm",
    "fall": "Fall",
    "fire": "Røyk eller gass",
    "unreadable-alarm": "Uleselig alarm",
    "hub-fault": "Feil i systemet",
    "test-alarm": "Prøvealarm",
    "common-silence": "Mange er stille samtidig",
    "device-unstable": "Utstyr er ustabilt",
    "follow-up": "Oppfølging uten kontakt",
    "help": "Kollega trenger hjelp",
    "supervision-missed": "Tilsyn ikke utført",
    "supervision-help": "Trenger hjelp, sett ved tilsyn",
}
"""Titles that must be there even when the rulebook is not."""

CAUSE_NB: dict[Cause, str] = {
    Cause.FALL: "Fall", Cause.ILLNESS: "Sykdom", Cause.TOILET: "Toalett", Cause.PAIN: "Smerter",
    Cause.PRACTICAL_HELP: "Praktisk hjelp", Cause.ANXIETY: "Uro", Cause.INFORMATION: "Spørsmål",
    Cause.UNINTENDED: "Ikke ment", Cause.TECHNICAL: "Teknisk", Cause.TEST: "Prøve",
    Cause.NOTHING_FOUND: "Fant ikke årsak", Cause.OTHER: "Annet",
}  # fmt: skip

AFTERMATH_NB: dict[Aftermath, str] = {
    Aftermath.HELPED_ON_SITE: "Hjalp på stedet", Aftermath.SPOKE_WITH: "Snakket sammen",
    Aftermath.CALLED_DOCTOR: "Ringte lege/legevakt", Aftermath.CALLED_113: "Ringte 113",
    Aftermath.HANDED_TO_RELATIVE: "Pårørende tok over", Aftermath.DEVICE_FIXED: "Ordnet utstyret",
    Aftermath.NO_CONTACT: "Fikk ikke kontakt",
    Aftermath.NO_ACTION_NEEDED: "Trengte ikke hjelp",
}  # fmt: skip

TAKE_KEY = "1"
_HURRY = {Severity.CRITICAL: "HASTER", Severity.SERIOUS: "Snarest"}


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Clock time as people read it: "02:14"."""
    return moment.astimezone(zone).strftime("%H:%M")


def summons_text(  # noqa: PLR0913 - every word of the text is named here
    *,
    severity: Severity,
    raised_at: datetime,
    number: str,
    code: str,
    link: str,
    attempt: int,
    zone: ZoneInfo,
) -> str:
    """The SMS that asks a member of staff to come.

    >>> from datetime import UTC
    >>> summons_text(severity=Severity.CRITICAL, raised_at=datetime(2026, 1, 15, 1, 14, tzinfo=UTC), number="A4F2",
    ...     code="K7M2PT", link="https://hub.example/a/A4F2", attempt=1, zone=ZoneInfo("Europe/Oslo"))
    'HASTER: varsel A4F2 kl. 02:14 venter på deg. https://hub.example/a/A4F2 Svar med koden for å ta det: K7M2PT'
    """
    hurry = _HURRY.get(severity)
    again = f" ({attempt}. gang)" if attempt > 1 else ""
    opening = f"{hurry}: varsel" if hurry else "Varsel"
    when = local_time(raised_at, zone)
    return f"{opening} {number} kl. {when}{again} venter på deg. {link} Svar med koden for å ta det: {code}"


def spoken_text(*, severity: Severity, number: str, digits: str) -> str:
    """What a voice says to a member of staff; where there are digits, how to take it.

    >>> spoken_text(severity=Severity.CRITICAL, number="A4F2", digits="482")
    'Dette er varslingen. Et varsel haster og venter på deg. Varsel A, 4, F, 2. For å ta det: trykk 1, og så 4 8 2.'
    """
    waits = "haster og venter" if severity in _HURRY else "venter"
    opening = f"Dette er varslingen. Et varsel {waits} på deg. Varsel {', '.join(number)}."
    return f"{opening} For å ta det: trykk {TAKE_KEY}, og så {' '.join(digits)}." if digits else opening


def bundle_text(severity: Severity, count: int, *, link: str) -> str:
    """One SMS for several that were held up; the codes come when they are asked for.

    >>> bundle_text(Severity.CRITICAL, 3, link="https://hub.example/nurse")
    'HASTER: 3 varsler venter på deg. https://hub.example/nurse Svar LISTE for å få kodene.'
    """
    hurry = _HURRY.get(severity)
    waiting = f"{count} varsler venter på deg. {link} Svar LISTE for å få kodene."
    return f"{hurry}: {waiting}" if hurry else waiting


def push_title(severity: Severity) -> str:
    """What a locked screen shows: no code and no number, for whoever holds the telephone."""
    hurry = _HURRY.get(severity)
    return f"{hurry}: et varsel venter på deg" if hurry else "Varsel fra CareHub"


def mail_subject(*, proves: bool) -> str:
    """What stands over a mail, which many machines read on its way."""
    return "Bekreft e-postadressen din" if proves else "Et varsel venter på deg"


def mail_text(*, link: str) -> str:
    """The whole of a mail about an alert: where to log in."""
    return f"Et varsel venter på deg. Logg inn her: {link}"


def push_test_text(*, link: str) -> str:
    """The first notification to a browser: when it is shown, the browser counts."""
    return f"Prøvevarsel. {link}"


def push_gone_text(*, link: str) -> str:
    """To whoever's browser takes no notifications any more."""
    return f"Varsler i nettleseren er slått av på en av enhetene dine. Slå dem på igjen her: {link}"


def repeat_text(*, number: str, presses: int, link: str, both: bool = False) -> str:
    """The SMS to whoever has an alert when it is reported again; `both` where it comes from two places in turn."""
    where = ", fra to steder. Se til begge" if both else ""
    return f"Nytt trykk på varsel {number} ({presses} ganger nå){where}. {link}"


def again_text(*, number: str, presses: int, link: str) -> str:
    """The SMS to whoever has an alert when it is reported again, and nobody pressed."""
    return f"Varsel {number} er meldt på nytt ({presses} ganger nå). {link}"


def elsewhere_text(*, number: str, link: str) -> str:
    """The SMS to whoever is on the way when their alert is in another place than they were told."""
    return f"Varsel {number}, som du har, gjelder nå et annet sted. {link}"


def worse_text(*, severity: Severity, number: str, link: str) -> str:
    """The SMS to whoever has an alert that is more serious than when they took it.

    >>> worse_text(severity=Severity.CRITICAL, number="A4F2", link="https://hub.example/a/A4F2")
    'HASTER: varsel A4F2, som du har, er mer alvorlig enn før. https://hub.example/a/A4F2'
    """
    hurry = _HURRY.get(severity)
    opening = f"{hurry}: varsel" if hurry else "Varsel"
    return f"{opening} {number}, som du har, er mer alvorlig enn før. {link}"


def repeated_text(text: str) -> str:
    """A message that may have come before: whoever has it already need not count it as another."""
    return f"Gjentatt melding. {text}"


def closed_way_text(*, channel: str, link: str) -> str:
    """To the coordinator when a colleague cannot be reached by one of their ways any more: whose it is stands there."""
    return f"En ansatt tar ikke lenger imot varsler på {channel}. Sjekk vaktlisten, og finn en annen vei: {link}"


def reminder_text(*, number: str, link: str) -> str:
    """The SMS to whoever took an alert, shortly before the time to be there runs out."""
    return f"Påminnelse: du har varsel {number}. Trykk «Jeg er der» når du er fremme, ellers spør vi flere. {link}"


def hand_over_text(*, number: str, code: str, link: str) -> str:
    """The SMS to a colleague who is asked to take an alert over."""
    return f"En kollega ber deg overta varsel {number}. {link} Svar med koden for å ta det: {code}"


def relative_text(*, link: str) -> str:
    """The SMS that asks a relative: no name, no kind, no time; what they may know stands behind the login."""
    return f"Vi har ikke fått svar fra personalet på et varsel hos dine. Kan du dra dit? Svar JA eller NEI. {link}"


def centre_text(*, number: str, raised_at: datetime, zone: ZoneInfo, phone: str | None = None) -> str:
    """The message to an alarm centre, which has no login: that nobody answers, and whom to call.

    >>> from datetime import UTC
    >>> centre_text(number="A4F2", raised_at=datetime(2026, 1, 15, 1, 14, tzinfo=UTC), zone=ZoneInfo("Europe/Oslo"),
    ...     phone="+4799900701")
    'HASTER: varsel A4F2 fra kl. 02:14 er ikke besvart. Ring vakttelefonen til tjenesten: +4799900701'
    """
    when = local_time(raised_at, zone)
    ring = f"Ring vakttelefonen til tjenesten: {phone}" if phone else "Ring vakttelefonen til tjenesten."
    return f"HASTER: varsel {number} fra kl. {when} er ikke besvart. {ring}"


def unmanned_text(*, number: str, rungs: str, link: str) -> str:
    """The SMS to a coordinator when a ladder had a rung that reaches nobody."""
    return f"Varsel {number}: ingen kunne nås på trinn {rungs}. Varselet gikk videre. Se over vakten: {link}"


def stale_text(*, number: str, link: str) -> str:
    """The SMS to a coordinator about an alert whose deadline passed long ago, before the hub could keep it."""
    return f"Varsel {number} har ligget uten oppfølging i over et døgn. Gå gjennom det: {link}"


def roll_call_text(*, code: str, link: str) -> str:
    """The message at the start of a shift: it must be answered, so that others know that this telephone works."""
    return f"Vakten din er i gang. Svar OK på denne meldingen, så vet vi at telefonen virker. {link} Kode {code}"


def unanswered_text(*, answered: int, asked: int, link: str) -> str:
    """To the coordinator and those on duty when a telephone was silent as its shift began: whose, stands there."""
    return f"Vaktstart: {answered} av {asked} har svart. Se hvem som mangler, og finn dem: {link}"


def staffing_text(*, link: str) -> str:
    """To the coordinator when somebody is missing within a day: which unit and when, stands there."""
    return f"Vaktplanen har en tid det neste døgnet uten noen som kan nås. Sett inn noen: {link}"


def check_text(*, code: str) -> str:
    """The code that shows that an address reaches its owner."""
    return f"Koden din er {code}. Skriv den inn på siden din, eller svar med den på denne meldingen."


def mail_check_text(*, code: str) -> str:
    """The same by mail, which nobody answers."""
    return f"Koden din er {code}. Skriv den inn på siden din. Har du ikke bedt om den, trenger du ikke gjøre noe."


def handled_text(*, link: str) -> str:
    """The SMS to a relative when an alert has been handled: no name, no kind, no cause."""
    return f"Det har vært et varsel hos dine, og det er fulgt opp av personalet. Logg inn for mer: {link}"


def alert_number(alert_id: str) -> str:
    """The short form in which people speak of an alert: "A4F2"."""
    return alert_id[:4].upper()


LATE = "Forsinket"


def late_text(text: str, late: timedelta) -> str:
    """The same words, with how late they come in front: what stands at the end of an SMS may be cut off.

    >>> late_text("HASTER: varsel A4F2", timedelta(minutes=4, seconds=10))
    'Forsinket 4 min. HASTER: varsel A4F2'
    >>> late_text("HASTER: varsel A4F2", timedelta(hours=3, minutes=5))
    'Forsinket 3 t 5 min. HASTER: varsel A4F2'
    """
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    return f"{LATE} {f'{hours} t ' if hours else ''}{minutes} min. {text}"


def technical_text(*, number: str, when: str, link: str) -> str:
    """The SMS to a coordinator about the hub itself."""
    return f"Teknisk varsel {number} kl. {when}: se hva huben melder. {link}"


def downtime_words(since: str, until: str, late: int) -> str:
    """What the hub says of the time in which it did not work.

    >>> downtime_words("14:02", "14:09", 3)
    'Huben var nede fra 14:02 til 14:09. 3 varsler gikk ut forsinket.'
    """
    told = {0: "Ingen varsler ble forsinket.", 1: "1 varsel gikk ut forsinket."}
    return f"Huben var nede fra {since} til {until}. {told.get(late, f'{late} varsler gikk ut forsinket.')}"


def forgotten_words(numbers: Sequence[str]) -> str:
    """What the hub says of alerts whose deadline is more than a day old."""
    many = len(numbers)
    listed = ", ".join(numbers[:_MOST_LISTED]) + (" og flere" if many > _MOST_LISTED else "")
    alerts = "Et åpent varsel har" if many == 1 else f"{many} åpne varsler har"
    return f"{alerts} frist som er over et døgn gammel, og er ikke sendt på nytt ennå: {listed}. Se over, og avslutt."


_MOST_LISTED = 20
