"""Libraries that the first message does not need: seen to be there at the start, loaded when there is time or use.

A hub that was killed has people waiting for it. What draws pages, writes calendars or speaks to a provider is loaded
once it hears; what is not installed is still a fault of the start.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class _Late(ModuleType):
    """Stands for a module until something in it is asked for; Python's own locks let two threads ask at once."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


_named: dict[str, None] = {}


def late(name: str) -> Any:
    """A library by its name, not loaded yet.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    package = name.partition(".")[0]
    if find_spec(package) is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    _named[name] = None
    return _Late(name)


def load_late() -> None:
    """Load what was put off; raises ImportError where a library is broken."""
    for name in tuple(_named):
        import_module(name)
