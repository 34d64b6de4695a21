"""A process that works beside the hub: it gives way to it, and leaves with it."""

import multiprocessing
import os
import threading

_LESS_URGENT = 10


def beside_its_parent() -> None:
    """Called first in the child. A parent that is killed tells nobody: its children would stay for ever."""
    os.nice(_LESS_URGENT)
    threading.Thread(target=_leave_with_parent, name="leave", daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
