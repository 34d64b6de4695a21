"""What a process asked of the disk and of the network, in order: read from the log that strace wrote of it."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

CALLS = (
    "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fsync,fdatasync,sync_file_range,"
    "unlink,unlinkat,rename,renameat,renameat2,sendto,sendmsg"
)


_STORE = "carehub.db"


class Kind(StrEnum):
    """What was asked."""

    MADE = "made"
    WRITE = "write"
    CUT = "cut"
    SYNC = "sync"
    REMOVED = "removed"
    SENT = "sent"


class Deed(NamedTuple):
    """One call.

    Attributes:
        place: The file's path; "" for what went out on a socket.
        at: Offset of a write; the new length of a cut.
        began: Place in the log where it was asked for; what it does may be done from then on.
        ended: Where it was answered; a sync holds from then on.
    """

    kind: Kind
    place: str
    began: int
    ended: int
    at: int = 0
    data: bytes = b""


class Untraced(RuntimeError):
    """The log holds a call that the disk's model does not know: no cut may be judged by it."""


def command(log: Path) -> tuple[str, ...]:
    """What stands before a program to have it traced; the program stays our own child."""
    return ("strace", "-D", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4000000", "-o", str(log), "-e", f"trace={CALLS}")


def why_not() -> str | None:
    """Why nothing can be traced here; None where it can."""
    if shutil.which("strace") is None:
        return "strace is absent"
    tried = subprocess.run(["strace", "-D", "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "ptrace is not allowed here" if tried.returncode or tried.stderr else None


_LINE = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|\?)(.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>,? ?(.*)")
_UNFINISHED = " <unfinished ...>"
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_FILE = re.compile(r"\d+<((?:\\x[0-9a-f]{2})*)>")


def deeds(log: Path, folder: Path) -> list[Deed]:
    """Everything done to files in `folder`, and everything sent; shared memory of SQLite is no file of the disk."""
    found = [deed for began, ended, call in _calls(log) if (deed := _deed(began, ended, call, str(folder)))]
    return sorted(found, key=lambda deed: deed.began)


def _calls(log: Path) -> Iterator[tuple[int, int, str]]:
    """Whole calls, with the lines where each began and ended."""
    waiting: dict[str, tuple[int, str]] = {}
    with log.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines):
            told = _LINE.fullmatch(line.rstrip("\n"))
            if told is None:
                continue
            task, words = told.groups()
            if words.endswith(_UNFINISHED):
                waiting[task] = (number, words.removesuffix(_UNFINISHED))
            elif resumed := _RESUMED.fullmatch(words):
                began, before = waiting.pop(task, (number, ""))
                yield began, number, before + resumed[1]
            else:
                yield number, number, words


def _deed(began: int, ended: int, words: str, folder: str) -> Deed | None:
    call = _CALL.fullmatch(words)
    if call is None or call[3].startswith("-") or call[3] == "?":
        return None
    name, arguments = call[1], call[2]
    if name in {"sendto", "sendmsg", "write", "writev"} and "<\\x73\\x6f\\x63\\x6b\\x65\\x74" in arguments:
        return Deed(Kind.SENT, "", began, ended, data=_bytes(arguments))
    place = _place(name, arguments, call[4])
    if place is None or place.endswith("-shm") or not (place == folder or place.startswith(f"{folder}/{_STORE}")):
        return None  # of another folder, shared memory, or no part of the store: the log, the ballast, a backup
    return _of_file(name, place, arguments, (began, ended))


def _place(name: str, arguments: str, answer: str) -> str | None:
    if name in {"openat", "open", "creat"}:
        opened = re.fullmatch(r"<((?:\\x[0-9a-f]{2})*)>", answer)
        return _text(opened[1]) if opened else None
    if name in {"unlink", "unlinkat", "rename", "renameat", "renameat2", "truncate"}:
        return _bytes(arguments).decode(errors="replace")
    file = _FILE.match(arguments)
    return _text(file[1]) if file else None


def _of_file(name: str, place: str, arguments: str, when: tuple[int, int]) -> Deed | None:
    began, ended = when
    numbers = [int(part) for part in re.findall(r", (\d+)(?=,|$)", arguments)]
    match name:
        case "openat" | "open" | "creat":
            return Deed(Kind.MADE, place, began, ended) if "O_CREAT" in arguments or name == "creat" else None
        case "pwrite64":
            return Deed(Kind.WRITE, place, began, ended, numbers[-1], _bytes(arguments))
        case "ftruncate":
            return Deed(Kind.CUT, place, began, ended, numbers[-1])
        case "fsync" | "fdatasync":
            return Deed(Kind.SYNC, place, began, ended)
        case "unlink" | "unlinkat":
            return Deed(Kind.REMOVED, place, began, ended)
        case _:
            raise Untraced(f"{name} on {place}")


def _bytes(arguments: str) -> bytes:
    parts: Sequence[tuple[str, str]] = _TEXT.findall(arguments)
    if any(cut for _, cut in parts):
        raise Untraced("strace has cut a text short")
    return b"".join(bytes.fromhex(part.replace("\\x", "")) for part, _ in parts)


def _text(hexed: str) -> str:
    return bytes.fromhex(hexed.replace("\\x", "")).decode(errors="replace")
