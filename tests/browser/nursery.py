"""Serves seeded nights, each in a child that has everything loaded already: a tenth of a start.

One serves all test processes of a run. Each message asks for one thing: `<port> <a file.db>` serves that night, and
the answer is the process number of the child; `make <a file.db>` writes one, and the answer is 0 when it lies there.
The end of a connection ends its children, and the end of the last one ends the nursery.
"""

import asyncio
import gc
import os
import signal
from contextlib import suppress
from select import select
from socket import AF_UNIX, SOCK_SEQPACKET, socket
from zoneinfo import ZoneInfo

from carehub.kit import log
from carehub.web.render import environment
from tests import once, templates
from tests.browser.seed import ZONE, make, rulebook, serve

NAME = "nursery"
_LONGEST = 4096


def main() -> None:
    """Whoever starts this goes on when it may be asked."""
    _load()
    listener = socket(AF_UNIX, SOCK_SEQPACKET)
    once.place(NAME).unlink(missing_ok=True)  # of one that was killed
    listener.bind(str(once.place(NAME)))
    listener.listen()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    _answer(listener)


def _load() -> None:
    """Here, once: each child would do it at its first pages."""
    templates.share()
    every = environment(ZoneInfo(ZONE))
    for name in every.list_templates():
        every.get_template(name)
    rulebook()
    gc.freeze()  # no child looks for garbage in what it was born with


def _answer(listener: socket) -> None:
    """Do what is asked until nobody is there to ask any more."""
    children: dict[socket, list[int]] = {}
    while True:
        for ready in select([listener, *children], [], [])[0]:
            if ready is listener:
                children[listener.accept()[0]] = []
            elif words := ready.recv(_LONGEST).decode().split():
                ready.send(str(_do(words, children[ready])).encode())
            else:
                _end(children.pop(ready))
        if not children and _ends(listener):
            return


def _do(words: list[str], children: list[int]) -> int:
    if words[0] == "make":
        asyncio.run(make(words[1]))
        return 0
    child = os.fork()
    if not child:
        _serve(int(words[0]), words[1])
    children.append(child)
    return child


def _serve(port: int, path: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        asyncio.run(serve(port, path))
    finally:
        os._exit(0)  # what the parent would tidy up is the parent's


def _end(children: list[int]) -> None:
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _ends(listener: socket) -> bool:
    """Unless somebody is just at the door, which nobody comes to meanwhile."""
    with suppress(FileNotFoundError), once.alone(NAME) as door:  # the folder may be gone with the run
        if select([listener], [], [], 0)[0]:
            return False
        door.unlink()
    return True


if __name__ == "__main__":
    log.configure(as_json=False)
    main()
