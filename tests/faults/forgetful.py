"""A hub with SQLite's popular setting, `synchronous=NORMAL`: the control that shows what a power cut then takes.

The real hub refuses to run so; this program, and nothing else, takes that refusal away.
"""

from carehub.app.cli import main
from carehub.store import database

FORGETFUL = tuple(pragma.replace("synchronous=FULL", "synchronous=NORMAL") for pragma in database._SQLITE_PRAGMAS)
setattr(database, "_SQLITE_PRAGMAS", FORGETFUL)  # noqa: B010 - mypy knows the other's length
database._FULL = 1

if __name__ == "__main__":
    main()
