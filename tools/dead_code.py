"""Names functions, classes, methods, properties and imports that nobody uses; exits 1 if there are any.

Vulture does the looking. Fields of tables, messages and settings are left out: they are data, read by
templates, JSON and SQL. A name that a template uses is used.
"""

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]
CODE = ("carehub", "integrations", "models", "alembic/env.py")
JUDGED = {"class", "function", "import", "method", "property", "unreachable_code"}
CALLED_BY_NAME = [  # keep it small, and say who calls
    "_on_message",  # aiomqtt, whose callbacks we replace
    "_on_publish",
    "capture_signals",  # uvicorn, whose handling of signals we replace
    "main",  # the `carehub` program
    "process_bind_param",  # SQLAlchemy, on every value that goes in
    "process_result_value",  # and on every value that comes out
    "render_item",  # Alembic
    "shared_silences",  # the evaluation on real homes
]
FRAMEWORK_CALLS = [
    "@*.callback",
    "@*.checks",
    "@*.command",
    "@*.delete",
    "@*.exception_handler",
    "@*.get",
    "@*.middleware",
    "@*.patch",
    "@*.post",
    "@*.put",
    "@computed_field",
    "@event.listens_for",
    "@field_serializer",
    "@field_validator",
    "@model_validator",
    "@override",
]


def words_in_templates() -> set[str]:
    """Every word in every template: one that names a function keeps it alive."""
    return {
        word for path in ROOT.glob("carehub/**/*.html") for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }


def main() -> int:
    """Print what is dead; the exit code says whether anything is."""
    finder = Vulture(ignore_names=CALLED_BY_NAME, ignore_decorators=FRAMEWORK_CALLS)
    finder.scavenge([str(ROOT / name) for name in CODE])
    finder.used_names |= words_in_templates()
    dead = [item for item in finder.get_unused_code(min_confidence=60) if item.typ in JUDGED]
    for item in dead:
        path = Path(item.filename).relative_to(ROOT)
        print(f"{path}:{item.first_lineno}: unused {item.typ} {item.name!r}")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
