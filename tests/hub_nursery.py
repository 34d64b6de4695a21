"""Starts hubs that have loaded already what a hub loads: `carehub serve` from its first line, and nothing before."""

import os
import sys
from importlib import import_module
from pathlib import Path

from carehub.app import cli
from carehub.app.settings import Settings
from carehub.kit.late import load_late
from tests.nursery import Given, raise_children

PROGRAM = Path(__file__)
_CHOSEN = ("sources", "channels", "http_road", "sms_webhooks", "transport")


def main() -> None:
    """What a hub loads when it starts, when it has heard, and by its settings."""
    for module in ("carehub.app.serve_cli", "carehub.app.doors"):
        import_module(module)
    load_late()
    for name in _CHOSEN:
        for module in Settings.model_fields[name].default.split(","):
            import_module(module)
    raise_children(PROGRAM, _live)


def _live(given: Given) -> None:
    log = os.open(given["log"], os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    os.setsid()
    os.environ.clear()
    os.environ.update(given["environment"])
    sys.argv = ["carehub", "serve"]
    cli.main()


if __name__ == "__main__":
    main()
