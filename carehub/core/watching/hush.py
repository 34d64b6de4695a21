"""When every home fell silent at once: a server's failure, not theirs. Kept minute by minute, in any order.

Pure. Like `features.shared_silences`, for a hub that hears thousands of homes and keeps no moments; and it asks whether
anything was to be expected: a dozen homes at three in the morning are quiet together by themselves.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from carehub.core.days.features import Span

FEWEST_HOMES = 10
LONGEST = timedelta(minutes=45)
EXPECTED = 12
"""Minutes with a message, at the same time on each day of the week before: so many are not missing by chance."""
_DAYS_BEFORE, _MINUTES_A_DAY = 7, 1440
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_HOURS_BEFORE = 24


class Hush:
    """Which minutes since `since` had any message, and whether ten homes were heard in an hour."""

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._heard = bytearray()
        self._homes: dict[int, set[str]] = {}

    def hear(self, home: str, at: datetime) -> None:
        """A message; one from before `since` is not counted."""
        minute = (at - self._since) // _MINUTE
        if minute < 0:
            return
        if minute >= len(self._heard):
            self._heard.extend(bytes(minute + 1 - len(self._heard)))
        self._heard[minute] = 1
        homes = self._homes.setdefault((at - self._since) // _HOUR, set())
        if len(homes) < FEWEST_HOMES:
            homes.add(home)

    def spans(self, until: datetime) -> list[Span]:
        """The common silences that were over, or had lasted long enough, at `until`."""
        return [
            (self._since + start * _MINUTE, min(self._since + end * _MINUTE, until))
            for start, end in self._gaps((until - self._since) // _MINUTE)
            if self._is_common(start, end)
        ]

    def latest(self, until: datetime) -> Span | None:
        """The common silence that lasts, or was over less than `LONGEST` ago.

        A straggler ends none: only after that time would it be known whether all are silent anew.
        """
        now = end = (until - self._since) // _MINUTE
        while end > 0 and (now - end) * _MINUTE < LONGEST:
            last = self._heard.rfind(1, 0, end)
            if last < 0:
                return None
            if self._is_common(last + 1, end):
                return self._since + (last + 1) * _MINUTE, min(self._since + end * _MINUTE, until)
            end = last
        return None

    def _is_common(self, start: int, end: int) -> bool:
        return (
            (end - start) * _MINUTE >= LONGEST and self._many_before(start) and self._expected(start, end) >= EXPECTED
        )

    def _gaps(self, end: int) -> Iterator[tuple[int, int]]:
        """From the minute after a message to the minute of the next; the last runs to now."""
        at = self._heard.find(1)
        while 0 <= at < end:
            later = self._heard.find(1, at + 1)
            yield at + 1, later if later >= 0 else end
            at = later

    def _expected(self, start: int, end: int) -> int:
        """In how many minutes of the same hours there was a message, on the quietest day of the week before."""
        before = [day * _MINUTES_A_DAY for day in range(1, _DAYS_BEFORE + 1) if start >= day * _MINUTES_A_DAY]
        return min((sum(self._heard[start - ago : end - ago]) for ago in before), default=0)

    def _many_before(self, minute: int) -> bool:
        last = minute * _MINUTE // _HOUR
        homes = set().union(*(self._homes.get(hour, set()) for hour in range(last - _HOURS_BEFORE, last + 1)))
        return len(homes) >= FEWEST_HOMES
