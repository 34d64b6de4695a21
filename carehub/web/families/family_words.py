"""What the family's pages say: calm, plain, and not a word about health. Bokmål here, translated where it is shown."""

from carehub.core.answers.alerts import Aftermath
from carehub.core.days.calm import Beside, Tone
from carehub.core.people.consent import Insight
from carehub.core.people.kin import GivenBy, Ground, Sort
from carehub.core.people.legal import NAMES, Function, Standing
from carehub.core.watching.supervision import DeviceKind
from carehub.web.tongue import Spoken, later

SENTENCES: Spoken[Tone] = Spoken({
    Tone.CLOSED: "Det er ikke avtalt at opplysninger om %(name)s vises her.",
    Tone.HUB_DEAF: "Vi får ikke oppdateringer akkurat nå, så vi vet ikke. Personalet følger opp på vanlig måte.",
    Tone.NOT_HEARD: "Vi vet ikke akkurat nå: vi får ikke målinger fra boligen til %(name)s. "
    "Personalet følger opp på vanlig måte.",
    Tone.FOLLOWED: "Personalet følger opp et varsel hos %(name)s nå.",
    Tone.USUAL: "Alt er som vanlig hos %(name)s.",
    Tone.QUIETER: "Dagen har vært roligere enn vanlig hos %(name)s. Ingen varsler venter.",
    Tone.LIVELIER: "Dagen har vært livligere enn vanlig hos %(name)s. Ingen varsler venter.",
    Tone.NO_ALERTS: "Ingen varsler venter på svar hos %(name)s nå.",
})  # fmt: skip
OWN: Spoken[Tone] = Spoken({
    **SENTENCES.source,
    Tone.NOT_HEARD: "Vi vet ikke akkurat nå: vi får ikke målinger fra boligen din. "
    "Personalet følger opp på vanlig måte.",
    Tone.FOLLOWED: "Personalet følger opp et varsel hos deg nå.",
    Tone.USUAL: "Alt er som vanlig hos deg.",
    Tone.QUIETER: "Dagen din har vært roligere enn vanlig. Ingen varsler venter.",
    Tone.LIVELIER: "Dagen din har vært livligere enn vanlig. Ingen varsler venter.",
    Tone.NO_ALERTS: "Ingen varsler venter på svar hos deg nå.",
})  # fmt: skip
"""The same to the resident, of whom nobody speaks in their own house as of somebody else."""
CALM = frozenset({Tone.USUAL, Tone.NO_ALERTS})
UNSURE = frozenset({Tone.HUB_DEAF, Tone.NOT_HEARD})

BESIDE: Spoken[Beside] = Spoken({
    Beside.LESS: "roligere enn vanlig", Beside.USUAL: "som vanlig", Beside.MORE: "livligere enn vanlig",
    Beside.UNKNOWN: "vet ikke", Beside.RUNNING: "pågår nå", Beside.AHEAD: "senere i dag",
})  # fmt: skip

DONE: Spoken[Aftermath | None] = Spoken({
    None: "Personalet har fulgt opp.",
    Aftermath.HELPED_ON_SITE: "Personalet var innom.",
    Aftermath.SPOKE_WITH: "Personalet tok kontakt.",
    Aftermath.CALLED_DOCTOR: "Personalet hentet mer hjelp. Ring tjenesten hvis du vil vite mer.",
    Aftermath.CALLED_113: "Personalet hentet mer hjelp. Ring tjenesten hvis du vil vite mer.",
    Aftermath.HANDED_TO_RELATIVE: "Noen i familien overtok.",
    Aftermath.DEVICE_FIXED: "Utstyret ble ordnet.",
    Aftermath.NO_CONTACT: "Personalet følger opp videre.",
    Aftermath.NO_ACTION_NEEDED: "Det var ikke behov for noe.",
})  # fmt: skip
"""What was done, as far as it tells nothing of a resident's health."""
ASK = frozenset({Aftermath.CALLED_DOCTOR, Aftermath.CALLED_113})
"""After these the sentence says to ring: the number stands behind it."""

LEVELS: Spoken[Insight] = Spoken({
    Insight.NOTHING: "Ingenting",
    Insight.ALL_IS_WELL: "Om alt er som vanlig",
    Insight.DAILY_RHYTHM: "Døgnrytmen i grove trekk",
    Insight.HANDLED_ALERTS: "Døgnrytmen, og varsler som er fulgt opp",
})  # fmt: skip
LEVELS_MEAN: Spoken[Insight] = Spoken({
    Insight.NOTHING: "Det går an å skrive til personalet likevel.",
    Insight.ALL_IS_WELL: "Én setning om dagen: om alt er som vanlig, eller om noe følges opp.",
    Insight.DAILY_RHYTHM: "Om alt er som vanlig, og om dagen er roligere eller livligere enn vanlig, to og to timer om "
    "gangen.",
    Insight.HANDLED_ALERTS: "Om dagen er som vanlig, to og to timer om gangen, når et varsel er fulgt opp, og i korte "
    "trekk hva som ble gjort.",
})  # fmt: skip
"""What somebody gets to know: it stands after "Du får vite" and after a name, so it says neither who nor that."""
GIVERS: Spoken[GivenBy] = Spoken({
    GivenBy.RESIDENT: "beboeren selv", GivenBy.GUARDIAN: "den som handler for beboeren",
    GivenBy.UNKNOWN: "ikke skrevet ned",
})  # fmt: skip
GROUNDS: Spoken[Ground] = Spoken({
    Ground.SPOKEN: "muntlig samtykke", Ground.WRITTEN: "skriftlig samtykke",
    Ground.GUARDIAN: "verge eller fullmakt",
    Ground.LAW: "pasient- og brukerrettighetsloven § 3-3 (kan ikke samtykke)", Ground.UNKNOWN: "ikke skrevet ned",
})  # fmt: skip
SORTS: Spoken[Sort] = Spoken({Sort.VISIT: "Besøk", Sort.OUT: "Vi tar en tur ut"})
WEEKDAYS = (
    later("mandag"), later("tirsdag"), later("onsdag"), later("torsdag"), later("fredag"), later("lørdag"),
    later("søndag"),
)  # fmt: skip

SENSES: Spoken[str] = Spoken({
    DeviceKind.SENSOR: "Bevegelse og dører: at noen har vært i et rom, ikke hvem og ikke hva de gjorde.",
    DeviceKind.BUTTON: "Alarmknappen: når den trykkes.",
    DeviceKind.CORD: "Snoren: når den dras i.",
    DeviceKind.FALL: "Fallvarsleren: når den mener at noen har falt.",
    DeviceKind.SMOKE: "Røykvarsleren: når den utløses.",
    DeviceKind.GAS: "Gassvarsleren: når den utløses.",
    DeviceKind.SWITCH: "Brytere: når de brukes.",
    DeviceKind.UNKNOWN: "Annet utstyr: at det er i bruk.",
})  # fmt: skip
"""What each sort of equipment tells, and what not; a gateway only passes on."""

LAWFUL: Spoken[Standing] = Spoken({
    Standing.VALID: "Det er avtalt eller bestemt, og gjelder nå.",
    Standing.EXPIRES: "Det skal snart vurderes på nytt.",
    Standing.EXPIRED: "Det skulle vært vurdert på nytt. Kommunen følger det opp.",
    Standing.MISSING: "Grunnlaget er ikke skrevet ned. Kommunen følger det opp.",
    Standing.OBJECTED: "Det er sagt nei til dette, og det er slått av.",
})  # fmt: skip
FUNCTIONS: Spoken[Function] = Spoken(NAMES)
