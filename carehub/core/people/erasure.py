"""What becomes of a resident's data when they ask for it to be erased: what goes, what stays, and by which law."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of one kind of data."""

    ERASED = "erased"
    NAMELESS = "nameless"
    """Kept, and nothing in it says whose it is."""
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of data. Texts are bokmål.

    Attributes:
        key: Names it for the store.
    """

    key: str
    title: str
    fate: Fate
    because: str


_CONSENT_GONE = "Personvernforordningen artikkel 17 nr. 1: formålet er borte."
PLAN: tuple[Line, ...] = (
    Line(key="person", title="Navn, fødselsnummer, telefon og notat", fate=Fate.ERASED, because=_CONSENT_GONE),
    Line(key="home", title="Adresse og hvordan en kommer inn", fate=Fate.ERASED, because=_CONSENT_GONE),
    Line(key="events", title="Hendelser fra sensorer uten varsel", fate=Fate.ERASED, because=_CONSENT_GONE),
    Line(key="days", title="Døgnrytme og funn fra modeller", fate=Fate.ERASED, because=_CONSENT_GONE),
    Line(
        key="relatives", title="Pårørendes innsyn, innlogginger og meldinger til dem", fate=Fate.ERASED,
        because=_CONSENT_GONE,
    ),
    Line(key="messages", title="Meldinger som ble sendt om varsler", fate=Fate.ERASED, because=_CONSENT_GONE),
    Line(
        key="alerts", title="Varsler og det som ble gjort", fate=Fate.NAMELESS,
        because="Helsepersonelloven §§ 39 og 40, pasientjournalloven § 25, personvernforordningen artikkel 17 nr. 3 "
        "bokstav b og c: helsehjelp skal dokumenteres. Fritekst i varslene slettes.",
    ),
    Line(
        key="bases", title="Rettslig grunnlag og vedtak", fate=Fate.NAMELESS,
        because="Personvernforordningen artikkel 5 nr. 2 og 17 nr. 3 bokstav e, arkivlova: at behandlingen var lovlig, "
        "skal kunne vises.",
    ),
    Line(
        key="readings", title="Loggen over hvem som har sett opplysningene", fate=Fate.NAMELESS,
        because="Pasientjournalloven § 22 og personvernforordningen artikkel 17 nr. 3 bokstav b: tilgang skal kunne "
        "dokumenteres. Begrunnelser slettes; de som ble skrevet før november 2026, er en del av seglene og blir "
        "stående til loggen er gammel nok til å slettes.",
    ),
    Line(
        key="erasure", title="At det ble slettet, når og av hvem", fate=Fate.KEPT,
        because="Personvernforordningen artikkel 5 nr. 2.",
    ),
)  # fmt: skip
"""Helseregisterloven does not reach here: the hub is no health register, but a system for giving help."""


class Obstacle(StrEnum):
    """Why nothing can be erased yet."""

    LIVES_HERE = "lives_here"
    OPEN_ALERT = "open_alert"
    HELD = "held"
