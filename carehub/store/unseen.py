"""What people never see: whoever only reads does not meet the canary, whatever they ask for.

The canary's alarm is a true one, so that it proves the whole path. One place hides it, and not
each of the questions that pages and reports ask: the next question would forget.
"""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlmodel import col

from carehub.core.watching.canary import CHANNEL, SCOPE
from carehub.store import tables

_RULES: tuple[Any, ...] = (
    with_loader_criteria(tables.Alert, col(tables.Alert.scope_id) != SCOPE),
    with_loader_criteria(tables.Event, col(tables.Event.scope_id) != SCOPE),
    with_loader_criteria(tables.Notice, col(tables.Notice.channel) != CHANNEL),
)


def hide_canary(state: ORMExecuteState) -> None:
    """Leave the canary's rows out of every question of a reading session."""
    if state.is_select and not state.is_column_load:
        state.statement = _hidden(state.statement)


def _hidden(statement: Any) -> Any:
    found = _KEPT.get(statement)
    if found is None:
        found = _KEPT[statement] = statement.options(*_RULES)
    return found


_KEPT: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""As long as the statement itself: one that is asked again and again is made, and its text found, once."""
