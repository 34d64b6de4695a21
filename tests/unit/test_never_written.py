"""What our code never does, read from the code itself: the checks whose proof is that something is not there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from carehub.core.rules import vocabulary
from carehub.web.render import environment

ROOT = Path(__file__).resolve().parents[2]
_OURS = sorted(path for folder in ("carehub", "integrations", "models") for path in (ROOT / folder).rglob("*.py"))
_RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
_RUN_ELSEWHERE = {"os.system", "os.popen", "yaml.unsafe_load", "yaml.full_load", "joblib.load", "numpy.load", "np.load"}
_RUNS_BYTES = {"pickle", "cPickle", "dill", "marshal", "shelve", "cloudpickle"}
_SECRET = re.compile(r"^(secret|password|signature|hmac|pin)$|_(secret|password|signature|token)$|^token$")


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in _OURS:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_there_is_something_to_read() -> None:
    assert len(_OURS) > 400


def test_no_text_and_no_bytes_are_run_as_a_program_c70() -> None:
    """Beside ruff's own rules (S), which a `noqa` would silence."""
    found = []
    for place, tree in _trees():
        found += [f"{place} imports {name}" for name in _imports(tree) & _RUNS_BYTES]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            shell = [word for word in node.keywords if word.arg == "shell" and ast.unparse(word.value) != "False"]
            careless = name == "yaml.load" and "Loader=_Loader" not in ast.unparse(
                node
            )  # ours has fewer powers than safe
            if name in _RUNS_TEXT | _RUN_ELSEWHERE or careless or shell:
                found.append(f"{place}:{node.lineno} {name}")

    assert not found


def test_only_a_simulated_life_is_left_to_plain_chance_c78() -> None:
    """And how long a broker is waited for: hubs that start together must not knock together."""
    by_chance = {place for place, tree in _trees() if "random" in _imports(tree)}

    assert {place for place in by_chance if not place.startswith("carehub/village/")} == {
        "integrations/mqtt/__init__.py"
    }


def test_nothing_from_outside_is_read_as_xml_c76() -> None:
    """No entity to expand and no document to fetch. The simulated village reads what our own hub tells a telephone."""
    reads = {place for place, tree in _trees() if _imports(tree) & {"xml", "lxml", "defusedxml", "xmltodict"}}

    assert reads <= {"carehub/village/switchboard.py", "carehub/village/calls.py"}


def test_no_secret_is_compared_letter_by_letter_c9() -> None:
    """How long an answer takes would tell how much of it was right. Hashes of secrets may be looked up."""
    found = []
    for place, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and any(isinstance(sort, ast.Eq | ast.NotEq) for sort in node.ops):
                sides = [node.left, *node.comparators]
                names = {side.id if isinstance(side, ast.Name) else side.attr
                         for side in sides if isinstance(side, ast.Name | ast.Attribute)}  # fmt: skip
                is_ours = any(isinstance(side, ast.Constant) for side in sides)
                found += [f"{place}:{node.lineno}" for name in names if _SECRET.search(name) and not is_ours]

    assert {one.partition(":")[0] for one in found} <= _COMPARE_WHAT_ONE_PERSON_TYPED


_COMPARE_WHAT_ONE_PERSON_TYPED = {
    "carehub/web/entering/pin.py",  # the new PIN, typed twice
    "carehub/core/people/shared_tablet.py",  # the new PIN with itself: 1111 is refused
}


def test_a_template_escapes_whatever_it_is_given_and_is_never_a_text_of_somebody_s_c74() -> None:
    given = "{{ ''.__class__ }}{{ 7*7 }}<b>"
    drawn = environment(ZoneInfo("Europe/Oslo")).from_string("{{ given }}").render(given=given)

    assert drawn == "{{ &#39;&#39;.__class__ }}{{ 7*7 }}&lt;b&gt;"
    assert not [
        place for place, tree in _trees() if place.startswith("carehub/web/") and "from_string" in ast.unparse(tree)
    ]
    templates = [path.read_text(encoding="utf-8") for path in (ROOT / "carehub/web/templates").rglob("*.html")]
    assert len(templates) > 100
    assert not [text for text in templates if re.search(r"\|\s*safe\b|autoescape\s+false", text)]


def test_nobody_outside_writes_a_regular_expression_c72() -> None:
    """The rule language has words for what may be compared, and no patterns."""
    words = " ".join(map(str, vars(vocabulary).values())).lower()

    assert not re.search(r"\b(regex|regexp|pattern|matches)\b", words)
