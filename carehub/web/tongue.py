"""The language of a request. Bokmål is the source: a text is its own key, and its translations are in `tongues/`.

Templates and pages say `_("Ta varselet")`, with values `_("Har ventet %(age)s", age=…)`, and
`ngettext("%(num)d varsel", "%(num)d varsler", n)`. What has no translation is shown in bokmål; a test counts none.
"""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from carehub.core.languages import LANGUAGE_NAMES, Language

TONGUES = Path(__file__).parent / "tongues"
COOKIE = "language"
LOCALES: dict[Language, str] = {Language.NB: "nb", Language.NN: "nn", Language.EN: "en_GB"}
"""Babel's names. The English of the pages is British, as in the health service's own."""

_spoken: ContextVar[Language] = ContextVar("language", default=Language.NB)
_CLAIMS: dict[str, Language] = {"nb": Language.NB, "no": Language.NB, "nn": Language.NN, "en": Language.EN}
Forms = tuple[str, ...]
K = TypeVar("K")


def language() -> Language:
    """The language of this request; bokmål outside of one."""
    return _spoken.get()


def locale() -> str:
    """The same as Babel writes it, for dates and numbers."""
    return LOCALES[language()]


def decimal(number: float) -> str:
    """A number as people write it: "2,5" in Norwegian, "2.5" in English."""
    return format_decimal(number, locale=locale())


def short_day() -> str:
    """A weekday and a date, as short as a row needs, for Babel."""
    return "EEE d MMM" if language() is Language.EN else "EEE d. MMM"


def speak(wanted: Language | None) -> None:
    """From here on, this request is answered in that language; None changes nothing."""
    if wanted is not None:
        _spoken.set(wanted)


def later(text: str) -> str:
    """Mark a text for translation where it is written down; `_` translates it where it is shown."""
    return text


def _(text: str, /, **values: Any) -> str:
    """The text in the language of the request, with its values.

    >>> _("Har ventet %(age)s", age="9 min")
    'Har ventet 9 min'
    """
    return _filled(_found(text), values)


def ngettext(one: str, many: str, n: float, /, **values: Any) -> str:
    """The form that fits the number, which the text calls `num`.

    >>> ngettext("%(num)d åpent varsel", "%(num)d åpne varsler", 2)
    '2 åpne varsler'
    """
    return _filled(_form(one, many, n), {"num": n, **values})


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return text % values if values else text.replace("%%", "%")


def _found(text: str) -> str:
    return catalogue(language()).get(text, (text,))[0]


def _form(one: str, many: str, n: float) -> str:
    # All three languages have two forms, and the first is for one.
    return catalogue(language()).get(one, (one, many))[0 if n == 1 else 1]


class Spoken(Mapping[K, str]):
    """Names of things, in bokmål where they are written down and in the language of the request where they are read.

    Attributes:
        source: As they are written down; a check sees to it that each of them is translated.
        into: The languages into which they are: English fault texts have their own source.
    """

    def __init__(self, source: Mapping[K, str], into: tuple[Language, ...] = (Language.NN, Language.EN)) -> None:
        self.source = source
        self.into = into

    def __getitem__(self, key: K) -> str:
        return _(self.source[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self.source)

    def __len__(self) -> int:
        return len(self.source)


@cache
def catalogue(spoken: Language) -> Mapping[str, Forms]:
    """Every translation into a language, of all areas: source text → its forms. Empty for bokmål."""
    found: dict[str, Forms] = {}
    for path in sorted((TONGUES / spoken).glob("*.po")):
        with path.open("rb") as opened:
            for message in read_po(opened):
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                if key and forms and all(forms):
                    found[key] = forms
    return found


def choose(headers: Headers) -> Language:
    """What the browser asks for: by the cookie that the visitor chose, else by Accept-Language, else bokmål.

    >>> choose(Headers({"accept-language": "de, nn;q=0.8, en;q=0.9"}))
    <Language.EN: 'en'>
    """
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    if chosen in set(Language):
        return Language(chosen)
    ranked = sorted(map(_claim, headers.get("accept-language", "").split(",")), key=lambda one: -one[1])
    for tag, weight in ranked:
        if weight > 0 and (found := _CLAIMS.get(tag.partition("-")[0])):
            return found
    return Language.NB


def _claim(part: str) -> tuple[str, float]:
    tag, _sign, weight = part.partition(";")
    try:
        return tag.strip().lower(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip().lower(), 0.0


class Speaking:
    """Gives every request its language; a login whose owner has chosen one changes it (`security.somebody_of`)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the language that the browser asks for."""
        if scope["type"] == "http":
            _spoken.set(choose(Headers(scope=scope)))
        await self.app(scope, receive, send)


def install(made: Environment) -> None:
    """Teach the templates `_`, `ngettext` and `{% trans %}`.

    What goes through `_` is escaped, its values too, unless they are markup already: it may be somebody's own words.
    A `{% trans %}` block is a template's own text and may hold markup; its values are escaped.
    """
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    # The extension's own calls take no values: it is told that ours do (newstyle).
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.globals.update(
        _=_in_page, gettext=_in_block, ngettext=_many_in_page, language=language, languages=LANGUAGE_NAMES
    )


def _in_page(text: str, /, **values: Any) -> Markup:
    if not values:
        return _plain(text, language())
    given = {name: value if type(value) in _NUMBERS else escape(value) for name, value in values.items()}
    return Markup(_escaped(text, language()) % given)  # noqa: S704 - escaped, and so are the values


_NUMBERS = {int, float}


@lru_cache(maxsize=4096, typed=True)
def _plain(text: str, language: Language) -> Markup:
    """Kept: a list of hundreds of rows says the same few things in each, and to escape them is most of their cost.

    By type too: somebody's words may be the same as markup of our own, and must be escaped all the same.
    """
    return Markup(_filled(_escaped(text, language), {}))  # noqa: S704 - escaped


@lru_cache(maxsize=4096, typed=True)
def _escaped(text: str, language: Language) -> str:
    return str(escape(catalogue(language).get(text, (text,))[0]))


def _in_block(text: str, /, **values: Any) -> Markup:
    return Markup(_found(text)) % values  # noqa: S704 - a template's own text


def _many_in_page(one: str, many: str, n: float, /, **values: Any) -> Markup:
    return Markup(_form(one, many, n)) % {"num": n, **values}  # noqa: S704 - a template's own text
