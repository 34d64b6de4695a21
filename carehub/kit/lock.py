"""One process at a time: a lock that falls with its holder, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Held(Exception):
    """Another process holds the lock."""


@contextmanager
def only_process(path: Path) -> Iterator[None]:
    """Hold the lock for as long as the block lasts; raises Held at once when another process has it."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Held(str(path)) from error
        yield
