"""Which schema this release has, as its migrations name it."""

import re
from pathlib import Path

from carehub.contracts import ConfigurationError

_NAMED = re.compile(r'^(revision|down_revision)(?:: .*?)? = "(\w+)"$', re.MULTILINE)


def scripts_folder() -> Path:
    """Where the migrations lie: in the repository, or in the wheel's data."""
    shipped = Path(__file__).resolve().parents[1] / "_data" / "alembic"
    return shipped if shipped.exists() else Path(__file__).resolve().parents[2] / "alembic"


def newest_version(scripts: Path) -> str | None:
    """The schema of this release, read from the migrations without Alembic, which a hub with that schema need not load.

    Raises:
        ConfigurationError: No one version is the last.
    """
    found = [_NAMED.findall(path.read_text(encoding="utf-8")) for path in (scripts / "versions").glob("*.py")]
    versions = {name: dict(pairs) for pairs in found for key, name in pairs if key == "revision"}
    last = set(versions) - {pairs.get("down_revision") for pairs in versions.values()}
    if len(last) > 1:
        raise ConfigurationError(f"The migrations in {scripts} have more than one last version: {sorted(last)}.")
    return next(iter(last), None)
