"""Each page that a person opens, over 2,000 residents, a year of alerts and 100,000 events."""

import asyncio
import os
import shutil
import time
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

from httpx2 import ASGITransport, AsyncClient

from benchmarks import municipality_life as life
from benchmarks.kit import ROOT, WORK
from benchmarks.municipality import ALERTS, DEVICES_EACH, EVENTS, NOW, RESIDENTS, fill
from carehub.app.serve import keep_collections_short
from carehub.flow.hub import Health, Hub
from carehub.flow.watching import answer_days
from carehub.plugins import load_rulebook
from carehub.store import logins, tables
from carehub.store.database import Database
from carehub.web import create_web
from carehub.web.security import LIMITS

TARGET_MS = 100.0
_PUBLIC = "http://127.0.0.1:8000"
_ALERT = f"{0:032x}"
OFFICE = (
    "/admin", "/admin/tasks", "/admin/reviews?days=365", "/admin/residents", "/admin/residents?q=berg+hjem+19",
    "/admin/residents?page=20", "/admin/residents/r7/about", "/admin/residents/r7", "/admin/places",
    "/admin/places/s7", "/admin/devices", "/admin/devices?q=hjem+19", "/admin/devices?show=untested&page=3",
    "/admin/devices/d7", "/admin/join", "/admin/join/d7", "/admin/join/d7/label", "/admin/people", "/admin/people/p7",
    "/admin/people/p7/identities", "/admin/shifts?unit=u3", "/admin/ladders/alle/40", "/admin/rules",
    "/admin/events", "/admin/events?q=hjem+19", "/admin/events?resident=r7", "/admin/events?outcome=alert",
    "/admin/ledger", "/admin/why-not",
    "/admin/why-not?resident=r7&rule=night-exit&since=2026-02-28T22:00&until=2026-03-01T06:00", "/admin/dead-letters",
    "/admin/dead-letters/x7", "/admin/answers", "/admin/answers?days=365", "/admin/load", "/admin/load?days=90",
    "/admin/promises",
    "/admin/transfer", "/admin/models", "/admin/models/daily_rhythm/card", "/admin/tablets", "/admin/retention",
    "/admin/rules/fall", f"/admin/rules/drafts/{life.DRAFT}", "/admin/rules/backtest",
    f"/admin/rules/backtest/{life.RUN}", f"/admin/rules/backtest/{life.RUN}/gained/0", "/admin/residents/new",
    "/admin/residents/r7/relatives", "/admin/residents/r7/address", "/admin/residents/r7/erasure",
    "/admin/residents/r7/readings?days=365", "/admin/homes/s7/way-in", "/admin/events/90000", f"/nurse/{_ALERT}",
    f"/alerts/{_ALERT}/why", "/silences", "/silences/q0", "/blind", "/tablet", "/tablet/plan?unit=u5",
    "/tablet/screens", "/tablet/rounds", "/tablet/handover", "/tablet/wall?unit=u5", "/nurse", "/visits", "/messages",
    "/messages/r7/kin7", "/my", "/account", "/account/providers", "/account/pin",
)  # fmt: skip
"""Of a coordinator who looks after every unit: the longest time, the resident with the most, nothing left out."""
WARD = (
    "/nurse", "/nurse/visits", "/tablet?unit=u5", "/tablet/handover?unit=u5", "/tablet/wall?unit=u5",
    "/tablet/rounds?unit=u5", "/blind?unit=u5", "/silences", "/residents/r5/days", "/residents/r5/planned", "/visits",
    "/messages", "/my",
)  # fmt: skip
OPENS: dict[str, tuple[str, tuple[str, ...]]] = {
    "p0": ("", OFFICE),
    "p5": (" (a nurse)", WARD),
    "adm": (" (an administrator)", ("/audit?days=90", "/admin")),
    "aud": (" (an auditor)", ("/audit?days=90", "/admin/events", "/admin/ledger")),
    "tek": (" (a technician)", ("/admin", "/admin/devices", "/admin/load?days=90")),
    life.KIN: (" (family)", ("/relatives", *(f"/relatives/r7/{one}" for one in ("messages", "visits", "about")))),
    life.SELF: (" (a resident)", ("/resident", "/record/r7/readings?days=365")),
}
"""By person: how a page of theirs is told from another's, and what they open."""


def measure(many: int) -> dict[str, Any]:
    """Fill a store, ask for each page so many times, and print what each took."""
    return asyncio.run(_measure(many))


async def _measure(many: int) -> dict[str, Any]:
    folder = WORK / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'carehub.db'}")
    await database.migrate()
    await fill(database)
    await life.fill(database)
    rulebook, _ = load_rulebook(ROOT / "rules", "Europe/Oslo")
    hub = Hub(
        database=database, clock=lambda: NOW, zone=ZoneInfo("Europe/Oslo"), public_url=_PUBLIC, municipality="Nordvik",
        rulebook=rulebook, health=Health(broker=True, beats={"worker": NOW}),
    )  # fmt: skip
    await answer_days.sum_up(hub)  # as the worker does each hour
    transport = ASGITransport(app=create_web(hub))
    keep_collections_short()  # as the served hub does
    async with AsyncClient(transport=transport, base_url=_PUBLIC, headers={"sec-fetch-site": "same-origin"}) as client:
        found: dict[str, dict[str, Any]] = {}
        for who, (whose, paths) in OPENS.items():
            async with database.write() as session:
                person = await session.get_one(tables.Person, who)
                secret = await logins.begin(session, person, LIMITS[person.role], NOW)
            client.cookies.set("carehub", secret)
            found |= {f"{path}{whose}": await _one(client, path, many) for path in paths}
    await database.close()
    slow = sorted(path for path, one in found.items() if one["median_ms"] >= TARGET_MS)
    told = {
        "residents": RESIDENTS, "devices": RESIDENTS * DEVICES_EACH, "alerts": ALERTS, "events": EVENTS, "runs": many,
        "pages": found, "slow": slow, "target_ms": TARGET_MS, "load1": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    print(said(told), flush=True)
    return told


async def _one(client: AsyncClient, path: str, many: int) -> dict[str, Any]:
    """Wall time and processor time of one page, after a first time that does not count."""
    walls, works, size = [], [], 0
    for number in range(many + 1):
        wall, work = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        if number:
            walls.append(1000 * (time.perf_counter() - wall))
            works.append(1000 * (time.process_time() - work))
            size = len(answer.content)
    return {
        "median_ms": round(median(walls), 1), "p90_ms": round(quantiles(walls, n=10)[-1], 1),
        "cpu_ms": round(median(works), 1), "kib": round(size / 1024),
    }  # fmt: skip


def said(found: dict[str, Any]) -> str:
    """The figures in words, the slowest page first."""
    rows = sorted(found["pages"].items(), key=lambda item: -item[1]["median_ms"])
    over = ", ".join(f"{found[name]} {name}" for name in ("residents", "devices", "alerts", "events"))
    lines = [
        f"pages: {over}; {found['runs']} times each, load {found['load1']}",
        *(
            f"  {one['median_ms']:7.1f} ms, p90 {one['p90_ms']}, processor {one['cpu_ms']}: {path}"
            for path, one in rows
        ),
        f"  target: each median under {found['target_ms']:g} ms: "
        + (f"MISSED by {', '.join(found['slow'])}" if found["slow"] else "reached"),
    ]
    return "\n".join(lines)
