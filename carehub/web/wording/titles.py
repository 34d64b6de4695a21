"""What rules and models are called, in the reader's language: a rule's file brings its own translations."""

from contextvars import ContextVar
from functools import cached_property

from carehub.core.rules.fields import Text
from carehub.core.rules.rulebook import Rulebook
from carehub.web.tongue import Spoken, language

MODELS = Spoken({"daily_rhythm": "Døgnrytme", "restlessness": "Uro"})


class _Names:
    """The titles of one rulebook, gathered when the first of them is asked for."""

    def __init__(self, book: Rulebook | None = None) -> None:
        self._rules = book.rules.values() if book else ()

    @cached_property
    def titles(self) -> dict[str, Text]:
        """By id and by bokmål title: stored sentences have the one or the other."""
        return {key: one.title for one in self._rules for key in (one.id, one.title.nb)}


_names: ContextVar[_Names] = ContextVar("names of rules", default=_Names())  # noqa: B039 - it never changes


def read_by(book: Rulebook) -> None:
    """From here on in this request, a rule that a stored sentence names is called as in this rulebook."""
    _names.set(_Names(book))


def rule_called(stored: str) -> str:
    """A rule that was stored by its bokmål title or its id; as it stands where the book has no such rule any more."""
    title = _names.get().titles.get(stored)
    return getattr(title, language()) if title else stored
