"""A bound that follows the person's own history: what is usual, and a little more, within fixed bounds."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from carehub.core.days.usual import Usual
from carehub.core.rules.fields import write_duration
from carehub.core.rules.language import Rule
from carehub.core.rules.windows import Window, minutes_into, time_into

_MINUTE = timedelta(minutes=1)


class Personal(Struct, frozen=True, kw_only=True):
    """A personal bound, compiled; every number is in the feature's own unit.

    Attributes:
        word: The word in the rule.
        wanted: The same in the rule's own words, for traces.
    """

    word: str
    of: str
    beyond: int
    plus: float
    least: float
    most: float
    wanted: str

    def bound(self, usual: Mapping[str, Usual], resident: str | None, moment: datetime) -> float | None:
        """The bound of this resident; None where nothing usual is known, or what is known is too old."""
        known = usual.get(resident) if resident is not None else None
        if known is None or known.until <= moment or self.of not in known.of:
            return None
        quantile = known.of[self.of].at(self.beyond)
        return None if quantile is None else min(self.most, max(self.least, quantile + self.plus))


def compiled_bound(rule: Rule) -> Personal | None:
    """The one personal bound that a rule may have."""
    if longer := rule.longer_than_usual:
        numbers = [one / _MINUTE if one else 0.0 for one in (longer.plus, longer.least, longer.most)]
        told = (_plus(longer.plus), write_duration(longer.least), write_duration(longer.most))
        return _made("longer_than_usual", longer.of, longer.beyond, numbers, told)
    if (later := rule.later_than_usual) and rule.absent:
        start = rule.absent.from_
        least, most = minutes_into(start, later.least), minutes_into(start, later.most)
        numbers = [later.plus / _MINUTE if later.plus else 0.0, least, most]
        told = (_plus(later.plus), f"{later.least:%H:%M}", f"{later.most:%H:%M}")
        return _made("later_than_usual", later.of, later.beyond, numbers, told)
    if more := rule.more_than_usual:
        told = (str(more.plus) if more.plus else None, str(more.least), str(more.most))
        return _made("more_than_usual", more.of, more.beyond, [more.plus, more.least, more.most], told)
    return None


def _plus(length: timedelta | None) -> str | None:
    return write_duration(length) if length else None


def _made(word: str, of: str, beyond: int, numbers: list[float], told: tuple[str | None, str, str]) -> Personal:
    plus, least, most = told
    more = f" plus {plus}" if plus else ""
    wanted = f"{of} beyond {beyond} of 100{more}, within {least}-{most}"
    return Personal(word=word, of=of, beyond=beyond, plus=numbers[0], least=numbers[1], most=numbers[2], wanted=wanted)


def bound_of(
    personal: Personal | None, usual: Mapping[str, Usual], resident: str | None, moment: datetime
) -> float | None:
    """The person's own bound, where the rule has one and it is known."""
    return None if personal is None else personal.bound(usual, resident, moment)


def ending(window: Window, minutes: float) -> Window:
    """The same window with another end, in minutes after the midnight of its start."""
    return Window(start=window.start, end=time_into(minutes), days=window.days)
