"""The secret of the hub's local door: who may read the data folder may ask through it."""

import os
from pathlib import Path

from carehub.kit.ids import new_token

TOKEN_FILE = "local-api.token"  # noqa: S105 - a file's name


def local_secret(folder: Path) -> str:
    """The secret by which a program of this machine shows that it may read the folder; made once, for its owner."""
    file = folder / TOKEN_FILE
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8") as out:
            out.write(secret := new_token())
        return secret
