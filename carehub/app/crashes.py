"""Notes each start and each orderly end, so that a hub which dies again and again knows it."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import Load, hub_fault
from carehub.flow.receiving.care import CRASHES, WITHIN, Care
from carehub.kit.log import log


def note_start(folder: Path, now: datetime) -> int:
    """Write down this start; gives how many before it, lately, had no orderly end."""
    lately = [at for at in _read(folder) if abs(now - at) <= WITHIN]
    _write(folder, [*lately, now])
    return len(lately)


def note_end(folder: Path) -> None:
    """The hub was asked to end, and did."""
    _write(folder, [])


def _read(folder: Path) -> list[datetime]:
    try:
        return msgspec.json.decode((folder / "starts.json").read_bytes(), type=list[datetime])
    except (OSError, msgspec.MsgspecError):
        return []


def _write(folder: Path, starts: list[datetime]) -> None:
    with suppress(OSError):
        (folder / "starts.json").write_bytes(msgspec.json.encode(starts))


def be_careful(hub: Hub, crashes: int) -> None:
    """After the third crash without rules: what ended the hub may stand in one of them, or in what they remember."""
    if crashes >= CRASHES:
        hub.rulebook = hub.rulebook.safe_mode(hub.zone.key)
        words = f"Huben stoppet {crashes} ganger på kort tid: reglene er av til huben startes på nytt."
        hub.health.rulebook_faults.append(words)


async def take_care(hub: Hub, ingest: Ingest, folder: Path, crashes: int) -> None:
    """After a crash one message at a time for a while; what ends the hub again and again is set aside."""
    if not crashes:
        return
    log.error("hub.crashed", times=crashes)
    now = hub.clock()
    ingest.care = Care(folder, now, crashes=crashes)
    poison = ingest.care.find_poison(now)
    if poison is not None:
        log.error("hub.quarantined", bytes=len(poison.payload))
        await ingest.quarantine(Load([poison]))
        words = "En melding fikk huben til å stoppe om og om igjen. Den er lagt til side."
        ingest.observe(hub_fault(now, words, about="quarantine"))
    if crashes >= CRASHES:
        words = "Huben stopper om og om igjen. Reglene er av, og bare de livsviktige alarmene varsler."
        ingest.observe(hub_fault(now, words, about="crashes"))
