"""200 open pages over 2,000 residents: how long a press takes to reach them all, and how long a page takes.

Each open page does what its own script does: it listens to `/api/v1/live`, and fetches itself when told of a change.
Half are tablets, half nurses' telephones, spread over the units, each with somebody else logged in. They run in a
process of their own, beside the hub. While they fetch themselves, others press: how long those wait is measured too.
"""

import asyncio
import json
import multiprocessing
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import uvloop

from benchmarks.kit import WORK, Kit
from benchmarks.load import Presses
from benchmarks.process import Broker, HubProcess, cpu_s
from benchmarks.stores import Store
from carehub.core.people.access import Role
from carehub.kit.clock import utc_now
from carehub.store import logins, tables
from carehub.store.database import Database
from carehub.web.security import LIMITS

PAGES, PRESSES, OPEN_BEFORE = 200, 10, 20
TARGET_S, TARGET_PAGE_MS = 1.0, 100.0
_APART_S, _SETTLE_S, _ALONE = 6.0, 5.0, 20
_AGAIN_S, _UNUSED_S = 2.0, 3.0
_NEVER = (inf, 0)
_MEANWHILE, _MEANWHILE_APART_S = 50, 0.2
"""Presses while all pages fetch themselves, each because of the one before."""
_BY_HAND: Mapping[str, str] = {}
_BY_ITSELF = {"X-CareHub-Live": "1"}
_spawn = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Watcher:
    """One open page: when it was told of a change, and when its own text showed each alert.

    Attributes:
        words: When it was told, on the machine's monotonic clock, and of which change.
        fetched: When each fetch of itself began and ended, and which change it shows.
        failed: Fetches that did not get through, and were made again two seconds later.
    """

    path: str
    secret: str
    words: list[tuple[float, int]] = field(default_factory=list)
    fetched: list[tuple[float, float, int]] = field(default_factory=list)
    failed: int = 0

    @property
    def behind(self) -> bool:
        """Whether it was told of a change that it does not show."""
        return bool(self.words) and (not self.fetched or self.fetched[-1][2] < self.words[-1][1])

    def told_after(self, moment: float) -> tuple[float, int]:
        """The first word after this moment."""
        return next((one for one in self.words if one[0] >= moment), _NEVER)

    def showed_after(self, moment: float) -> float:
        """When it showed what was stored at this moment: it asked afterwards, or what it got was made afterwards."""
        _, change = self.told_after(moment)
        shows = (
            end for start, end, version in self.fetched if start >= moment or (end >= moment and version >= change)
        )
        return next(shows, inf)


async def sessions(url: str) -> list[str]:
    """A person and a login for each page, in the store before the hub opens it."""
    database = Database(url)
    try:
        async with database.write() as session:
            people = [
                tables.Person(
                    id=f"page{number}", name=f"Prøve Side {number}", username=f"page{number}",
                    role=Role.NURSE if number % 2 else Role.CARE_CENTRE, unit_id=f"zone{number % 5}",
                )
                for number in range(PAGES)
            ]  # fmt: skip
            session.add_all(people)
            await session.flush()
            return [await logins.begin(session, person, LIMITS[person.role], utc_now()) for person in people]
    finally:
        await database.close()


def measure(kit: Kit, store: Store) -> dict[str, Any]:
    """One run; figures in seconds and milliseconds."""
    folder = WORK / "live"
    shutil.rmtree(folder, ignore_errors=True)
    url = store.fresh(folder)
    secrets = asyncio.run(sessions(url))
    try:
        with Broker(folder / "broker") as broker, HubProcess(folder, broker, url) as hub:
            presses = Presses(kit, broker.port)
            presses.press(OPEN_BEFORE, 0.1)
            presses.wait(20)
            time.sleep(_SETTLE_S)
            told = _run(hub, presses, secrets)
            presses.close()
            return told
    finally:
        store.forget(url)
        shutil.rmtree(folder, ignore_errors=True)


def _run(hub: HubProcess, presses: Presses, secrets: Sequence[str]) -> dict[str, Any]:
    ours, theirs = _spawn.Pipe()
    child = _spawn.Process(target=_watch, args=(hub.address, list(secrets), theirs), daemon=True)
    child.start()
    alone = ours.recv()
    before, moments, meanwhile = cpu_s(hub.pid), [], []
    for number in range(PRESSES):
        moments.append(presses.one_more(OPEN_BEFORE + number))
        time.sleep(_APART_S)
    spent = cpu_s(hub.pid) - before
    for number in range(OPEN_BEFORE + PRESSES, OPEN_BEFORE + PRESSES + _MEANWHILE):
        pressed, stored = presses.one_more(number)
        meanwhile.append((stored - pressed) * 1000)
        time.sleep(_MEANWHILE_APART_S)
    ours.send("stop")
    watchers = ours.recv()
    child.join(30)
    last = moments[-1][0] + _APART_S
    pages = sum(moments[0][0] <= start < last for one in watchers for start, *_ in one.fetched)
    return _figures(moments, watchers, alone) | {
        "hub_cpu_s_per_change": round(spent / PRESSES, 2),
        "fetches_per_change": round(pages / PRESSES),
        "hub_cpu_ms_per_page": round(spent / pages * 1000, 1) if pages else None,
        "press_meanwhile_ms": {"p50": round(median(meanwhile), 1), "most": round(max(meanwhile), 1)},
    }


def _figures(
    moments: Sequence[tuple[float, float]], watchers: Sequence[Watcher], alone: dict[str, list[float]]
) -> dict[str, Any]:
    words, wholes = [], []
    for pressed, stored in moments:
        words.append(max(one.told_after(stored)[0] for one in watchers) - pressed)
        wholes.append(max(one.showed_after(stored) for one in watchers) - pressed)
    return {
        "pages": len(watchers),
        "changes": len(moments),
        "failed_fetches": sum(one.failed for one in watchers),
        "word_reaches_all_s": _spread(words),
        "all_pages_show_it_s": _spread(wholes),
        "page_ms": {path: {"p50": round(median(one), 1), "most": round(max(one), 1)} for path, one in alone.items()},
    }


def _spread(found: Sequence[float]) -> dict[str, float]:
    return {"p50": round(median(found), 3), "most": round(max(found), 3)}


def said(figures: dict[str, Any]) -> list[str]:
    """In words, with what was to be reached."""
    word, whole = figures["word_reaches_all_s"], figures["all_pages_show_it_s"]
    slowest = max(one["p50"] for one in figures["page_ms"].values())
    alone = ", ".join(f"{path} {one['p50']} ms (most {one['most']})" for path, one in figures["page_ms"].items())
    first = f"live: {figures['pages']} open pages, {figures['changes']} presses"
    spent = (
        f"{figures['hub_cpu_s_per_change']} s of the hub's processor a change, "
        f"{figures['hub_cpu_ms_per_page']} ms a page ({figures['fetches_per_change']} fetches a change, "
        f"{figures['failed_fetches']} failed in all)"
    )
    press = figures["press_meanwhile_ms"]
    return [
        f"{first}: its word is with the last in {word['p50']} s (most {word['most']}): {_verdict(word['p50'])}",
        f"{first}: on the last page in {whole['p50']} s (most {whole['most']}): {_verdict(whole['p50'])}; {spent}",
        f"live: a press while they fetch themselves is stored in {press['p50']} ms (most {press['most']})",
        f"live: one page alone: {alone}; target {TARGET_PAGE_MS:g} ms: {_reached(slowest, TARGET_PAGE_MS)}",
    ]


def _verdict(found: float) -> str:
    return f"target {TARGET_S:g} s, {_reached(found, TARGET_S)}"


def _reached(found: float, target: float) -> str:
    return "reached" if found <= target else "MISSED"


# --- the open pages, in a process of their own ------------------------------------------------------


def _watch(address: str, secrets: list[str], pipe: Any) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_watch_all(address, secrets, pipe))


async def _watch_all(address: str, secrets: list[str], pipe: Any) -> None:
    watchers = [
        Watcher("/nurse" if number % 2 else f"/tablet?unit=zone{number % 5}", secret)
        for number, secret in enumerate(secrets)
    ]
    alone: dict[str, list[float]] = {}
    for one in watchers[:2]:
        alone[urlsplit(one.path).path] = await _alone(address, one)
    for one in watchers[2:]:  # each was opened by somebody, who was written down as having seen what stood there
        async with _client(address, one) as client:
            await _whole(client, one.path)
    tasks = [asyncio.create_task(_listen(address, one)) for one in watchers]
    await asyncio.sleep(_SETTLE_S)
    pipe.send(alone)
    await asyncio.to_thread(pipe.recv)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    pipe.send(watchers)


def _client(address: str, one: Watcher) -> aiohttp.ClientSession:
    """One browser. All two hundred share one processor, so they read answers in C.

    With httpx2 they took more processor than the hub, and what was measured was how fast they are.
    """
    # A browser asks again by itself where the hub has closed a connection that lay unused for five seconds.
    kept, longest = aiohttp.TCPConnector(keepalive_timeout=_UNUSED_S), aiohttp.ClientTimeout(total=None, sock_read=60)
    cookie = {"Cookie": f"carehub={one.secret}"}
    return aiohttp.ClientSession(
        address, connector=kept, timeout=longest, headers=cookie, cookie_jar=aiohttp.DummyCookieJar(),
        raise_for_status=True,
    )  # fmt: skip


async def _whole(client: aiohttp.ClientSession, path: str, headers: Mapping[str, str] = _BY_HAND) -> int:
    """Fetch a page to its last byte; gives which change it shows, 0 where it does not say."""
    async with client.get(path, headers=headers) as answer:
        await answer.read()
        return int(answer.headers.get("X-CareHub-Version", 0))


async def _alone(address: str, one: Watcher) -> list[float]:
    took = []
    async with _client(address, one) as client:
        await _whole(client, one.path)  # the first one compiles the template
        for _ in range(_ALONE):
            began = time.monotonic()
            await _whole(client, one.path)
            took.append((time.monotonic() - began) * 1000)
    return took


async def _listen(address: str, one: Watcher) -> None:
    """As `live.js`: a change that comes while the page is being fetched is fetched afterwards, if it is not in it."""
    changed = asyncio.Event()
    async with _client(address, one) as client:
        fetching = asyncio.create_task(_fetch(client, one, changed))
        try:
            screen = f"?screen={one.path.partition('=')[2]}" if "unit=" in one.path else ""
            async with client.get(f"/api/v1/live{screen}") as stream:
                event = b""
                async for line in stream.content:
                    name, _, said = line.rstrip().partition(b": ")
                    if name == b"event":
                        event = said
                    elif name == b"data" and event == b"change":
                        one.words.append((time.monotonic(), json.loads(said)["version"]))
                        changed.set()
        finally:
            fetching.cancel()


async def _fetch(client: aiohttp.ClientSession, one: Watcher, changed: asyncio.Event) -> None:
    while True:
        await changed.wait()
        changed.clear()
        while one.behind:
            began = time.monotonic()
            try:
                shows = await _whole(client, one.path, _BY_ITSELF)
            except (aiohttp.ClientError, TimeoutError):
                one.failed += 1
                await asyncio.sleep(_AGAIN_S)
            else:
                one.fetched.append((began, time.monotonic(), shows))
