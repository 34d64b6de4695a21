"""How serious: the national scale, code system vkp-severity-level."""

from enum import IntEnum


class Severity(IntEnum):
    """`vkp-severity-level` 0-40; the numbers are the national codes and sort by urgency."""

    NOT_REPORTED = 0
    NORMAL = 10
    MODERATE = 20
    SERIOUS = 30
    CRITICAL = 40

    def raised(self) -> "Severity":
        """One step up; critical stays critical."""
        return Severity(min(self + 10, Severity.CRITICAL))
