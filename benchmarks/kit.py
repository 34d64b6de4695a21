"""The black-box kit: its load generator is imported from where it lies, never copied."""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT.parent / "shared" / "bench"
WORK = ROOT / "build" / "bench"
_NEEDED = ("mqtt_raw.py", "hubbench.py", "nr_flow.py", "nr_start.sh")


@dataclass(frozen=True, slots=True)
class Kit:
    """Where the kit is."""

    folder: Path

    @property
    def lacks(self) -> list[str]:
        """The files that are not there; empty when it can be used."""
        return [name for name in _NEEDED if not (self.folder / name).is_file()]

    def raw(self) -> Any:
        """The kit's small MQTT client, `mqtt_raw`."""
        if str(self.folder) not in sys.path:
            sys.path.append(str(self.folder))
        return importlib.import_module("mqtt_raw")
