"""Which roads can feed a rule; a rule that nobody can feed is a promise that nobody keeps."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from carehub.core.kinds import HUB_ONLY, EventKind
from carehub.core.people.basis import NAMES, Basis
from carehub.core.rules.chains import FOUND
from carehub.core.rules.fields import Matcher
from carehub.core.rules.language import Rule
from carehub.core.rules.words import Language

Roads = Mapping[str, AbstractSet[str]]
"""What each road can say, by its name."""

BEGIN = "<!-- rules: begin (generated) -->"
END = "<!-- rules: end -->"
_SHORT = {Basis.NONE: "–", Basis.CONSENT: "consent", Basis.DECISION: "§ 4-6 a", Basis.CHAPTER_4A: "chapter 4 A"}
THE_HUB = "the hub"
HUB_SAYS = HUB_ONLY | {EventKind.DEVICE_ONLINE, EventKind.DEVICE_OFFLINE, EventKind.SWITCH_PRESSED}
"""What the hub says by itself: it notices silence, and the registry makes a switch of a button."""


def heard_from(rule: Rule, roads: Roads) -> list[str]:
    """The roads that can start the rule, by name."""
    starts = _parts(rule)[0]
    return [name for name, says in ({THE_HUB: HUB_SAYS} | dict(roads)).items() if starts & says]


def objections(rule: Rule, roads: Roads) -> Iterator[str]:
    """Why the rule may not be shipped, though it is sound: nobody may run it, or nothing can feed it."""
    if not rule.basis:
        yield "no 'basis' says which legal basis it needs; write 'basis: none' if it watches nobody"
    said = HUB_SAYS.union(*roads.values())
    for part in _parts(rule):
        if not part & said and not any(kind.startswith(FOUND) for kind in part):
            yield f"no source can say {' or '.join(sorted(part))}"


def basis_words(rule: Rule, language: Language = "nb") -> str:
    """The bases of which any will do; for a rule that does not say, nothing."""
    return ", ".join(NAMES[basis][language] for basis in rule.basis if basis is not Basis.NONE)


def table(rules: Mapping[str, Rule], roads: Roads) -> str:
    """The rules as a table in Markdown: what each says, how urgent, on what basis, and who can feed it."""
    rows = ["| rule | alerts | severity | code | basis | heard from |", "|---|---|---|---|---|---|"]
    for rule in rules.values():
        severity = rule.severity.name.lower() + ("" if rule.enabled else " (off)")
        said = (rule.text or rule.title).en
        bases = ", ".join(_SHORT[basis] for basis in rule.basis)
        cells = (f"`{rule.id}`", said, severity, _codes(rule), bases)
        rows.append(f"| {' | '.join(cells)} | {', '.join(heard_from(rule, roads))} |")
    return "\n".join(rows)


def with_table(text: str, rules: Mapping[str, Rule], roads: Roads) -> str:
    """Put the table between its two marks in a Markdown text."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(rules, roads)}\n\n{END}{after}"


def _codes(rule: Rule) -> str:
    if isinstance(rule.alert_code, dict):
        return ", ".join(dict.fromkeys(rule.alert_code.values()))
    return rule.alert_code or "–"


def _parts(rule: Rule) -> list[frozenset[str]]:
    """The kinds of each part that must be heard; what starts the rule comes first."""
    if rule.sequence:
        groups: list[tuple[Matcher, ...]] = [(step,) for step in rule.sequence.steps]
    else:
        asked = rule.absent.of if rule.absent else rule.check.is_ if rule.check else rule.watch
        groups = [asked or ()]
    groups += [rule.until] if rule.until else []
    groups += [(rule.then_missing,)] if rule.then_missing else []
    return [frozenset(str(kind) for matcher in group for kind in matcher.all_kinds) for group in groups]
