"""What is wrong with a rule, in bokmål: the language's own sentences are English, as its words are."""

import re

from carehub.core.languages import Language
from carehub.web.tongue import Spoken, _, language

_Q = r"('[^']*'|\"[^\"]*\")"
"""What a fault quotes, of the rule or of the language; it stays as it is written there."""

_PAIRS = (
    # the whole of a text
    (r"Line (\S+): this is not YAML \(.*?\)\.", r"Linje \1: dette er ikke gyldig YAML."),
    (r"(?i)this is not YAML( text)?( \(.*?\))?\.", "Teksten er ikke gyldig YAML."),
    (rf"Line (\S+): {_Q} is written twice", r"Linje \1: \2 er skrevet to ganger"),
    (r"Line (\S+): a word is expected before the colon", r"Linje \1: det må stå et ord foran kolon"),
    (r"Aliases \(\*name\) are not allowed in a rule; write the words out",
     "Henvisninger (*navn) kan ikke brukes i en regel; skriv ordene helt ut"),
    (r"The rule is nested more than (\S+) deep", r"Regelen har mer enn \1 nivåer"),
    (r"The rule is larger than (\S+) KB", r"Regelen er større enn \1 KB"),
    (r"A rule is a list of words with a colon after each, such as", "En regel er en liste av ord med kolon etter, som"),
    (r"A draft holds between 1 and (\S+) rules; this one holds (\S+)\.",
     r"Et utkast har fra 1 til \1 regler; dette har \2."),
    (rf"The draft holds {_Q} twice", r"Utkastet har \1 to ganger"),
    (r"and (\d+) more faults", r"og \1 feil til"),
    # stories
    (r"no example shows that it alerts", "ingen av eksemplene viser at den varsler"),
    (r"no example shows that it keeps quiet \(expect: nothing\)",
     "ingen av eksemplene viser at den lar være å varsle (expect: nothing)"),
    (r"The lines are not in order of time", "Linjene står ikke i rekkefølge etter tid"),
    (r"the rule raised", "regelen feilet:"),
    (r"the rule never comes to rest", "regelen blir aldri ferdig"),
    (rf"{_Q} needs a time and a kind of event", r"\1 må ha et tidspunkt og en hendelse"),
    (rf"after {_Q} only 'until' and a time may stand", r"etter \1 kan det bare stå «until» og et tidspunkt"),
    (r"after 'usual' stand a name and what is usual", "etter «usual» står et navn og det som er vanlig"),
    (rf"{_Q} is neither a place, a number nor @device", r"\1 er verken et sted, et tall eller @utstyr"),
    # words and values
    (rf"{_Q} is not a word that may stand here", r"\1 er ikke et ord som kan stå her"),
    (rf"{_Q} is missing: what starts the rule\?", r"\1 mangler: Hva setter regelen i gang?"),
    (rf"{_Q} is missing", r"\1 mangler"),
    (rf"{_Q} is not a kind of event", r"\1 er ikke en hendelse"),
    (rf"{_Q} is not a class of device", r"\1 er ikke en type utstyr"),
    (rf"{_Q} is not a place", r"\1 er ikke et sted"),
    (rf"{_Q} is not a weekday", r"\1 er ikke en ukedag"),
    (rf"{_Q} is not a severity; write one of", r"\1 er ikke en alvorlighetsgrad; skriv en av"),
    (rf"{_Q} is not a length of time", r"\1 er ikke en varighet"),
    (rf"{_Q} is not a time of day", r"\1 er ikke et klokkeslett"),
    (rf"{_Q} is not a time", r"\1 er ikke et tidspunkt"),
    (rf"{_Q} is not a national alert code", r"\1 er ikke en nasjonal varselkode"),
    (rf"{_Q} is longer than 7 days", r"\1 er lenger enn 7 døgn"),
    (rf"{_Q} is nothing that the hub knows the usual of", r"\1 er ikke noe det finnes en vane for"),
    (rf"{_Q} is no (\S+): ", r"\1 er ikke en gyldig verdi: "),
    (r"write the alert code in quotes", "skriv varselkoden i anførselstegn"),
    (rf"write either {_Q} or {_Q}, or 'found' with the id of a rule",
     r"skriv enten \1 eller \2, eller «found» med navnet på en regel"),
    (rf"write either {_Q} or {_Q}", r"skriv enten \1 eller \2"),
    (r"write one upper and one lower bound at most", "skriv høyst én øvre og én nedre grense"),
    (rf"{_Q} stands alone, without other bounds", r"\1 står alene, uten andre grenser"),
    (rf"{_Q} and {_Q} are the same time; leave the window out if the whole day is meant",
     r"\1 og \2 er samme klokkeslett; ta bort tidsrommet om det gjelder hele døgnet"),
    (r"The window (.+) never (?:ends|begins)", r"Tidsrommet \1 kommer aldri"),
    # what does not go together
    (rf"{_Q} is the name of the hub's own life-safety floor; choose another id",
     r"\1 er opptatt av det som alltid varsles; velg et annet navn"),
    (rf"{_Q} stands alone", r"\1 står alene"),
    (rf"a rule decides in one way; {_Q} and {_Q} need a rule each",
     r"en regel avgjør på én måte; \1 og \2 må ha hver sin regel"),
    (rf"{_Q} says what is watched; leave {_Q} out", r"\1 sier hva det følges med på; ta bort \2"),
    (rf"{_Q} has its own 'from' and 'to'; leave {_Q} out", r"\1 har egen «from» og «to»; ta bort \2"),
    (rf"{_Q} has its own time; leave {_Q} out", r"\1 har eget klokkeslett; ta bort \2"),
    (rf"{_Q} looks at the home; leave {_Q} out", r"\1 ser på hele boligen; ta bort \2"),
    (rf"{_Q} needs an 'only_when', or it would alert in every home",
     r"\1 må ha «only_when», ellers ville den varslet i alle boliger"),
    (rf"{_Q} belongs to {_Q}", r"\1 hører til \2"),
    (rf"{_Q} needs an 'until' that says what ends it, or bounds on the value",
     r"\1 må ha «until», som sier hva som avslutter, eller grenser for verdien"),
    (rf"{_Q} does not go with {_Q}", r"\1 kan ikke brukes sammen med \2"),
    (rf"alert_code names {_Q}, which the rule does not watch", r"alert_code nevner \1, som regelen ikke følger med på"),
    (rf"{_Q} is for a rule that alerts at once", r"\1 er for en regel som varsler med en gang"),
    (rf"{_Q} may not be used with (.+?): every one of them counts", r"\1 kan ikke brukes med \2: hver eneste teller"),
    (rf"{_Q} may not be used with (.+?): they always alert", r"\1 kan ikke brukes med \2: de varsler alltid"),
    (rf"{_Q} stands in both {_Q} and {_Q}; then it never alerts",
     r"\1 står både i \2 og i \3; da varsler den aldri"),
    (rf"{_Q} compares numbers, and (\S+) is no measurement", r"\1 sammenligner tall, og \2 er ikke en måling"),
    (rf"{_Q} is not counted so that {_Q} fits", r"\1 telles ikke slik at \2 passer"),
    (rf"{_Q} goes with (.+?), which holds where nothing is usual yet",
     r"\1 må stå sammen med \2, som gjelder til vanen er kjent"),
    (r"the fixed bound must lie between 'least' and 'most'", "den faste grensen må ligge mellom «least» og «most»"),
    (rf"tune names {_Q}, which is not a number or a length of time in this rule",
     r"tune nevner \1, som ikke er et tall eller en varighet i denne regelen"),
    (r"the bounds are not of the same kind as the value", "grensene er ikke av samme slag som verdien"),
    (r"the value in the rule is outside its own bounds", "verdien i regelen er utenfor sine egne grenser"),
    # what pydantic says by itself
    (r"Input should be a valid string", "her må det stå en tekst"),
    (r"Input should be a valid (?:number|integer)(?:, .*?)?(?=;|$)", "her må det stå et tall"),
    (r"Input should be a valid boolean", "her må det stå true eller false"),
    (r"Input should be a valid (?:list|tuple|set)", "her må det stå en liste"),
    (r"Input should be a valid dictionary(?: or instance of \w+)?", "her må det stå ord med kolon etter"),
    (r"Input should be a valid date.*?(?=;|$)", "her må det stå en dato, som 2026-01-15"),
    (r"Input should be a finite number", "her må det stå et tall"),
    (r"Input should be greater than or equal to (\S+)", r"tallet må være minst \1"),
    (r"Input should be greater than (\S+)", r"tallet må være større enn \1"),
    (r"Input should be less than or equal to (\S+)", r"tallet må være høyst \1"),
    (r"Input should be less than (\S+)", r"tallet må være mindre enn \1"),
    (r"Input should be (?=')", "her må det stå "),
    (r"String should have at least \d+ characters?", "teksten kan ikke være tom"),
    (r"String should have at most (\d+) characters?", r"teksten kan ha høyst \1 tegn"),
    (r"String should match pattern '.*?'(?=;|$)", "teksten har tegn som ikke kan brukes her"),
    (r"\w+ should have at least (\d+) items?.*?(?=;|$)", r"listen må ha minst \1"),
    (r"\w+ should have at most (\d+) items?.*?(?=;|$)", r"listen kan ha høyst \1"),
    # what may follow any of them
    (rf"; did you mean {_Q}\?", r"; mente du \1?"),
    (r"; write one of ", "; skriv en av "),
    (r"; write it like ", "; skriv det som "),
)  # fmt: skip
_READ = tuple((re.compile(pattern, re.MULTILINE), pattern) for pattern, _said in _PAIRS)
FAULTS = Spoken(dict(_PAIRS), into=(Language.NN,))
"""English is the language in which the faults themselves are written."""
_STORY = re.compile(r"expected (?P<wanted>.+), got (?P<got>.+)$")
_ALERT = re.compile(r"(\S+) at (\d\d\.\d\d\.) (\d\d:\d\d)(?::00|(:\d\d))")
_OR = re.compile(r"(?<=') (?:or|and) (?=')")


def fault_words(fault: str) -> str:
    """A fault as the page says it; what is not known here is left as the language says it."""
    if language() is Language.EN:
        return fault
    if story := _STORY.search(fault):
        wanted, got = _alerts(story["wanted"]), _alerts(story["got"])
        name = fault[: story.start()].partition(": ")[2].removesuffix(": ")
        return _("Eksempelet «%(name)s» skal gi %(wanted)s, men gir %(got)s.", name=name, wanted=wanted, got=got)
    for written, pattern in _READ:
        fault = written.sub(FAULTS[pattern], fault)
    return _OR.sub(" eller ", fault)


def _alerts(told: str) -> str:
    return _("ingen varsler") if told == "nothing" else _ALERT.sub(r"\1 \2 kl. \3\4", told)
