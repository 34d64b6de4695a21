"""A process that has loaded everything, and whose children begin with it loaded: a tenth of a start.

One serves all test processes of a run, at a socket. Each of these holds a connection for as long as it lives, and one
more for each child: it says on it what the child is born with, is told the child's process number, and its exit
status when it ends. The end of a connection is the end of its child, that of the last one the end of the nursery.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from select import select
from socket import AF_UNIX, MSG_PEEK, SOCK_SEQPACKET, socket
from typing import Any, NamedTuple
from weakref import finalize

from tests import once

ROOT = Path(__file__).parents[1]
_LONGEST = 65_536
_NOBODY_COMES_S = 60.0
Given = dict[str, Any]


class Child:
    """A process that is asked and told as those of `subprocess` are; it ends with this object at the latest.

    Args:
        program: The nursery, as a file that calls `raise_children` with its own name.
        given: What the child is born with.
    """

    def __init__(self, program: Path, given: Given) -> None:
        begun(program)
        self._line = _connected(program)
        finalize(self, self._line.close)
        self._line.send(json.dumps(given).encode())
        self.pid = int(self._line.recv(_LONGEST))

    def poll(self) -> int | None:
        """Its exit status, or the negative number of what killed it; None while it lives."""
        if not select([self._line], [], [], 0)[0]:
            return None
        return int(self._line.recv(_LONGEST, MSG_PEEK))  # it stays there: several threads may ask

    def wait(self, timeout: float) -> int:
        """Its exit status when it has ended; raises TimeoutExpired where it has not."""
        select([self._line], [], [], timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Stop it dead, let it go on, end it; nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


@cache
def begun(program: Path) -> socket:
    """This process' own line to the nursery, which is started if nobody has or if it has ended with all others."""
    with once.alone(program.stem) as door:
        try:
            line = _connected(program)
        except OSError:
            door.unlink(missing_ok=True)
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            subprocess.run([sys.executable, str(program)], cwd=ROOT, env=environment, check=True)
            line = _connected(program)
    atexit.register(line.close)
    return line


def _connected(program: Path) -> socket:
    line = socket(AF_UNIX, SOCK_SEQPACKET)
    try:
        line.connect(str(once.place(program.stem)))
    except OSError:
        line.close()
        raise
    return line


# --- the nursery itself ----------------------------------------------------------------------


class _Born(NamedTuple):
    pid: int
    watched: int
    """Readable when it has ended."""


def raise_children(program: Path, live: Callable[[Given], object]) -> None:
    """Ends for whoever started this as soon as one can ask; what is loaded until then is every child's.

    Returns in each child, when `live` does: its end is that of the program.
    """
    gc.freeze()  # no child looks for garbage in what it was born with
    door = socket(AF_UNIX, SOCK_SEQPACKET)
    door.bind(str(once.place(program.stem)))
    door.listen()
    if os.fork():
        os._exit(0)  # what is loaded is the nursery's, to tidy up too
    lines: dict[socket, _Born | None] = {}
    while True:
        ends = {born.watched: line for line, born in lines.items() if born}
        heard: list[socket | int] = [door, *ends, *lines]
        ready = select(heard, [], [], _NOBODY_COMES_S)[0]
        one = ready[0] if ready else None
        if one is None:
            pass  # whoever started this was ended before they came, or all is quiet
        elif one is door:
            lines[door.accept()[0]] = None
        elif isinstance(one, int):
            _tell(ends[one], lines.pop(ends[one]))
        elif said := one.recv(_LONGEST):
            if not (child := os.fork()):
                _leave(door, *lines)
                live(json.loads(said))
                return
            lines[one] = _Born(child, os.pidfd_open(child))
            one.send(str(child).encode())
        else:
            _end(one, lines.pop(one))
        if not lines and _leaves(door, program):
            return


def _leave(*sockets: socket) -> None:
    for one in sockets:
        one.close()


def _tell(line: socket, born: _Born | None) -> None:
    """How it ended, to whoever asked for it."""
    if born:
        os.close(born.watched)
        status = os.waitstatus_to_exitcode(os.waitpid(born.pid, 0)[1])
        with suppress(BrokenPipeError):  # nobody asks any more
            line.send(str(status).encode())
    line.close()


def _end(line: socket, born: _Born | None) -> None:
    if born:
        os.kill(born.pid, signal.SIGKILL)
    _tell(line, born)


def _leaves(door: socket, program: Path) -> bool:
    """Unless somebody is just coming in; nobody comes to the door meanwhile."""
    with suppress(FileNotFoundError), once.alone(program.stem) as address:  # it may be gone with the run
        if select([door], [], [], 0)[0]:
            return False
        address.unlink()
    return True
