"""The language reference of `rules/README.md`, made from the models so that it cannot drift."""

from carehub.core.rules.fields import Matcher, Strict
from carehub.core.rules.language import Bounds, Example, Expected, Rule
from carehub.core.rules.parts import (
    Absent,
    Between,
    Change,
    Check,
    Count,
    LaterThanUsual,
    LongerThanUsual,
    MoreThanUsual,
    Sequence,
    ThenMissing,
)

BEGIN = "<!-- language: begin (generated) -->"
END = "<!-- language: end -->"
_PARTS: tuple[tuple[str, type[Strict]], ...] = (
    ("A rule", Rule),
    ("What an event must fit (`watch`, `until`, `of`, `steps`)", Matcher),
    ("`between`", Between),
    ("`then_missing`: what an event must fit, and", ThenMissing),
    ("`count`", Count),
    ("`sequence`", Sequence),
    ("`absent`: the words of `between`, and", Absent),
    ("`check`", Check),
    ("`change`", Change),
    ("`longer_than_usual`", LongerThanUsual),
    ("`later_than_usual`", LaterThanUsual),
    ("`more_than_usual`", MoreThanUsual),
    ("`tune`: for each value", Bounds),
    ("`examples`", Example),
    ("`expect`", Expected),
)


def reference() -> str:
    """Write a table for each part of the language, in Markdown."""
    return "\n\n".join(f"**{title}**\n\n{_table(part)}" for title, part in _PARTS)


def _table(part: type[Strict]) -> str:
    rows = ["| word | must | meaning |", "|---|---|---|"]
    parent = next((base for base in part.__bases__ if issubclass(base, Strict) and base is not Strict), None)
    public = parent is not None and not parent.__name__.startswith("_")
    inherited = parent.model_fields.keys() if parent and public else ()
    for name, field in part.model_fields.items():
        if name not in inherited:
            rows.append(f"| `{field.alias or name}` | {'yes' if field.is_required() else ''} | {field.description} |")
    return "\n".join(rows)


def with_reference(text: str) -> str:
    """Put the tables between the two marks of a Markdown text."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{after}"
