"""Makes seeded nights, and serves each in a child that has everything loaded already."""

import asyncio
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from carehub.kit import log
from carehub.web.render import environment
from tests import dialects, once, templates
from tests.browser.seed import ZONE, make, rulebook, serve
from tests.nursery import Given, raise_children

PROGRAM = Path(__file__)
_FRESH_S = 300


def lately() -> str:
    """The name of one night on a file, made anew every five minutes, for its alerts grow old."""
    return f"night-{int(time.monotonic() // _FRESH_S)}.db"


def main() -> None:
    """Each child would load it at its first pages."""
    log.configure(as_json=False)
    dialects.share()
    templates.share()
    every = environment(ZoneInfo(ZONE))
    for name in every.list_templates():
        every.get_template(name)
    rulebook()
    once.made(lately(), lambda path: asyncio.run(make(str(path))))
    raise_children(PROGRAM, _live)


def _live(given: Given) -> None:
    asyncio.run(serve(given["port"], given["path"]) if "port" in given else make(given["path"]))


if __name__ == "__main__":
    main()
