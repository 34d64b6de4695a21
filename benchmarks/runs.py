"""The runs: each on a fresh store, a fresh broker and a hub that has just been started."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.household import HOMES, WEARERS
from benchmarks.kit import WORK, Kit
from benchmarks.process import Broker, HubProcess, cpu_s, fsync_ms, memory_mib, wait_until
from benchmarks.stores import Reader, Store, reader

_ROWS = "SELECT count(*) FROM event WHERE source = 'zigbee2mqtt'"
_NEWEST = "SELECT max(seq) FROM event"
_TICKED = "SELECT count(*) FROM fold_input"
_STALLED_S = 20.0
_SETTLE_S = 3.0
_WARM_S = 3.0
_OF_A_PRESS = "WHERE e.source = 'carehub_v1' AND e.scope_id <> 'canary'"  # the hub's own alarm goes the same way
_ALERTED = "FROM event e JOIN alert_event a ON a.event_seq = e.seq"
_ALARMS = {
    "event": f"SELECT count(DISTINCT e.seq) FROM event e {_OF_A_PRESS}",  # noqa: S608 - ours, as below
    "alert": f"SELECT count(DISTINCT e.seq) {_ALERTED} {_OF_A_PRESS}",
    "outbox row": f"SELECT count(DISTINCT e.seq) {_ALERTED} JOIN notice n ON n.alert_id = a.alert_id {_OF_A_PRESS}",
}


class Untrue(RuntimeError):
    """A run did not do what it claims to have measured."""


@dataclass(slots=True, kw_only=True)
class House:
    """What one run has to itself."""

    hub: HubProcess
    broker: Broker
    reader: Reader
    idle_mib: float


@dataclass(slots=True, kw_only=True)
class Throughput:
    """Events at full speed, until every row is on disk."""

    events_per_s: float
    messages_per_s: float
    cpu_us: float
    """Processor time of the hub for one event: stable where the machine is shared."""
    start_s: float
    idle_mib: float
    peak_mib: float
    load1: float
    fsync_ms: float


@dataclass(slots=True, kw_only=True)
class Latency:
    """From press to "stored", in milliseconds, beside a background of sensor reports."""

    p50: float
    p95: float
    p99: float
    most: float
    sent: int
    answered: int
    background: float
    """What the background really was, in events a second."""
    peak_mib: float
    load1: float


@contextmanager
def house(store: Store, folder: Path, module: str = "carehub.app") -> Iterator[House]:
    """A hub on a fresh store, when its first round over all homes is done."""
    shutil.rmtree(folder, ignore_errors=True)
    url = store.fresh(folder)
    try:
        with Broker(folder / "broker") as broker, HubProcess(folder, broker, url, module) as hub:
            asking = reader(url)
            try:
                wait_until(lambda: asking.number(_TICKED) >= HOMES + WEARERS, "the first round")
                time.sleep(_SETTLE_S)
                yield House(hub=hub, broker=broker, reader=asking, idle_mib=memory_mib(hub.pid))
            finally:
                asking.close()
    finally:
        store.forget(url)
        shutil.rmtree(folder, ignore_errors=True)


def throughput(kit: Kit, at: House, many: int, *, battery: bool = False) -> Throughput:
    """Send that many messages as fast as they are taken, and wait until all their events are rows."""
    rows = many * (1 + battery)
    first, before = at.reader.number(_NEWEST), cpu_s(at.hub.pid)
    sender = load.Sender(kit, at.broker.port, "zigbee", many=many, battery=battery)
    seen, since = 0, time.monotonic()
    while at.reader.number(_NEWEST) - first < rows or at.reader.number(_ROWS) < rows:
        now = time.monotonic()
        newest = at.reader.number(_NEWEST)
        if newest != seen:
            seen, since = newest, now
        if now - since > _STALLED_S:
            raise Untrue(f"{at.reader.number(_ROWS)} of {rows} rows after {_STALLED_S:.0f} s of standstill")
        time.sleep(0.02)
    done = time.monotonic()
    sent = sender.ended()
    if sent.confirmed != many:
        raise Untrue(f"the broker confirmed {sent.confirmed} of {many} messages")
    seconds = done - sent.began
    return Throughput(
        events_per_s=rows / seconds,
        messages_per_s=many / seconds,
        cpu_us=(cpu_s(at.hub.pid) - before) / rows * 1e6,
        start_s=at.hub.start_s,
        idle_mib=at.idle_mib,
        peak_mib=memory_mib(at.hub.pid, "VmHWM"),
        load1=os.getloadavg()[0],
        fsync_ms=fsync_ms(WORK),
    )


def latency(kit: Kit, at: House, rate: int, alarms: int, interval_s: float) -> Latency:
    """Press while the sensors report `rate` times a second, then check that everything is in the store."""
    sender = load.Sender(kit, at.broker.port, "zigbee", rate=rate) if rate else None
    if sender:
        wait_until(lambda: at.reader.number(_ROWS) > 0, "the background")
        time.sleep(_WARM_S)
    presses = load.Presses(kit, at.broker.port)
    presses.press(alarms, interval_s)
    presses.wait(_STALLED_S)
    presses.close()
    sent = sender.stop() if sender else None
    _verify(at, alarms, len(presses.stored), sent.messages if sent else 0)
    waits = presses.waits_ms()
    return Latency(
        p50=_share(waits, 0.50),
        p95=_share(waits, 0.95),
        p99=_share(waits, 0.99),
        most=waits[-1],
        sent=alarms,
        answered=len(waits),
        background=sent.messages / (sent.ended - sent.began) if sent else 0.0,
        peak_mib=memory_mib(at.hub.pid, "VmHWM"),
        load1=os.getloadavg()[0],
    )


def _share(waits: Sequence[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))]


def _verify(at: House, alarms: int, answered: int, reported: int) -> None:
    """Every alarm has its event, its alert and a row in the outbox; every report of a sensor is a row."""
    if answered != alarms:
        raise Untrue(f"{answered} of {alarms} alarms were answered")
    for what, question in _ALARMS.items():
        if (found := at.reader.number(question)) != alarms:
            raise Untrue(f"{found} of {alarms} alarms have an {what}")
    try:
        wait_until(lambda: at.reader.number(_ROWS) == reported, "the background's rows")
    except TimeoutError:
        raise Untrue(f"{at.reader.number(_ROWS)} of {reported} reports are rows") from None
