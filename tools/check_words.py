"""Every text of the pages has its nynorsk and its English, and no page says something that cannot be translated.

`check_words.py` exits 1 with what is missing, dead, told in two ways, or different in its values;
`check_words.py --missing nn` lists what a language lacks.
"""

import ast
import importlib
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

import carehub.web
from carehub.core.languages import Language
from carehub.web import tongue
from carehub.web.tongue import Spoken
from carehub.web.wording.retold import retold

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "carehub" / "web"
LANGUAGES = ("nn", "en")
TOLD = (
    ROOT / "carehub" / "core" / "rules", ROOT / "carehub" / "core" / "backtest",
    ROOT / "carehub" / "flow" / "ledger.py", ROOT / "carehub" / "app" / "why_cli.py",
    ROOT / "carehub" / "app" / "load_cli.py",
)  # fmt: skip
"""Where reasons are told by `Telling`, in bokmål, before the pages have the other languages; and commands that speak
to whoever reads, not to a machine."""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None, "say": None, "_say": None}
NOT_WORDS = re.compile(r"^(CareHub|SMS|CSV|YAML|MiB|PDF|OK|ID-porten|HelseID)$")
"""Names, which are the same in every language."""
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_TAG = re.compile(r"<(/?[a-zA-Z][^<>]*|!--.*?--|!doctype[^>]*)>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"</?(?:a|b|i|em|strong|code|span|br|small)\b[^<>]*>")
"""What a text may hold; `<enhet>` in an address is none."""
_SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt|aria-description)="([^"]*)"')
_VALUE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|\\(\d)")
_SENTENCE = re.compile(r"[A-ZÆØÅ«7].* .*[.!?]", re.DOTALL)
_BOKMAAL = re.compile(
    r"[æøåÆØÅ]|\b(ikke|og|er|til|med|som|av|en|et|det|fra|eller|kan|må|har|ble|alle|uten|ingen|mangler|finnes)\b"
)
Key = str
Texts = dict[Key, str]
"""A text, or a pair of forms joined by a line feed, and where it was found first."""


def key_of(found: Any) -> str:
    """One name for a text and for a text with a plural."""
    return found if isinstance(found, str) else "\n".join(found)


def texts() -> Texts:
    """Everything that is shown through `_` and its kin."""
    found: Texts = {}
    options = {"extensions": "jinja2.ext.do", "trimmed": "true", "newstyle_gettext": "true", "silent": "false",
               "trim_blocks": "true", "lstrip_blocks": "true"}  # fmt: skip
    pages, scripts = sorted(WEB.rglob("*.html")), sorted(WEB.rglob("*.py"))
    scripts += [path for told in TOLD for path in (sorted(told.glob("*.py")) if told.is_dir() else [told])]
    for path in (*pages, *scripts):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        with path.open("rb") as opened:
            for line, message, *_rest in extract(method, opened, KEYWORDS, (), options):
                found.setdefault(key_of(message), f"{path.relative_to(ROOT)}:{line}")
    for where, spoken in spoken_constants():
        for text in spoken.source.values():
            if _LETTERS.search(text) or text.strip().isalpha():
                found.setdefault(text, where)
    return found


def spoken_constants() -> Iterator[tuple[str, Spoken[Any]]]:
    """Every `Spoken` of the pages: names of things, which are written down in bokmål."""
    for module in pkgutil.walk_packages(carehub.web.__path__, "carehub.web."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Spoken):
                yield f"{module.name}:{name}", value


def native_english() -> set[Key]:
    """What English has of its own, so that nobody translates it back."""
    return {
        text for _, spoken in spoken_constants() if Language.EN not in spoken.into for text in spoken.source.values()
    }


def catalogue(language: str) -> Iterator[tuple[str, Key, tuple[str, ...]]]:
    """Every entry of every area: the file, the text, its forms."""
    for path in sorted((WEB / "tongues" / language).glob("*.po")):
        with path.open("rb") as opened:
            for message in read_po(opened, locale=language, abort_invalid=True):
                if message.id:
                    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                    yield f"{language}/{path.name}", key_of(message.id), forms


def said_twice(catalogue_text: str) -> list[str]:
    """Entries that stand more than once in a file: the library reads the last of them, and says nothing."""
    entries = Counter(re.findall(r'^((?:msgctxt .*\n)?msgid (?:".*"\n)+)', catalogue_text, re.MULTILINE))
    return [entry for entry, many in entries.items() if many > 1]


def missing(language: str, asked: Texts) -> list[Key]:
    """What a language has no words for."""
    has = {key for _, key, forms in catalogue(language) if forms and all(forms)}
    has |= native_english() if language == "en" else set()
    return [key for key in asked if key not in has]


def faults() -> Iterator[str]:
    """All that is wrong, a line each."""
    asked = texts()
    for language in LANGUAGES:
        for path in sorted((WEB / "tongues" / language).glob("*.po")):
            yield from (f"{language}/{path.name}: twice: {one}" for one in said_twice(path.read_text(encoding="utf-8")))
        yield from (f"{language}: no translation of {key!r} ({asked[key]})" for key in missing(language, asked))
        told: dict[Key, tuple[str, ...]] = {}
        for where, key, forms in catalogue(language):
            if key not in asked:
                yield f"{where}: nobody says {key!r} any more"
            if told.setdefault(key, forms) != forms:
                yield f"{where}: {key!r} is translated in two ways"
            for source, form in zip(key.split("\n"), forms, strict=False):
                if sorted(values_in(source)) != sorted(values_in(form)):
                    yield f"{where}: the values of {key!r} are not those of {form!r}"
            yield from bare_faults(where, key, forms)
    yield from bare_sentences(asked)


def bare_faults(where: str, key: Key, forms: tuple[str, ...]) -> Iterator[str]:
    """Markup that a translation adds, and edges that it loses."""
    for form in forms:
        if sorted(_MARKUP.findall(form)) != sorted(_MARKUP.findall(key.split("\n")[0])):
            yield f"{where}: the markup of {key!r} is not that of {form!r}"


def written(path: Path) -> Iterator[str]:
    """Each text in a program, with 7 for its values; docstrings are nobody's."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    inside -= {id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


def bare_sentences(asked: Texts) -> Iterator[str]:
    """Sentences in bokmål that a page's program says past `_` and its kin."""
    known = {form for key in asked for form in key.split("\n")}
    for path in sorted(WEB.rglob("*.py")):
        for text in written(path):
            said = _SENTENCE.fullmatch(text) and _BOKMAAL.search(text) and text not in known
            if said and copy_context().run(_in_english, text) == text:
                yield f"{path.relative_to(ROOT)}: says {text!r} in bokmål alone"


def _in_english(text: str) -> str:
    tongue.speak(Language.EN)
    return retold(text)


def values_in(text: str) -> set[str]:
    """The names of the values in a text."""
    return {"".join(found) for found in _VALUE.findall(text)}


def bare_words(path: Path) -> list[str]:
    """What a template says outside of `_`: text, spoken attributes, and constants that are shown."""
    tree = Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n"], autoescape=True).parse(
        path.read_text(encoding="utf-8")
    )
    for block in tree.find_all(nodes.Block):
        block.body = [] if block.name == "body_class" else block.body
    data = "\x00".join(node.data for node in tree.find_all(nodes.TemplateData))
    found = _SPOKEN.findall(data) + _TAG.sub("\x00", _open_tags(data)).split("\x00")
    found += [node.value for shown in tree.find_all(nodes.Output) for node in shown_constants(shown)]
    return [text for one in found if (text := " ".join(one.split())) and is_said(text)]


def _open_tags(data: str) -> str:
    """Expressions inside a tag split it; put it together again, so that its attributes are not taken for text."""
    out, inside = [], False
    for sign in data:
        inside = (inside or sign == "<") and sign != ">"
        out.append(" " if inside and sign == "\x00" else sign)
    return "".join(out)


def is_said(text: str) -> bool:
    """Whether there are words in it that are not names."""
    return any(not NOT_WORDS.match(word) for word in _LETTERS.findall(re.sub(r"&\w+;", "", text)))


def shown_constants(shown: nodes.Output) -> Iterator[nodes.Const]:
    """Strings that an expression shows as they are: `{{ 'Til oversikten' if visitor else 'Til forsiden' }}`."""
    pending: list[nodes.Node] = [one for one in shown.nodes if not isinstance(one, nodes.TemplateData)]
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            if re.match(r"[A-ZÆØÅ]|.*[ æøå]", node.value):
                yield node
        elif isinstance(node, nodes.CondExpr):
            pending += [one for one in (node.expr1, node.expr2) if one is not None]
        elif isinstance(node, nodes.Or | nodes.And):
            pending += [node.left, node.right]
        elif isinstance(node, nodes.Concat):
            pending += node.nodes
        elif isinstance(node, nodes.Filter) and node.node is not None:
            pending += [node.node, *node.args]


def main() -> int:
    """Say what is wrong."""
    if sys.argv[1:2] == ["--missing"]:
        print("\n".join(repr(key) for key in missing(sys.argv[2], texts())))
        return 0
    wrong = [*faults()]
    for path in sorted((WEB / "templates").glob("*.html")):
        wrong += [f"{path.name}: says {text!r} in bokmål alone" for text in bare_words(path)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
