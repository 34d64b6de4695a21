"""Every named failpoint of the hub, found by reading its code: a new one joins the kill test by itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = ("carehub", "integrations", "models", "alembic")
REQUIRED = frozenset({
    "mqtt.received", "ingest.begin", "rules.start", "rules.matched", "ingest.inserted", "ingest.committed",
    "alert.committed", "mqtt.before_ack", "mqtt.after_ack", "devack.sent", "outbox.claimed", "notify.before_http",
    "notify.after_http", "notify.recorded", "webhook.received", "webhook.committed", "ack.begin", "ack.committed",
    "reply.committed", "escalate.due", "escalate.committed", "migrate.mid", "backup.mid",
})  # fmt: skip
"""What may never be lost from the code: the steps between a press and a person."""


def points() -> list[str]:
    """The names, sorted; raises ValueError for one that is not written out where it stands."""
    return sorted({name for folder in READ for path in (ROOT / folder).rglob("*.py") for name in _in(path)})


def _in(path: Path) -> Iterator[str]:
    code = path.read_text(encoding="utf-8")
    if "fail_at" not in code:
        return  # to parse the whole house takes seconds
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or _called(node) != "fail_at":
            continue
        match node.args:
            case [ast.Constant(value=str(name))]:
                yield name
            case _:
                raise ValueError(f"{path.relative_to(ROOT)}:{node.lineno}: write the failpoint's name out")


def _called(node: ast.Call) -> str | None:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None
