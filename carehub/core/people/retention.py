"""How long what is kept, and on what ground: a policy per kind of data. The municipality may change the days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """A kind of data that grows old."""

    EVENTS = "events"
    HELD_BACK = "held_back"
    ALERTS = "alerts"
    MESSAGES = "messages"
    REPORTS = "reports"
    DEAD_LETTERS = "dead_letters"
    DAYS = "days"
    FINDINGS = "findings"
    SILENCES = "silences"
    TASKS = "tasks"
    OPENED = "opened"
    CONSENTS = "consents"
    SESSIONS = "sessions"
    READINGS = "readings"
    REASONS = "reasons"
    INPUTS = "inputs"
    LATE_ANSWERS = "late_answers"
    VISITS = "visits"
    FAMILY_VISITS = "family_visits"
    LETTERS = "letters"
    TURNS = "turns"
    ROUNDS = "rounds"
    NOTES = "notes"
    BASES = "bases"
    DECISIONS = "decisions"
    GRADINGS = "gradings"
    INCIDENTS = "incidents"
    BATTERIES = "batteries"
    DUTIES = "duties"
    PLANS = "plans"
    ABSENCES = "absences"
    ROLL_CALLS = "roll_calls"
    LINKS = "links"
    SCREENS = "screens"
    ANSWER_DAYS = "answer_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may be kept for so many days, and why so long.

    Attributes:
        days: Full days after it was written; what something still needs (an open alert, a hold) stays whatever it says.
        least: The municipality cannot set fewer: what the hub works from.
        title: In bokmål, as is `ground`.
    """

    kind: Kind
    days: int
    least: int
    title: str
    ground: str

    def before(self, now: datetime) -> datetime:
        """What is older than this may go."""
        return now - timedelta(days=self.days)


_MINIMAL = "Personvernforordningen artikkel 5 nr. 1 bokstav e: ikke lenger enn formålet krever."
_RECORD = "Pasientjournalloven § 25: så lenge helsehjelpen kan gi grunn til det. Kommunen avgjør."
_ACCESS = "Pasientjournalloven § 22: tilgang skal kunne dokumenteres."
_LAWFUL = "Personvernforordningen artikkel 5 nr. 2: at behandlingen var lovlig, skal kunne vises."
POLICIES: tuple[Policy, ...] = (
    Policy(kind=Kind.EVENTS, days=120, least=35, title="Hendelser fra sensorer", ground=_MINIMAL),
    Policy(kind=Kind.HELD_BACK, days=120, least=35, title="Hvorfor en regel ikke varslet", ground=_MINIMAL),
    Policy(kind=Kind.ALERTS, days=3650, least=365, title="Avsluttede varsler med journal", ground=_RECORD),
    Policy(kind=Kind.MESSAGES, days=90, least=14, title="Meldinger som ble sendt", ground=_MINIMAL),
    Policy(kind=Kind.REPORTS, days=90, least=14, title="Leverandørenes leveringsrapporter", ground=_MINIMAL),
    Policy(kind=Kind.DEAD_LETTERS, days=30, least=7, title="Uleselige meldinger", ground=_MINIMAL),
    Policy(kind=Kind.DAYS, days=120, least=90, title="Døgnrytme", ground=_MINIMAL),
    Policy(kind=Kind.FINDINGS, days=400, least=35, title="Funn fra modeller", ground=_MINIMAL),
    Policy(kind=Kind.SILENCES, days=1095, least=35, title="Det som ble satt på stille", ground=_RECORD),
    Policy(kind=Kind.TASKS, days=1095, least=35, title="Utførte oppgaver", ground=_MINIMAL),
    Policy(kind=Kind.OPENED, days=1826, least=365, title="Åpning på tvers av enheter", ground=_ACCESS),
    Policy(
        kind=Kind.CONSENTS, days=1826, least=365, title="Avsluttede samtykker",
        ground="Personvernforordningen artikkel 7 nr. 1: samtykket skal kunne påvises.",
    ),
    Policy(kind=Kind.SESSIONS, days=30, least=1, title="Utløpte innlogginger", ground=_MINIMAL),
    Policy(kind=Kind.READINGS, days=1826, least=365, title="Loggen over oppslag", ground=_ACCESS),
    Policy(kind=Kind.REASONS, days=1826, least=365, title="Begrunnelser i loggen over oppslag", ground=_ACCESS),
    Policy(kind=Kind.INPUTS, days=120, least=35, title="Klokkeslag og beskjeder til reglene", ground=_MINIMAL),
    Policy(kind=Kind.LATE_ANSWERS, days=90, least=14, title="Svar fra telefoner uten dekning", ground=_MINIMAL),
    Policy(kind=Kind.VISITS, days=400, least=35, title="Planlagte og utførte besøk", ground=_MINIMAL),
    Policy(kind=Kind.FAMILY_VISITS, days=90, least=14, title="Besøk av pårørende", ground=_MINIMAL),
    Policy(kind=Kind.LETTERS, days=365, least=30, title="Meldinger mellom pårørende og ansatte", ground=_MINIMAL),
    Policy(kind=Kind.TURNS, days=1095, least=35, title="Tilsyn og det som ble sett", ground=_RECORD),
    Policy(kind=Kind.ROUNDS, days=1095, least=35, title="Avtaler om tilsyn som er over", ground=_RECORD),
    Policy(kind=Kind.NOTES, days=365, least=35, title="Notater ved vaktskifte", ground=_RECORD),
    Policy(kind=Kind.BASES, days=3650, least=1826, title="Rettslig grunnlag som er over", ground=_LAWFUL),
    Policy(kind=Kind.DECISIONS, days=3650, least=365, title="Avgjørelser om regler som er over", ground=_LAWFUL),
    Policy(kind=Kind.GRADINGS, days=1826, least=365, title="Adressesperre som er opphevet", ground=_LAWFUL),
    Policy(kind=Kind.INCIDENTS, days=400, least=35, title="Utstyr som falt ut samtidig", ground=_MINIMAL),
    Policy(kind=Kind.BATTERIES, days=400, least=90, title="Batterier dag for dag", ground=_MINIMAL),
    Policy(kind=Kind.DUTIES, days=1826, least=365, title="Hvem som var på vakt", ground=_ACCESS),
    Policy(kind=Kind.PLANS, days=1826, least=365, title="Vaktplaner som er over", ground=_ACCESS),
    Policy(kind=Kind.ABSENCES, days=90, least=35, title="Fravær", ground=_MINIMAL),
    Policy(kind=Kind.ROLL_CALLS, days=90, least=14, title="Opprop på telefon", ground=_MINIMAL),
    Policy(kind=Kind.LINKS, days=30, least=1, title="Utløpte lenker for å velge passord", ground=_MINIMAL),
    Policy(kind=Kind.SCREENS, days=90, least=7, title="Nettbrett som ikke lenger er i bruk", ground=_MINIMAL),
    Policy(kind=Kind.ANSWER_DAYS, days=400, least=370, title="Svartider dag for dag, uten navn", ground=_MINIMAL),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Tables that no policy empties, and why. Texts are bokmål."""

    title: str
    ground: str
    tables: frozenset[str]


KEPT: tuple[Kept, ...] = (
    Kept(
        title="Register over beboere, pårørende, ansatte, hjem og utstyr, og det hver av dem har bestemt",
        ground="Så lenge hjelpen varer. Beboerens del slettes på beboerens egen side: "
        "personvernforordningen artikkel 17.",
        tables=frozenset({
            "resident", "residency", "scope", "sealed_home", "way_in", "device", "assignment", "heard_kind",
            "device_gap", "unit", "unit_neighbour", "person", "competence", "contact_method", "login_factor",
            "person_identity", "kin_settings", "availability", "wish", "sharing_pause", "tablet", "tablet_pin",
            "pin_tries", "wall_link", "calendar_feed", "fixed_contact", "ladder", "ladder_rung", "floor_plan",
        }),
    ),
    Kept(
        title="Regler, modeller og stiger slik de var, og hvem som bestemte det",
        ground="Pasientjournalloven § 25: et varsel skal kunne forklares med det som gjaldt da.",
        tables=frozenset({
            "rule_version", "rule_draft", "rule_off", "activation", "ladder_change", "detector", "model",
        }),
    ),
    Kept(
        title="At noe ble sperret eller slettet, og seglene over loggen", ground=_LAWFUL,
        tables=frozenset({"legal_hold", "erasure", "access_seal", "access_trim"}),
    ),
    Kept(
        title="Det som gjelder akkurat nå, og skrives over", ground=_MINIMAL,
        tables=frozenset({
            "scope_state", "scope_tuning", "fold_deadline", "ownership", "beat", "staffing_gap", "canary_month",
        }),
    ),
    Kept(
        title="Koder, halve innlogginger og prøver, som går av seg selv i løpet av timer eller uker", ground=_MINIMAL,
        tables=frozenset({"login_step", "contact_check", "removed_way", "canary_song", "backtest_run"}),
    ),
)  # fmt: skip


def policies(days: Mapping[str, int]) -> tuple[Policy, ...]:
    """The policies with the municipality's own days.

    Raises:
        ValueError: A kind that there is not, or fewer days than the hub works from.
    """
    unknown = set(days) - {one.value for one in Kind}
    if unknown:
        raise ValueError(f"There is no kind of data called {', '.join(sorted(unknown))}.")
    short = [one for one in POLICIES if days.get(one.kind, one.days) < one.least]
    if short:
        raise ValueError(f"{short[0].kind} must be kept for {short[0].least} days at the least.")
    return tuple(replace(one, days=days.get(one.kind, one.days)) for one in POLICIES)


def read_days(text: str) -> dict[str, int]:
    """`events=90, alerts=3650` as a setting gives it.

    Raises:
        ValueError: It cannot be read.
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return {kind.strip(): int(many) for kind, _, many in pairs}
