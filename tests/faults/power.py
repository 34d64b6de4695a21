"""Power cuts: a real hub is traced while it stores alarms, and its disk is rebuilt as a cut at any moment leaves it."""

import asyncio
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.brokers import Mosquitto
from tests.faults.at_points import ready
from tests.faults.buttons import Press, buttons
from tests.faults.disk import Disk
from tests.faults.exchange import Exchange
from tests.faults.town import BUTTONS, Town, settings
from tests.faults.tracing import Deed, Kind, command, deeds
from tests.hubs import HubProcess

_ACK = re.compile(rb"carehub/v1/([^/]+)/ack(\{[^}]*\})")
_ANSWERED_WITHIN_S = 120.0


@dataclass
class Cuts:
    """What came of them.

    Attributes:
        lost: Alarms that were acknowledged before a cut and are not there after it, over all cuts.
        hurt: In how many cuts any was lost.
        corrupt: How many times SQLite found its file damaged, or could not open it.
        syncs: How many times the hub had asked the disk to make something safe.
    """

    cuts: int = 0
    lost: int = 0
    hurt: int = 0
    corrupt: int = 0
    acknowledged: int = 0
    syncs: int = 0

    def figures(self) -> dict[str, int]:
        """For the report."""
        return dict(self.__dict__)


@dataclass
class Recording:
    """One hub's life on disk.

    Attributes:
        folder: Its data folder as it began.
        acknowledged: Each "stored" that went out, with its place in the log.
    """

    folder: Path
    before: Path
    deeds: list[Deed]
    acknowledged: list[tuple[int, Press]]


async def record(
    folder: Path, town: Town, exchange: Exchange, *, alarms: int, module: str = "carehub.app"
) -> Recording:
    """Trace a hub from its start, through alarms, to a polite stop."""
    town.copy_to(folder / "hub")
    town.copy_to(folder / "before")
    log = folder / "trace"
    with Mosquitto(folder / "broker") as broker:
        hub = HubProcess(folder / "hub", broker.url, **settings(exchange.url))
        hub.program = (*command(log), *hub.program[:-2], module, "serve")
        with hub:
            await ready(hub)
            async with buttons(broker.url) as pressing:
                for number in range(alarms):
                    await pressing.press(f"ukjent-{number % 50}" if number % 3 else BUTTONS[0], f"trykk-{number}")
                    await asyncio.sleep(0.01)
                if not await pressing.all_answered(_ANSWERED_WITHIN_S):
                    raise RuntimeError(f"{len(pressing.unanswered)} alarms were not answered under strace")
            await asyncio.to_thread(hub.stop)
    await asyncio.sleep(0.5)  # strace writes its last lines after the hub has ended
    done = deeds(log, folder / "hub")
    acknowledged = [(deed.began, press) for deed in done if deed.kind is Kind.SENT for press in _told(deed.data)]
    return Recording(folder / "hub", folder / "before", done, acknowledged)


def _told(sent: bytes) -> list[Press]:
    return [
        (device.decode(), str(said["id"]))
        for device, body in _ACK.findall(sent)
        if (said := json.loads(body)).get("status") == "stored"
    ]


def cut_often(recording: Recording, into: Path, *, cuts: int, seed: int) -> Cuts:
    """Cut the power at so many moments, between two calls or within one, and see what is left each time."""
    chance, done = random.Random(seed), recording.deeds
    found = Cuts(syncs=sum(deed.kind is Kind.SYNC for deed in done), acknowledged=len(recording.acknowledged))
    first = recording.acknowledged[0][0] if recording.acknowledged else 0
    moments = sorted(chance.choices([deed.began for deed in done if deed.began >= first], k=cuts))
    disk = Disk(recording.folder, {"carehub.db": (recording.before / "carehub.db").read_bytes()})
    place, under_way = 0, list[Deed]()
    for moment in moments:
        while place < len(done) and done[place].began <= moment:
            under_way.append(done[place])
            place += 1
        for deed in sorted((one for one in under_way if one.ended < moment), key=lambda one: one.ended):
            disk.do(deed)
        under_way = [deed for deed in under_way if deed.ended >= moment]
        _one(recording, disk, moment, under_way, into, found, chance)
    return found


def _one(  # noqa: PLR0913, PLR0917 - one cut is all of these
    recording: Recording,
    disk: Disk,
    moment: int,
    under_way: Sequence[Deed],
    into: Path,
    found: Cuts,
    chance: random.Random,
) -> None:
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    disk.cut(into, under_way, chance)
    told = {press for at, press in recording.acknowledged if at <= moment}
    found.cuts += 1
    try:
        lost = len(told - _stored(into / "carehub.db"))
    except sqlite3.DatabaseError:
        found.corrupt += 1
        return
    found.lost += lost
    found.hurt += bool(lost)


def _stored(path: Path) -> set[Press]:
    """Open it as a hub would, which recovers it; raises sqlite3.DatabaseError for a damaged one."""
    if not path.exists():
        raise sqlite3.DatabaseError("the file itself is gone")
    with closing(sqlite3.connect(path)) as store:
        if store.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError("integrity_check")
        rows = store.execute(
            "SELECT e.dedup_key FROM event e JOIN alert_event a ON a.event_seq = e.seq WHERE e.source = 'carehub_v1'"
        ).fetchall()
    return {(key.split("/")[1], key.split("/")[2]) for (key,) in rows}
