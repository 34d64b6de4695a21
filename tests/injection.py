"""Forty ways to bring a script in, and a night in which everything that people or devices write is one of them."""

from datetime import datetime
from functools import lru_cache
from html.parser import HTMLParser
from itertools import cycle

from sqlalchemy import LargeBinary, select, update

from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.base import SQLModel
from carehub.store.types import EnumValue

CALL = "q7x()"
"""What each of them would run."""
PAYLOADS = tuple(f"{one}" for one in (
    f"<script>{CALL}</script>", f"</title><script>{CALL}</script>", f"</textarea><script>{CALL}</script>",
    f"</script><script>{CALL}</script>", f"<ScRiPt>{CALL}</sCrIpT>", "<script src=//q7x.example></script>",
    f"<script>{CALL}//", f"<scr<script>ipt>{CALL}</script>", f"<img src=x onerror={CALL}>",
    f'<img src="x" onerror="{CALL}">', f"<img src=x:q7x onerror={CALL}//", f"<img/src=x/onerror={CALL}>",
    f"<svg onload={CALL}>", f"<svg/onload={CALL}>", f"<svg><script>{CALL}</script></svg>",
    f"<svg><a xlink:href=javascript:{CALL}><text>x</text></a></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f"<math><mtext></p><img src=x onerror={CALL}></math>", f"<body onload={CALL}>", f"<iframe src=javascript:{CALL}>",
    f'<iframe srcdoc="<script>parent.{CALL}</script>">', f"<object data=javascript:{CALL}>",
    f"<embed src=javascript:{CALL}>", f"<details open ontoggle={CALL}>", f"<input autofocus onfocus={CALL}>",
    f"<select autofocus onfocus={CALL}>", f"<video><source onerror={CALL}></video>", f"<marquee onstart={CALL}>",
    f'<a href="javascript:{CALL}">x</a>', f"<form action=javascript:{CALL}><button>x</button></form>",
    f"<button formaction=javascript:{CALL}>x</button>", "<base href=//q7x.example/>",
    f'<meta http-equiv=refresh content="0;url=javascript:{CALL}">', "<style>@import '//q7x.example';</style>",
    f'" onmouseover="{CALL}" autofocus onfocus="{CALL}" x="', f"' onfocus='{CALL}' autofocus x='",
    f'"><script>{CALL}</script>', f"javascript:{CALL}", "{{ cycler.__init__.__globals__.os.popen('id') }}",
    f"%3Cscript%3E{CALL}%3C/script%3E&lt;script&gt;{CALL}&#60;/script&#62;\u2028<!--{CALL}-->",
))  # fmt: skip
WORDS_OF = frozenset({
    "name", "label", "address", "given_name", "family_name", "detail", "note", "text", "reason", "why", "words",
    "title", "phone",
    "kinship", "browser", "subject", "because", "topic", "payload", "error", "delivery", "model", "gateway",
    "bearer", "operator", "unit", "place", "access_note", "disabled_reason", "ended_why", "reference",
    "key_box", "key_box_code", "door_code", "pets", "hazard", "warning", "rulebook_version", "library",
    "digits", "lower_reason", "end_reason", "uid", "device_class",
    "settled_why",
})  # fmt: skip
"""Columns in which people, devices and providers write what they like."""
MACHINE = frozenset(
    {
        # keys, secrets and hashes
        "alert_id",
        "asked_by_id",
        "backtest_id",
        "body_hash",
        "by",
        "chain",
        "code",
        "code_hash",
        "created_by_id",
        "credential",
        "cycle",
        "dedup_key",
        "device_id",
        "draft_hash",
        "handed_to_id",
        "issuer",
        "ladder_id",
        "line_id",
        "linked_by",
        "made_by",
        "parent_id",
        "password_hash",
        "person_id",
        "pin_hash",
        "replaced_by_id",
        "replaces_id",
        "resident_id",
        "rule_id",
        "salt",
        "scope_id",
        "secret",
        "sha256",
        "sid",
        "silence_id",
        "source_key",
        "tablet_id",
        "token_hash",
        "unit_id",
        # words from a list of ours
        "action",
        "alert_code",
        "asks",
        "channel",
        "detector",
        "kind",
        "methods",
        "module",
        "owner",
        "provider",
        "sort",
        "source",
        "status",
        "time_zone",
        "zone",
        "link",
        "file",
        # numbers and versions
        "base_version",
        "detector_version",
        "national_id",
        "rule_version",
        "username",
        "value",
        "version",
        # JSON that programs write and read, or would refuse
        "before",
        "body",
        "checks",
        "counts",
        "data",
        "details",
        "draft",
        "kept",
        "labels",
        "missing",
        "overrides",
        "parts",
        "rules",
        "silence",
        "summary",
        "trace",
        "usual",
        "was",
    }
)
"""Columns that hold no words: a payload in them would not be what anybody could bring there."""
_NEVER = {("access_log", "subject"), ("task", "subject"), ("device", "address"), ("rule_override", "body")}
"""Refused by the database, or a key that other rows are found by."""
_MOST = 60
"""Rows of a table that have a payload of their own; the rest share one."""


async def poison(session: Session, now: datetime) -> int:
    """Put a payload into every such column of every row; gives back how many columns there were."""
    turn, many = cycle(PAYLOADS), 0
    for table in SQLModel.metadata.sorted_tables:
        if table.name in {"access_log", "access_seal"}:  # append-only: the database itself refuses
            continue
        keys = list(table.primary_key)
        for column in table.columns:
            chosen = isinstance(column.type, EnumValue) or column.primary_key or (table.name, column.name) in _NEVER
            if chosen or column.name not in WORDS_OF:
                continue
            many += 1
            raw = isinstance(column.type, LargeBinary)
            first = next(turn)
            await session.exec(update(table).values({column: first.encode() if raw else first}))
            for row in (await session.exec(select(*keys).limit(_MOST))).all():  # type: ignore[call-overload]
                one = next(turn)
                where = [key == value for key, value in zip(keys, row, strict=True)]
                await session.exec(update(table).where(*where).values({column: one.encode() if raw else one}))
    for one in PAYLOADS:
        session.add(tables.AccessLog(at=now, person_id="kari", action="days", resident_id="astrid", because=one))
        session.add(tables.AccessLog(at=now, person_id="kari", action=one[:60], resident_id="astrid"))
    return many


class Injected(HTMLParser):
    """Reads a page as a browser does, and notes what no template of ours writes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        camera = tag == "video" and ("id", "camera") in attrs  # of the page on which a device joins
        if tag in {"iframe", "object", "embed", "base", "style", "math", "marquee", "video"} and not camera:
            self.found.append(f"<{tag}>")
        names = {name for name, _ in attrs}
        if tag == "script" and ("src" not in names or "q7x" in str(attrs)):
            self.found.append("<script>")
        for name, value in attrs:
            active = name.startswith("on") or "q7x" in name or name in {"srcdoc", "style"}
            leads = name in {"href", "src", "action", "formaction", "xlink:href", "data", "content"}
            said = "".join((value or "").split()).lower()
            brought = name in {"src", "content"} and "q7x" in said
            if active or brought or (leads and said.startswith(("javascript:", "vbscript:", "data:text", "//q7x"))):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        if "q7x" in data:
            self.found.append("<!-- -->")


@lru_cache(maxsize=1)
def _read(page: str) -> Injected:
    """A page is asked for what it holds and then for what it shows, and is read once."""
    reader = Injected()
    reader.feed(page)
    reader.close()
    return reader


def injected(page: str) -> list[str]:
    """What a page holds that a payload brought in."""
    return list(_read(page).found)


def shown(page: str) -> set[str]:
    """The payloads that stand on a page as text, in an attribute or as a title."""
    text = " ".join(_read(page).text)
    return {one for one in PAYLOADS if one in text}
