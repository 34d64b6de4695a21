"""An alert's journal: one line a step, with its national code where there is one."""

from datetime import datetime
from typing import Any

from carehub.core.answers.alerts import COMPOSITION_EVENT, Step
from carehub.store import tables


def journal_line(
    alert_id: str, step: Step, now: datetime, *, person_id: str | None = None, text: str | None = None
) -> tables.AlertStep:
    """One line in an alert's journal, with its national code where there is one."""
    return tables.AlertStep(**step_row(alert_id, step, now, text, person_id))


def step_row(
    alert_id: str, step: Step, now: datetime, text: str | None = None, person_id: str | None = None
) -> dict[str, Any]:
    """The same line as a row."""
    return {
        "alert_id": alert_id, "at": now, "step": step, "code": COMPOSITION_EVENT[step], "person_id": person_id,
        "text": text,
    }  # fmt: skip
