"""Serves seeded nights, each in a child that has everything loaded already: a tenth of a start.

Each line of the input asks for one thing. `<port> <a file.db>` serves that night; the answer is the process
number of the child. `make <a file.db>` writes a night; the answer is 0 when it lies there. The end of the input ends
the nursery and its children.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from zoneinfo import ZoneInfo

from carehub.kit import log
from carehub.web.render import environment
from tests import templates
from tests.browser.seed import ZONE, make, rulebook, serve


def main() -> None:
    """Do what is asked until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is said is no answer
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    templates.share()
    every = environment(ZoneInfo(ZONE))
    for name in every.list_templates():
        every.get_template(name)  # loaded here, once: each child would do it at its first pages
    rulebook()
    children = []
    for line in sys.stdin:
        words = line.split()
        if words[0] == "make":
            asyncio.run(make(words[1]))
            answers.write("0\n")
        elif child := os.fork():
            children.append(child)
            answers.write(f"{child}\n")
        else:
            _serve(int(words[0]), words[1])
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _serve(port: int, path: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        asyncio.run(serve(port, path))
    finally:
        os._exit(0)  # what the parent would tidy up is the parent's


if __name__ == "__main__":
    log.configure(as_json=False)
    main()
