"""The pages of the administration and of a nurse over 2,000 residents, a year of alerts and 100,000 events."""

import asyncio
import os
import shutil
import time
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

from httpx2 import ASGITransport, AsyncClient

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
PAGES = (
    "/admin", "/admin/tasks", "/admin/reviews?days=365", "/admin/residents", "/admin/residents?q=berg+hjem+19",
    "/admin/residents?page=20", "/admin/residents/r7/about", "/admin/residents/r7", "/admin/places",
    "/admin/places/s7", "/admin/devices", "/admin/devices?q=hjem+19", "/admin/devices?show=untested&page=3",
    "/admin/devices/d7", "/admin/join", "/admin/join/d7", "/admin/people", "/admin/people/p7", "/admin/shifts?unit=u3",
    "/admin/ladders/alle/40", "/admin/rules", "/admin/events", "/admin/events?q=hjem+19", "/admin/events?resident=r7",
    "/admin/events?outcome=alert", "/admin/ledger", "/admin/why-not", "/admin/dead-letters", "/admin/answers",
    "/admin/answers?days=365", "/admin/load", "/admin/promises", "/admin/transfer", "/admin/models", "/silences",
    "/admin/tablets", "/admin/retention", "/admin/rules/fall", "/admin/rules/backtest", "/admin/residents/new",
    "/admin/residents/r7/relatives", "/admin/events/90000", f"/nurse/{0:032x}", f"/alerts/{0:032x}/why",
)  # fmt: skip
WARD = (
    "/nurse", "/tablet?unit=u5", "/tablet/handover?unit=u5", "/tablet/wall?unit=u5", "/tablet/rounds?unit=u5",
    "/blind?unit=u5", "/silences", "/residents/r5/days", "/residents/r5/planned", "/nurse/visits", "/visits",
    "/messages", "/my",
)  # fmt: skip
"""What a nurse of one unit opens."""


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
        for who, paths in (("p0", PAGES), ("p5", WARD)):
            async with database.write() as session:
                person = await session.get_one(tables.Person, who)
                secret = await logins.begin(session, person, LIMITS[person.role], NOW)
            client.cookies.set("carehub", secret)
            found |= {path if who == "p0" else f"{path} (a nurse)": await _one(client, path, many) for path in paths}
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
