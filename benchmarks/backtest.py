"""A month of sixty-four homes through today's rules and a draft: seconds, events a second, memory."""

import asyncio
import heapq
import json
import os
import resource
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.kit import ROOT, WORK
from carehub.app import replay
from carehub.app.backtest import Wanted, backtest
from carehub.app.backtest.sources import Store
from carehub.app.move_in import move_in
from carehub.core.backtest.report import Summary
from carehub.core.rules.drafting import read_draft
from carehub.core.rules.language import Rule
from carehub.plugins import load_rulebook
from carehub.store.database import Database
from carehub.village.homes import directory
from carehub.village.simulate import history

SEED, DAYS = 1, 30
TARGET_S = 20.0
END = datetime(2026, 3, 1, tzinfo=UTC)
_THERMOMETER_EVERY = timedelta(minutes=15)
"""The village's homes tell of some 289 movements, doors and beds a day; with a thermometer that reports each quarter of
an hour it is 385, the density of TIHM's homes on an active day (380)."""
_SHARE = 20_000
DRAFT = """\
id: bathroom-long
title: {nb: Lenge på badet, nn: Lenge på badet, en: Long in the bathroom}
watch: {kinds: [motion.detected, presence.detected], place: bathroom}
for: 70 min
until:
  - {kinds: [motion.detected, presence.detected], places: [entrance, hall, bedroom, living_room, kitchen]}
  - {kinds: [bed.entered, chair.entered]}
  - {kind: door.opened, place: entrance}
severity: serious
---
id: much-about-at-night
title: {nb: Mye oppe om natten, nn: Mykje oppe om natta, en: Much about at night}
watch: {kind: motion.detected, place: hall}
between: {from: "23:00", to: "06:00"}
count: {at_least: 6, within: 1 h}
severity: moderate
rest: 3 h
"""


class _Told(NamedTuple):
    at: datetime
    kind: str
    value: str | None
    source: str
    address: str
    place: str | None
    resident: str | None
    scope: str


def measure(many: int) -> dict[str, Any]:
    """Make the month, go through it so many times, and print what it took."""
    folder = WORK / "backtest"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'carehub.db'}"
    began = time.monotonic()
    events = asyncio.run(_make(url, folder / "carehub.db"))
    print(
        f"backtest: {events} events of 64 homes over {DAYS} days made in {time.monotonic() - began:.0f} s", flush=True
    )
    draft = read_draft(DRAFT)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    both, alone = [_run(url, draft) for _ in range(many)], _run(url, None)
    children, own = (resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    seconds, told = median(one[0] for one in both), both[0][1]
    found = {
        "homes": told.scopes, "days": DAYS, "events": told.events, "seconds": round(seconds, 2),
        "seconds_runs": [round(one[0], 2) for one in both], "seconds_without_draft": round(alone[0], 2),
        "events_per_s": round(told.events / seconds), "target_s": TARGET_S,
        "cpu_s_a_run": round((children.ru_utime - before.ru_utime) / (many + 1), 2),
        "rss_parent_mib": round(own.ru_maxrss / 1024, 1), "rss_largest_child_mib": round(children.ru_maxrss / 1024, 1),
        "load1": round(os.getloadavg()[0], 1), "alerts_today": told.today.alerts, "counts": told.counts,
    }  # fmt: skip
    found |= _by_replay(folder, seconds / told.events)
    print(said(found), flush=True)
    return found


def said(found: dict[str, Any]) -> str:
    """The figures in words, and whether the target is reached."""
    verdict = "reached" if found["seconds"] < TARGET_S else "MISSED"
    lines = (
        f"backtest: {found['seconds']} s for {found['events']} events (runs: {found['seconds_runs']})",
        f"  {found['events_per_s']} events/s; without a draft {found['seconds_without_draft']} s",
        f"  target < {TARGET_S:g} s: {verdict}",
        f"  {found['cpu_s_a_run']} s of processor a run in the two processes together; load {found['load1']}",
        f"  memory {found['rss_parent_mib']} MiB, and {found['rss_largest_child_mib']} MiB in the larger of the two",
        f"  {found['alerts_today']} alerts today; with the draft {found['counts']}",
        f"  by `carehub replay --report` (from {found['replay_events']} events): {found['replay_s']} s",
        f"  which is {found['replay_ratio']} times as long",
    )
    return "\n".join(lines)


def _run(url: str, draft: tuple[Rule, ...] | None) -> tuple[float, Summary]:
    book, faults = load_rulebook(ROOT / "rules", "Europe/Oslo")
    assert not faults
    wanted = Wanted(
        source=Store(url), book=book, draft=draft, since=END - timedelta(days=DAYS), until=END, now=END
    )  # fmt: skip
    began = time.monotonic()
    summary = asyncio.run(backtest(wanted, _progress))
    return time.monotonic() - began, summary


async def _progress(done: int, total: int) -> bool:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rhomes: {done} of {total} ")
    return True


# --- the month -------------------------------------------------------------------------------


async def _make(url: str, path: Path) -> int:
    database, village = Database(url), directory(SEED)
    await database.migrate()
    await move_in(database, village, "-", END)
    await database.close()
    with sqlite3.connect(path) as store:
        ids = {
            (source, address): name for name, source, address in store.execute("SELECT id, source, address FROM device")
        }
        rows = (_row(seq, one, ids.get((one.source, one.address))) for seq, one in enumerate(_told(), 1))
        return store.executemany(_INSERT, rows).rowcount


_INSERT = """
    INSERT INTO event
        (seq, at, kind, value, source, device_id, scope_id, resident_id, place, alarm, late, body_hash, outcome)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '0123456789abcdef', 'no_rule')
"""


def _row(seq: int, one: _Told, device: str | None) -> tuple[object, ...]:
    at = one.at.replace(tzinfo=None).isoformat(" ", "microseconds")
    return seq, at, one.kind, one.value, one.source, device or one.address[:32], one.scope, one.resident, one.place


def _told() -> Iterator[_Told]:
    return heapq.merge(_life(), _warmth(), key=lambda one: one.at)


def _life() -> Iterator[_Told]:
    for one in history(SEED, DAYS, END):
        yield _Told(one.at, one.kind, None, one.source, one.device, one.place, one.resident, one.dwelling)


def _warmth() -> Iterator[_Told]:
    homes = [dwelling.id for dwelling in directory(SEED).dwellings]
    at = END - timedelta(days=DAYS)
    while at < END:
        for number, home in enumerate(homes):
            moment = at + timedelta(seconds=number)
            value = f"{20 + (moment.hour - 12) % 7 * 0.3:.1f}"
            yield _Told(moment, "temperature", value, "zigbee2mqtt", f"{home}/thermometer", "living_room", None, home)
        at += _THERMOMETER_EVERY


# --- the same by the whole hub -----------------------------------------------------------------


def _by_replay(folder: Path, ours_s: float) -> dict[str, float]:
    """A share of the month through `carehub replay --report`, which stores, escalates and answers too."""
    path = folder / "share.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, one in zip(range(_SHARE), _told(), strict=False):
            body: dict[str, object] = {"id": f"e{number}", "kind": one.kind, "at": one.at.isoformat()}
            body |= {} if one.value is None else {"value": float(one.value), "unit": "°C"}
            device = f"{one.scope}-{one.kind.partition('.')[0]}-{one.place}".replace(":", "-")
            line = {"at": one.at.isoformat(), "topic": f"carehub/v1/{device}/event", "payload": body}
            file.write(json.dumps(line | {"home": one.scope, "place": one.place}) + "\n")
    wanted = replay.Wanted(
        path=path, format="carehub-jsonl", zone="Europe/Oslo", speed=0, limit=0, folder=folder / "replay"
    )  # fmt: skip
    account = asyncio.run(replay.into_report(wanted))
    each = account.seconds / account.sent
    whole = DAYS * 64 * 385
    return {"replay_s": round(each * whole), "replay_ratio": round(each / ours_s, 1), "replay_events": account.sent}
