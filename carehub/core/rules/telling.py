"""In which language a reason is told. The sentences are bokmål where they are made, and the pages know the others.

Whoever asks brings the translations along: `tools/check_words.py` finds every `say` here and sees that each has them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from carehub.core.events import Event
from carehub.core.rules.fields import Text
from carehub.core.rules.words import Language
from carehub.core.showing import terms


@dataclass(frozen=True, slots=True)
class Telling:
    """A language, and the way into it: a bokmål text in, its translation out.

    >>> Telling().say("venter til kl. %(time)s.", time="02:10")
    'venter til kl. 02:10.'
    """

    language: Language = "nb"
    into: Callable[[str], str] = str

    def say(self, text: str, /, **values: object) -> str:
        """The text with its values."""
        return self.into(text) % values

    def own(self, text: Text) -> str:
        """A text of a rule, which brings its own translations."""
        said: str = getattr(text, self.language)
        return said

    def kind(self, kind: str) -> str:
        """An event kind as staff say it."""
        return self.into(terms.kind_name(kind))

    def place(self, place: str | None) -> str:
        """A place as staff say it."""
        return self.into(terms.place_name(place))

    def happened(self, event: Event) -> str:
        """An event in few words: "døren lukket, inngang"."""
        return ", ".join(part for part in (self.kind(event.kind), self.place(event.place)) if part)

    def span(self, length: timedelta) -> str:
        """A length of time, short."""
        return terms.span(length, self.language)

    def plain(self, text: str) -> str:
        """A trace's own words."""
        return terms.plain(text, self.into)

    def number(self, written: str) -> str:
        """A number with the language's own sign between whole and part."""
        return written if self.language == "en" else written.replace(".", ",")


SOURCE = Telling()
