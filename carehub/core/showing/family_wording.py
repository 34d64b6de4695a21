"""What an SMS may say to a resident's family: no name, no room, no word of health, of nobody (invariant 11)."""

from collections.abc import Collection

from carehub.core.days.calm import Tone
from carehub.core.people.kin import Going

_STATUS: dict[Tone, str] = {
    Tone.HUB_DEAF: "Vi får ikke oppdateringer akkurat nå, så vi vet ikke. Personalet følger opp på vanlig måte.",
    Tone.NOT_HEARD: "Vi får ikke målinger akkurat nå, så vi vet ikke. Personalet følger opp på vanlig måte.",
    Tone.FOLLOWED: "Personalet følger opp et varsel hos dine nå.",
    Tone.QUIETER: "Ingen varsler venter nå. Dagen er litt annerledes enn vanlig.",
    Tone.LIVELIER: "Ingen varsler venter nå. Dagen er litt annerledes enn vanlig.",
    Tone.NO_ALERTS: "Ingen varsler venter på svar nå.",
    Tone.USUAL: "Alt er som vanlig nå.",
    Tone.CLOSED: "Det er ikke avtalt at noe sendes på SMS.",
}
"""In the order in which they weigh: of several residents the weightiest is told."""

STARTED = "Du får SMS fra oss igjen. Svar STOPP når du ikke vil ha flere."
RELIEVED = "Personalet har tatt over nå. Du trenger ikke dra dit. Takk for at du svarte."
ASKED_ANEW = (
    "Ingen fra personalet har varselet hos dine likevel. Kan du dra dit? Svar JA eller NEI. Haster det: ring 113."
)
NOT_NOW = "Du er ikke spurt om noe nå. Haster det: ring 113."


def status_text(tones: Collection[Tone], *, link: str, hidden: bool = False) -> str:
    """One sentence for everybody whom somebody follows; where several differ, the one that weighs most.

    Whoever may be told of one and not of another must not take it for a word about both.

    Args:
        hidden: Of one it is agreed, and they hide their day just now.

    >>> status_text([Tone.USUAL, Tone.FOLLOWED], link="https://hub.example/relatives")
    'Personalet følger opp et varsel hos dine nå. Mer: https://hub.example/relatives'
    """
    told = next((words for tone, words in _STATUS.items() if tone in tones), _STATUS[Tone.CLOSED])
    if hidden and set(tones) <= {Tone.CLOSED}:
        return f"Dagen deles ikke akkurat nå. Mer: {link}"
    why = "deles det ikke akkurat nå" if hidden else "er det ikke avtalt"
    silent = f" Det gjelder ikke alle dine: om noen {why}." if {Tone.CLOSED} < set(tones) else ""
    return f"{told}{silent} Mer: {link}"


def help_text(*, link: str) -> str:
    """What one can answer, for whoever wrote something else."""
    return (
        f"Svar STATUS, JA, NEI, STOPP eller START. Ingen leser det du ellers skriver her: bruk {link} "
        "Haster det: ring 113."
    )


def stopped_text(*, on_staff: bool) -> str:
    """STOPP was heard, and what goes on all the same: the alarms of whoever is on the staff too."""
    if on_staff:
        return "Du får ikke flere SMS om dine nærmeste. Varsler på vakt kommer fortsatt. Svar START for å få SMS igjen."
    return "Du får ikke flere SMS fra oss. Siden din er som før. Svar START for å få SMS igjen."


def coming_text(going: Going, *, taken: bool, link: str, stopped: bool = False) -> str:
    """Thanks for JA, NEI or ER DER, and how it stands: the ladder goes on, or somebody on the staff has it.

    Args:
        stopped: They have said STOPP: nobody will tell them when staff are there.
    """
    if going is Going.THERE:
        now = "En ansatt har tatt varselet nå." if taken else "Vi fortsetter å spørre dem."
        return f"Takk. Personalet ser at du er der. {now} Haster det: ring 113."
    if going is Going.YES and taken and stopped:
        told = "Du har stoppet SMS fra oss: se her når personalet er der."
        return f"Takk. En ansatt har tatt varselet nå. {told} {link}"
    if going is Going.YES and taken:
        return f"Takk. En ansatt har tatt varselet nå. Du får vite det når personalet er der. {link}"
    if going is Going.YES:
        return (
            f"Takk. Personalet ser at du kan dra dit. Vi fortsetter å spørre dem. Kan du ikke likevel, svar NEI. {link}"
        )
    return f"Takk for svaret. {'En ansatt har tatt varselet nå.' if taken else 'Personalet fortsetter å spørre andre.'}"


def unmet_text(going: Going, *, goes_on: bool, link: str) -> str:
    """How it stands where an alert was closed with nobody met: who said nothing yet is told as who said JA."""
    closed = "Personalet har avsluttet varselet uten å ha hatt kontakt med noen der."
    closed += " De følger opp videre." if goes_on else ""
    match going:
        case Going.YES:
            return f"{closed} Det er fint om du drar dit. Svar ER DER når du er der. {link}"
        case Going.NO:
            return f"Takk for svaret. {closed}"
        case Going.THERE:
            return f"Takk. Vi har notert at du er der. {closed} Trenger dere hjelp, ring: {link} Haster det: ring 113."


def unclear_text() -> str:
    """To what is neither JA nor NEI, from somebody of whom an answer is waited for."""
    return "Vi forsto ikke svaret. Svar JA hvis du kan dra dit, eller NEI hvis du ikke kan. Haster det: ring 113."


def which_text(*, link: str) -> str:
    """To a JA of somebody who was asked about several: which of them stands behind the login, and in no text."""
    return f"Du er spurt om flere. Åpne siden og svar der du kan dra: {link}"


def letter_text(*, link: str) -> str:
    """That a message waits: not from whom, nor about whom."""
    return f"Du har fått en melding fra tjenesten. Logg inn for å lese den: {link}"
