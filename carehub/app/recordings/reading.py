"""What every reader of recordings shares: the message, the lines, the wall clock, and the voice of carehub/v1."""

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from zoneinfo import ZoneInfo

import msgspec

from carehub.app.recordings.things import Thing

LONGEST_LINE = 1 << 20
"""Bytes; a "line" beyond this is no recording, and would otherwise fill the memory."""

KEPT_LINES = 1000
"""How many unreadable lines are remembered one by one; all are counted."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a recording.

    Attributes:
        at: When it was heard, aware and UTC.
        topic: As it is to be published.
        payload: As it is to be published.
        home: Whose home, in the recording's own words ("casas", "0697d"); "home" where it does not say.
        device: The device's name on its road, as the decoder will find it.
        place: In the hub's words ("bathroom", "entrance"); None if unknown.
        source: The recording's format.
    """

    at: datetime
    topic: str
    payload: bytes
    home: str
    device: str
    place: str | None
    source: str


@dataclass(slots=True)
class Skipped:
    """What a reading could not use; filled while the reading goes on.

    Attributes:
        count: Lines that could not be read.
        reasons: The same, by reason.
        lines: (file name, line number from 1, reason) of the first `KEPT_LINES` of them.
        ignored: Lines that are in order but hold no message (headings, empty lines, other log lines).
    """

    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lines: list[tuple[str, int, str]] = field(default_factory=list)
    ignored: int = 0

    def add(self, file: str, line: int, reason: str) -> None:
        """Count one unreadable line."""
        self.count += 1
        self.reasons[reason] += 1
        if len(self.lines) < KEPT_LINES:
            self.lines.append((file, line, reason))


class Reading(NamedTuple):
    """One reading of one recording: where it is, which wall clock it used, and what was skipped."""

    path: Path
    zone: ZoneInfo
    skipped: Skipped

    def lines(self, path: Path | None = None) -> Iterator[tuple[int, str]]:
        """The lines of `path` (default: the recording), numbered from 1; what is broken is counted and passed by."""
        path = path or self.path
        number = 0
        try:
            with open_bytes(path) as stream:
                for number, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), 1):
                    if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                        self.skipped.add(path.name, number, "line too long")
                        continue
                    try:
                        yield number, raw.decode().rstrip("\r\n")
                    except UnicodeDecodeError:
                        self.skipped.add(path.name, number, "not UTF-8")
        except (OSError, EOFError, zlib.error):
            self.skipped.add(path.name, number + 1, "the file is broken from here")

    def refuse(self, number: int, line: str, reason: str, path: Path | None = None) -> None:
        """Account for a line that gives no message: unreadable, or only empty."""
        if line.strip():
            self.skipped.add((path or self.path).name, number, reason)
        else:
            self.skipped.ignored += 1

    def utc(self, local: str | datetime, after: datetime | None = None) -> datetime:
        """The moment that a wall clock (or an ISO text with its offset) shows.

        Args:
            after: The moment before it in the recording: tells the two like hours of autumn apart.

        Raises:
            ValueError: Not a time.
            OverflowError: Outside the calendar.
        """
        moment = datetime.fromisoformat(local) if isinstance(local, str) else local
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        moment = moment.replace(tzinfo=self.zone)
        first = moment.astimezone(UTC)
        if after is None or first >= after - timedelta(minutes=1):  # small disorder is not a new hour
            return first
        return max(first, moment.replace(fold=1).astimezone(UTC))


def open_bytes(path: Path) -> BinaryIO:
    """Open for reading; gzip is known by its first two bytes, whatever the file is called. Raises OSError."""
    stream: BufferedReader = path.open("rb")
    if stream.peek(2)[:2] != b"\x1f\x8b":
        return stream
    stream.close()
    return cast(BinaryIO, gzip.open(path, "rb"))


class Voice:
    """Says carehub/v1 messages for the homes of one recording, numbering them per device."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._said: Counter[str] = Counter()
        self._encode = msgspec.json.Encoder().encode

    def say(self, at: datetime, home: str, thing: Thing, kind: str, value: float | None = None) -> Recorded:
        """One message of `thing` in `home`; its id is the same at every reading of the same recording."""
        device = f"{home}-{slug(thing.name)}"
        self._said[device] += 1
        seq = self._said[device]
        moment = at.isoformat().replace("+00:00", "Z")
        named = f"{device}|{seq}|{moment}|{kind}|{value}".encode()
        body: dict[str, object] = {
            "id": blake2b(named, digest_size=12).hexdigest(), "seq": seq, "kind": kind, "at": moment,
        }  # fmt: skip
        if value is not None:
            body |= {"value": value, "unit": thing.unit}
        return Recorded(
            at=at, topic=f"carehub/v1/{device}/event", payload=self._encode(body), home=home, device=device,
            place=thing.place, source=self._source,
        )  # fmt: skip


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """A name as one level of a topic: lower-case letters and digits, hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "x"
