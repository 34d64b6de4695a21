"""The command line: `carehub …`.

Each command stands in a room of its own, which is entered only when it is called: a hub that was killed has people
waiting for it, and must not load the village, the replay and the demonstration first.
"""

import gc
import os
import sys
from difflib import get_close_matches
from importlib import import_module

import typer

from carehub.contracts import ConfigurationError
from carehub.kit.log import log

ROOMS = {
    "serve": "serve_cli", "audit": "audit_cli", "demo": "village_cli", "exchange": "village_cli",
    "simulate": "village_cli", "replay": "replay_cli", "rules": "rules_cli", "why": "why_cli", "why-not": "why_cli",
    "user": "people_cli", "device": "people_cli", "shift": "shift_cli", "load": "load_cli", "backup": "backup_cli",
    "restore": "backup_cli", "backup-key": "backup_cli", "doctor": "upkeep_cli", "train": "upkeep_cli",
    "push-key": "upkeep_cli", "evaluate": "evaluate_cli", "visits": "visits_cli", "access": "access_cli",
    "retention": "retention_cli",
}  # fmt: skip
"""Command → the module beside this one whose `commands` has it."""
_OWNER_ALONE = 0o077
"""Whatever is written, here or by a broker started here, may be health data: nobody else on the machine reads it."""


def commands(wanted: str | None = None) -> typer.Typer:
    """The command that is wanted; all of them where that is none we know."""
    app = typer.Typer(
        no_args_is_help=True, help="CareHub: the welfare-technology event hub.", pretty_exceptions_enable=False
    )
    for room in [ROOMS[wanted]] if wanted in ROOMS else dict.fromkeys(ROOMS.values()):
        app.add_typer(import_module(f"carehub.app.{room}").commands)
    return app


def _refuse_what_is_none(wanted: str | None) -> None:
    """Before everything is loaded to look for it."""
    if wanted is None or wanted.startswith("-") or wanted in ROOMS:
        return
    near = get_close_matches(wanted, ROOMS, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise ConfigurationError(f"There is no command {wanted!r}.{meant} `carehub --help` lists them.")


def main() -> None:
    """The `carehub` program: a wrong setting is one sentence, not a stack trace."""
    os.umask(_OWNER_ALONE)
    try:
        wanted = sys.argv[1] if len(sys.argv) > 1 else None
        _refuse_what_is_none(wanted)
        if wanted == "serve":
            gc.disable()  # what its start makes lives as long as the process: to look for garbage in it took a tenth
        commands(wanted)()
    except ConfigurationError as error:
        sys.stderr.write(f"carehub: {error}\n")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        log.info("stopped")
        raise SystemExit(0) from None
