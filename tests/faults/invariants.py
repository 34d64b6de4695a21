"""What must hold after every fault, read from the hub's store and from what the world outside saw."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from carehub.kit.clock import utc_now
from tests.faults.buttons import Press
from tests.journeys.building import CANARY

_PATIENCE_S = 0.2
_STUCK_AFTER = timedelta(seconds=5)


@dataclass
class Verdict:
    """What was found.

    Attributes:
        lost: Presses that were confirmed (or at last must have been) and have no stored event, or no alert.
        duplicates: Events, alerts or counted presses beyond one for each press.
        broken: Every other invariant that does not hold, in words.
    """

    lost: int = 0
    duplicates: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether there is nothing to complain of."""
        return not (self.lost or self.duplicates or self.broken)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The hub's store, beside the hub."""
    store = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    try:
        yield store
    finally:
        store.close()


def check(path: Path, presses: Collection[Press], written: Iterable[str] = ()) -> Verdict:
    """Judge one hub's store (I1 to I9 of the fault model).

    Args:
        presses: Every press that must be there: what the hub confirmed.
        written: Texts and logs, in which no name or address may stand.
    """
    found = Verdict()
    with opened(path) as store:
        _presses(store, presses, found)
        asked = {words: store.execute(query).fetchone()[0] for words, query in _QUERIES.items()}
        found.broken += [f"{words}: {answer}" for words, answer in asked.items() if answer]
        stuck = (utc_now() - _STUCK_AFTER).replace(tzinfo=None).isoformat(" ")
        if store.execute("SELECT count(*) FROM notice WHERE state='sending' AND lease_until < ?", (stuck,)).fetchone()[
            0
        ]:
            found.broken.append("I5: a notice is being sent beyond its lease")
        for ask in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
            answer = store.execute(ask).fetchall()
            if answer not in ([("ok",)], []):
                found.broken.append(f"I8: {ask}: {answer[:3]}")
    found.broken += ["I9: a name or an address left the house" for text in written if CANARY in text.lower()][:1]
    return found


def _presses(store: sqlite3.Connection, presses: Collection[Press], found: Verdict) -> None:
    """I1, I2: each press is one event, and each event counts once on one alert."""
    wanted = {f"carehub_v1/{device}/{identity}" for device, identity in presses}
    stored = dict(store.execute(_STORED))
    found.lost = sum(not stored.get(key) for key in wanted)
    found.duplicates = sum(max(0, alerts - 1) for alerts in stored.values())
    events = store.execute("SELECT count(*) FROM event WHERE kind = 'button.pressed'").fetchone()[0]
    found.duplicates += max(0, events - len(wanted))
    unlinked = sum(not alerts for key, alerts in stored.items() if key not in wanted)
    if unlinked:
        found.broken.append(f"I2: {unlinked} stored presses have no alert")


_STORED = (
    "SELECT e.dedup_key, count(a.id) FROM event e LEFT JOIN alert_event a ON a.event_seq = e.seq"
    " WHERE e.kind = 'button.pressed' GROUP BY e.seq"
)
_QUERIES = {
    "I2: an alert does not count its reports": "SELECT count(*) FROM alert a WHERE a.presses <>"
    " (SELECT count(*) FROM alert_event e WHERE e.alert_id = a.id)",
    "I3: an open alert has no next deadline": "SELECT count(*) FROM alert WHERE status <> 'closed' AND due_at IS NULL",
    "I4: a step was taken and nobody was told": "SELECT count(*) FROM alert a WHERE a.rung > 0 AND a.status = 'open'"
    " AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.alert_id = a.id AND n.cycle = 'rung:' || a.rung)",
    # Whoever texted is answered by a text of its own where the hub was too slow for the provider: it is about no alert.
    "I6: a notice has no alert": "SELECT group_concat(n.cycle) FROM notice n LEFT JOIN alert a ON a.id = n.alert_id"
    " WHERE a.id IS NULL AND n.cycle NOT LIKE 'answer:%'",
    "I7: a journal does not begin with the report": "SELECT count(*) FROM alert a WHERE 'reported' <>"
    " coalesce((SELECT step FROM alert_step s WHERE s.alert_id = a.id ORDER BY s.id LIMIT 1), '')",
    "I12: an event has no outcome": "SELECT count(*) FROM event WHERE outcome IS NULL",
}


def moment(at: datetime) -> str:
    """As the store writes it."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")
