"""Part of station 6: the rules of a home hear that staff are there, so that what a carer does there alerts nobody.

What is read is the alerts on which somebody said "I am there" and that are not done; no table of its own. It ends with
them, and with their time to finish. A button, a fall, smoke and gas ask nobody whether staff are there.
"""

from datetime import datetime

from carehub.core.events import CommandKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import Note
from carehub.store import places


class Presence:
    """Tells of each home once when staff come and once when they have left."""

    def __init__(self, hub: Hub, ingest: Ingest) -> None:
        self._hub, self._ingest = hub, ingest
        self._told: dict[str, datetime] = {}
        """Forgotten by a restart: then what was told ends by itself."""

    async def look(self) -> int:
        """Say what has changed since the last look; gives in how many homes staff are."""
        now = self._hub.clock()
        async with self._hub.database.read() as session:
            there = await places.attended(session, now)
        for home, until in there.items():
            if self._told.get(home) != until:
                self._ingest.note(Note(home, command=CommandKind.STAFF_PRESENT, until=until))
        for home in self._told.keys() - there.keys():
            self._ingest.note(Note(home, command=CommandKind.STAFF_LEFT))
        self._told = there
        return len(there)
