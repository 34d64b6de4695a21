"""How far the bench is, and about how long it will still take: in full mode that is the better part of an hour."""

import time

_AROUND_A_RUN_S = 16.0
"""A fresh store, broker and hub, its first round over all homes, and their end."""


class Progress:
    """Counts seconds of planned runs against those that have passed."""

    def __init__(self) -> None:
        self._planned = self._done = 0.0
        self._began = time.monotonic()

    def plan(self, runs: int, seconds: float) -> None:
        """So many runs of that length will come."""
        self._planned += runs * (seconds + _AROUND_A_RUN_S)

    def ran(self, what: str, seconds: float) -> None:
        """One run is over: say what is left, at the pace so far."""
        self._done += seconds + _AROUND_A_RUN_S
        pace = (time.monotonic() - self._began) / self._done
        left = max(0.0, self._planned - self._done) * pace / 60
        print(f"  {what}: {self._done / self._planned:4.0%}, about {left:.0f} min left", flush=True)
