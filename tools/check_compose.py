"""Checks a compose file without an engine: it parses, what it mounts exists, and it is as careful as we promise.

    python tools/check_compose.py docker/compose.yaml

Docker itself has the last word (`docker compose config`); here there is none to ask.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PUBLISHED = {"443:8443", "8883:8883"}
"""TLS only; anything else that is published is a fault."""

SECRET = re.compile(r"PASSWORD|TOKEN|SECRET")


def faults(path: Path) -> Iterator[str]:
    """Each thing that is wrong, in words."""
    compose = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, service in compose["services"].items():
        yield from (f"{name}: {fault}" for fault in _of_service(service, compose, path.parent))


def _of_service(service: dict[str, Any], compose: dict[str, Any], folder: Path) -> Iterator[str]:
    yield from _of_care(service)
    yield from _of_mounts(service, compose, folder)
    yield from (f"publishes {port}" for port in service.get("ports", []) if port not in PUBLISHED)
    yield from (f"depends on {other}" for other in service.get("depends_on", {}) if other not in compose["services"])
    yield from (f"network {name}" for name in service.get("networks", []) if name not in compose["networks"])
    for variable, value in service.get("environment", {}).items():
        if SECRET.search(variable) and ":?" not in str(value):
            yield f"{variable} has a default"


def _of_care(service: dict[str, Any]) -> Iterator[str]:
    if not service.get("read_only"):
        yield "its root can be written"
    if service.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in service.get("security_opt", []):
        yield "it keeps privileges"
    if "build" not in service and service.get("user", "0").startswith("0"):
        yield "it runs as root"
    if re.search(r":latest$|^[^:]+$", service["image"]) and "build" not in service:
        yield f"{service['image']} names no version"


def _of_mounts(service: dict[str, Any], compose: dict[str, Any], folder: Path) -> Iterator[str]:
    for volume in service.get("volumes", []):
        source, target = re.sub(r"\$\{[^}]*\}", "$", volume).split(":")[:2]
        if source.startswith("."):
            if not (folder / source).is_file():
                yield f"{source} does not exist"
        elif source != "$" and source not in compose["volumes"]:
            yield f"volume {source} is not declared"
        if not target.startswith("/"):
            yield f"{target} is no path"
    build = service.get("build")
    if build and not (folder / build["context"] / build["dockerfile"]).is_file():
        yield f"{build['dockerfile']} does not exist"


def main() -> int:
    """Print the faults; the exit code says whether there are any."""
    found = list(faults(Path(sys.argv[1])))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
