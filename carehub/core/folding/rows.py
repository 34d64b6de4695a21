"""The deadline rows that a fold knows of and asks for."""

from collections.abc import Mapping
from datetime import datetime

from carehub.core.findings import Deadline
from carehub.core.rules.state import RuleState


class Rows:
    """Which rows exist and which are wanted; what is given is never written to."""

    __slots__ = ("_armed_before", "armed", "deadlines", "moment", "scope")

    def __init__(self, scope: str, armed: dict[str, datetime], moment: datetime) -> None:
        self.scope = scope
        self.moment = moment
        self.armed = self._armed_before = armed
        self.deadlines: dict[str, Deadline] = {}

    def forget_rows(self) -> None:
        """On a tick: the rows that were due by now are gone."""
        left = {key: due for key, due in self.armed.items() if due > self.moment}
        if len(left) < len(self.armed):
            self.armed = left

    def arm_all(self, rules: Mapping[str, RuleState]) -> None:
        """Ask for a row for each rule that waits."""
        for key, state in rules.items():
            if state.due is not None:
                self.arm_at(key, state.due)

    def arm_at(self, key: str, due: datetime) -> None:
        """Ask for a row only if none is known at or before the wanted moment: rows may be early."""
        known = self.armed.get(key)
        if known is not None and known <= due:
            return
        if self.armed is self._armed_before:
            self.armed = dict(self.armed)
        self.armed[key] = due
        self.deadlines[key] = Deadline(scope=self.scope, key=key, due_at=due)
