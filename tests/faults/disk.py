"""A disk that may forget or tear whatever was not synced when the power went."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.tracing import Deed, Kind

SECTOR = 512


@dataclass
class _File:
    """A file: what is safe, and what was asked since.

    Attributes:
        listed: Whether its entry in the folder is safe.
        removed: Whether somebody took it away and the folder is not synced yet.
    """

    safe: bytearray
    since: list[Deed] = field(default_factory=list)
    listed: bool = True
    removed: bool = False


class Disk:
    """Files as a power cut leaves them. It is fed deeds in order."""

    def __init__(self, folder: Path, before: Mapping[str, bytes]) -> None:
        self._folder = str(folder)
        self._files = {str(folder / name): _File(bytearray(content)) for name, content in before.items()}

    def do(self, deed: Deed) -> None:
        """One more call has been answered."""
        match deed.kind:
            case Kind.MADE:
                known = self._files.get(deed.place)
                if known is None or known.removed:
                    self._files[deed.place] = _File(bytearray(), listed=False)
            case Kind.WRITE | Kind.CUT:
                self._file(deed.place).since.append(deed)
            case Kind.SYNC:
                self._sync(deed)
            case Kind.REMOVED:
                self._file(deed.place).removed = True
            case Kind.SENT:
                pass

    def _file(self, place: str) -> _File:
        return self._files.setdefault(place, _File(bytearray(), listed=False))

    def _sync(self, sync: Deed) -> None:
        if sync.place == self._folder:
            self._files = {place: file for place, file in self._files.items() if not file.removed}
            for file in self._files.values():
                file.listed = True
            return
        file = self._file(sync.place)
        for deed in file.since:
            if deed.ended < sync.began:
                apply(file.safe, deed)
        file.since = [deed for deed in file.since if deed.ended >= sync.began]

    def cut(self, into: Path, under_way: Sequence[Deed], chance: random.Random) -> None:
        """The power goes: write into that folder what may be found afterwards."""
        for place, file in self._files.items():
            if not file.listed and chance.random() < 0.5:
                continue  # its entry in the folder was never safe
            if file.removed and chance.random() < 0.5:
                continue
            content = bytearray(file.safe)
            for deed in (*file.since, *(one for one in under_way if one.place == place)):
                _perhaps(content, deed, chance)
            (into / Path(place).name).write_bytes(content)


def apply(content: bytearray, deed: Deed) -> None:
    """Do it whole."""
    if deed.kind is Kind.CUT:
        del content[deed.at :]
        content.extend(bytes(deed.at - len(content)))
        return
    content.extend(bytes(max(0, deed.at - len(content))))
    content[deed.at : deed.at + len(deed.data)] = deed.data


def _perhaps(content: bytearray, deed: Deed, chance: random.Random) -> None:
    """What was not synced is there, is not there, or is there in parts, sector by sector."""
    fate = chance.random()
    if fate < 0.4:
        return
    if fate < 0.7 or deed.kind is Kind.CUT:
        apply(content, deed)
        return
    for place, piece in sectors(deed):
        if chance.random() < 0.5:
            apply(content, deed._replace(at=place, data=piece))


def sectors(deed: Deed) -> Iterable[tuple[int, bytes]]:
    """A write as the disk does it: one piece for each sector that it touches."""
    at, end = deed.at, deed.at + len(deed.data)
    while at < end:
        upto = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, deed.data[at - deed.at : upto - deed.at]
        at = upto
