"""Data by people outside this project, which lies beside the repository on some machines and ships with none."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def shared(path: str) -> Path:
    """The file or folder `path` of the shared data; skips the test by name where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"shared data absent: {path}")
    return found
