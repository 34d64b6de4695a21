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
POLICIES: tuple[Policy, ...] = (
    Policy(kind=Kind.EVENTS, days=120, least=35, title="Hendelser fra sensorer", ground=_MINIMAL),
    Policy(kind=Kind.HELD_BACK, days=120, least=35, title="Hvorfor en regel ikke varslet", ground=_MINIMAL),
    Policy(kind=Kind.ALERTS, days=3650, least=365, title="Avsluttede varsler med journal", ground=_RECORD),
    Policy(kind=Kind.MESSAGES, days=90, least=14, title="Meldinger som ble sendt", ground=_MINIMAL),
    Policy(kind=Kind.REPORTS, days=90, least=14, title="Leverandørenes leveringsrapporter", ground=_MINIMAL),
    Policy(kind=Kind.DEAD_LETTERS, days=30, least=7, title="Uleselige meldinger", ground=_MINIMAL),
    Policy(kind=Kind.DAYS, days=400, least=90, title="Døgnrytme", ground=_MINIMAL),
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
