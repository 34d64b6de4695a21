"""When every home fell silent at once: a server's failure, not theirs. Kept minute by minute, in any order.

Pure. The same claim as `features.shared_silences`, for a hub that hears thousands of homes and keeps no moments.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from carehub.core.features import Span

FEWEST_HOMES = 10
LONGEST = timedelta(minutes=45)
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
            if (end - start) * _MINUTE >= LONGEST and self._many_before(start)
        ]

    def _gaps(self, end: int) -> Iterator[tuple[int, int]]:
        """From the minute after a message to the minute of the next; the last runs to now."""
        at = self._heard.find(1)
        while 0 <= at < end:
            later = self._heard.find(1, at + 1)
            yield at + 1, later if later >= 0 else end
            at = later

    def _many_before(self, minute: int) -> bool:
        last = minute * _MINUTE // _HOUR
        homes = set().union(*(self._homes.get(hour, set()) for hour in range(last - _HOURS_BEFORE, last + 1)))
        return len(homes) >= FEWEST_HOMES
