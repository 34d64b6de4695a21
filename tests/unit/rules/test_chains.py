"""F72: a rule may watch what another rule finds; the chain is known, bounded, and never a circle."""

from pathlib import Path

from carehub.core.findings import Finding
from carehub.core.rules import chains
from carehub.core.rules.language import Rule
from carehub.core.rules.rulebook import Rulebook
from carehub.plugins import load_rulebook
from tests.unit.rules.building import HEAD, after, alerts, event, rule, run, tick

OUT = "watch: {kind: door.opened, place: entrance}"
OFTEN = "watch: {found: out}\ncount: {at_least: 3, within: 7 d}"


def named(**words: str) -> dict[str, Rule]:
    return {name: rule(text, name) for name, text in words.items()}


def findings(rules: dict[str, Rule], *given: object) -> list[Finding]:
    return [one for step in run(Rulebook.of(rules.values()), *given) for one in step.findings]  # type: ignore[arg-type]


def test_a_rule_counts_what_another_rule_finds_f72() -> None:
    rules = named(out=OUT, often=OFTEN)
    opened = [event("door.opened", "entrance", after(days=day), device=f"door-{day}") for day in range(3)]

    told = findings(rules, *opened)

    assert [one.kind for one in told] == ["out", "out", "out", "often"]
    assert told[-1].causes == ("out",)
    assert told[-1].trace.events == tuple(one.seq for one in opened)
    assert told[-1].resident == "resident"


def test_what_is_found_when_its_time_comes_is_found_by_the_next_rule_too_f72() -> None:
    rules = named(late=f"{OUT}\nfor: 5 min\nuntil: {{kind: door.closed}}", then="watch: {found: late}")

    told = findings(rules, event("door.opened", "entrance"), tick(after(minutes=5)))

    assert [(one.kind, one.causes) for one in told] == [("late", ()), ("then", ("late",))]


def test_what_is_held_back_leads_to_nothing_f72() -> None:
    rules = named(out=f"{OUT}\nonly_when: [away]", then="watch: {found: out}")

    assert findings(rules, event("door.opened", "entrance")) == []


def test_a_circle_that_came_into_force_all_the_same_ends_and_is_a_fault_f72() -> None:
    """Nothing builds such a book, but a fold must end whatever it is given."""
    circle = named(a=f"{OUT[:6]} [{OUT[7:]}, {{found: b}}]", b="watch: {found: a}")
    folded = run(Rulebook.of(circle.values()), event("door.opened", "entrance"))[0]

    assert alerts([folded]) == ["a", "b", "a", "b", "a"]
    assert [fault.rule for fault in folded.faults] == ["b"]
    assert "behind a > b > a > b > a" in folded.faults[0].error


def test_the_depth_is_remembered_over_time_f72() -> None:
    wait = "\nfor: 5 min\nuntil: {kind: door.closed}"
    circle = named(a=f"watch: [{OUT[7:]}, {{found: b}}]{wait}", b=f"watch: {{found: a}}{wait}")
    ticks = [tick(after(minutes=5 * step)) for step in range(1, 12)]
    folded = run(Rulebook.of(circle.values()), event("door.opened", "entrance"), *ticks)

    assert len(alerts(folded)) == chains.DEEPEST + 1
    assert sum(len(one.faults) for one in folded) == 1


def test_a_circle_is_refused_when_the_rulebook_is_checked_f72(tmp_path: Path) -> None:
    examples = (
        'examples:\n  - {name: y, given: ["02:10 found.%s"], expect: {at: "02:10", alert: %s}}\n'
        '  - {name: n, given: ["02:10 door.opened"], expect: nothing}\n'
    )
    for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        words = f"id: {name}\n{HEAD}watch: {{found: {other}}}\n{examples % (other, name)}"
        (tmp_path / f"{name}.yaml").write_text(words, encoding="utf-8")
    alone = f"id: alone\n{HEAD}{OUT}\n" + examples.replace("found.%s", "door.opened entrance %s") % ("", "alone")
    (tmp_path / "alone.yaml").write_text(alone, encoding="utf-8")

    book, faults = load_rulebook(tmp_path, "Europe/Oslo")

    assert list(book.programs) == ["alone"]
    assert "a.yaml: the rules watch each other in a circle: a → b → c → a" in faults
    assert "d.yaml: it watches what the rule 'a' finds, and there is no such rule" in faults
    assert len(faults) == 4


def test_a_chain_longer_than_four_is_refused_f72() -> None:
    rules = {"r0": rule(OUT, "r0")} | {f"r{n}": rule(f"watch: {{found: r{n - 1}}}", f"r{n}") for n in range(1, 7)}

    assert list(chains.refused(rules)) == ["r5", "r6"]
    told = findings({name: one for name, one in rules.items() if name < "r5"}, event("door.opened", "entrance"))
    assert [one.causes for one in told][-1] == ("r0", "r1", "r2", "r3")


def test_a_rule_that_watches_itself_or_nobody_is_refused_f72() -> None:
    assert list(chains.refused(named(a="watch: {found: a}"))) == ["a"]
    assert list(chains.refused(named(a="watch: {found: b}"))) == ["a"]


def test_many_rules_that_all_watch_each_other_are_judged_at_once_f73() -> None:
    everybody = ", ".join(f"{{found: r{n}}}" for n in range(20))
    rules = {f"r{n}": rule(f"watch: [{everybody}]", f"r{n}") for n in range(20)}

    assert chains.refused(rules).keys() == rules.keys()
