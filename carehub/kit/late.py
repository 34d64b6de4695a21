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


_named: dict[str, bool] = {}
"""Whether each is loaded once there is time."""


def late(name: str, *, at_leisure: bool = True) -> Any:
    """A library by its name, not loaded yet.

    Args:
        at_leisure: Load it once there is time; otherwise only when it is used, if it ever is.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    package = name.partition(".")[0]
    if find_spec(package) is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    _named[name] = at_leisure
    return _Late(name)


def load_late(*, everything: bool = False) -> None:
    """Load what was put off until there is time, or all that was put off.

    Raises:
        ImportError: A library is broken.
    """
    for name, at_leisure in tuple(_named.items()):
        if everything or at_leisure:
            import_module(name)
