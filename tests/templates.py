"""Templates are compiled once on this machine, and not once in each process of a run.

A hub compiles a template when somebody first asks for its page. Each test process and each nursery did so for all of
them, at nearly three seconds. What is kept is the same code: Jinja holds it against the template's text.
"""

from hashlib import sha256
from inspect import getsource
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2

from carehub.web import render, tongue

_CACHE = Path(__file__).parents[1] / ".pytest_cache"


def share() -> None:
    """From now on, in this process."""
    how = sha256("".join((jinja2.__version__, getsource(render), getsource(tongue))).encode()).hexdigest()
    kept = _CACHE / f"templates-{how[:16]}"
    kept.mkdir(parents=True, exist_ok=True)
    render.environment(ZoneInfo("Europe/Oslo")).bytecode_cache = jinja2.FileSystemBytecodeCache(str(kept))
