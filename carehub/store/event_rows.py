"""Events as the rows that are written of them: for each kind of database as it takes them best."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from typing import Any

import msgspec

from carehub.core.events import Event, Value
from carehub.core.findings import Outcome

_LONGEST_VALUE = 200
_encode_value = msgspec.json.Encoder().encode

EventRow = tuple[Event, Outcome, datetime | None]
"""An event, what became of it, and until when it waits."""

_PLAIN_COLUMNS = (
    "seq", "at", "kind", "value", "source", "device_id", "scope_id", "resident_id", "place", "alarm", "late",
    "body_hash", "delivery", "outcome", "device_class",
)  # fmt: skip
_SELDOM = ("device_at", "unit", "detail", "dedup_key", "pending_until", "number")
"""Most reports have none or one of these: left out, they cost nothing, where the driver looks up each NULL."""
_NONE_OF_THEM = (None,) * len(_SELDOM)
EVENT_COLUMNS = (*_PLAIN_COLUMNS, *_SELDOM)
_by_scope = itemgetter(_PLAIN_COLUMNS.index("scope_id"))
_OUTCOMES = {one: one.value for one in Outcome}

Values = tuple[tuple[Any, ...], tuple[Any, ...]]
"""What an event always has, and what it seldom has."""


def event_values(rows: Sequence[EventRow], moment: Callable[[datetime | None], Any]) -> list[Values]:
    """What each row holds."""
    found: list[Values] = []
    at = said = None
    for e, outcome, until in rows:
        if e.at is not at:  # what came together came at one moment, which is written once
            at, said = e.at, moment(e.at)
        value = None if e.value is None else _as_json(e.value)
        values = (
            e.seq, said, e.kind, value, e.source, e.device, e.scope, e.resident, e.place, e.alarm, e.late,
            e.body_hash, e.delivery, _OUTCOMES[outcome], e.device_class,
        )  # fmt: skip
        if (
            until is None and e.unit is None and e.device_at is None
            and e.detail is None and e.dedup_key is None and e.number is None
        ):  # fmt: skip
            found.append((values, _NONE_OF_THEM))
        else:
            seldom = (moment(e.device_at), e.unit, e.detail, e.dedup_key, moment(until), e.number)
            found.append((values, seldom))
    return found


def by_columns(given: Sequence[Values]) -> dict[tuple[str, ...], list[tuple[Any, ...]]]:
    """The rows by what they have, those of a scope together: SQLite finds the place in its index for each scope once.

    In the order in which they came, the index of scopes took as long as all else of an event.
    """
    plain: list[tuple[Any, ...]] = []
    others: dict[tuple[bool, ...], list[tuple[Any, ...]]] = {}
    for values, seldom in given:
        if seldom is _NONE_OF_THEM:
            plain.append(values)
            continue
        has = tuple([one is not None for one in seldom])
        others.setdefault(has, []).append(values + tuple(compress(seldom, has)))
    found = {_columns_of(has): rows for has, rows in others.items()}
    if plain:
        found[_PLAIN_COLUMNS] = plain
    for rows in found.values():
        rows.sort(key=_by_scope)
    return found


@lru_cache
def _columns_of(has: tuple[bool, ...]) -> tuple[str, ...]:
    return (*_PLAIN_COLUMNS, *compress(_SELDOM, has))


def _as_json(value: Value) -> str:
    """A value as JSON, so that a number stays a number.

    It fits its column: a text that is too long loses its end, not its closing quote.
    """
    text = _encode_value(value).decode()
    while len(text) > _LONGEST_VALUE and isinstance(value, str):
        value = value[: -max(1, (len(text) - _LONGEST_VALUE) // 6)]
        text = _encode_value(value).decode()
    return text
