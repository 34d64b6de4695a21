"""What is made once in a run, by whichever of its test processes asks first, and used by all of them."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_WHERE = "TESTS_MADE_ONCE"
"""The environment variable that tells test processes the folder of the one that started them."""


def share() -> None:
    """From now on, in this process and in those that it starts; the folder goes with the first of them."""
    if _WHERE not in os.environ:
        os.environ[_WHERE] = tempfile.mkdtemp(prefix="carehub-once-")
        atexit.register(shutil.rmtree, os.environ[_WHERE], ignore_errors=True)


def place(name: str) -> Path:
    """Where what is made once lies."""
    share()
    return Path(os.environ[_WHERE]) / name


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """The others wait until the block ends; gives the place."""
    found = place(name)
    with found.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield found


def made(name: str, make: Callable[[Path], object]) -> Path:
    """What lies there; made first where nobody has. What was left half made is made anew."""
    with alone(name) as found:
        if not found.exists():
            half = found.with_name(f"{name}.half")
            make(half)
            half.rename(found)
    return found
