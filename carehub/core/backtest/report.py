"""What a backtest tells: counts by hour, shift, unit, resident and rule, who was woken, and the alerts themselves.

It goes to JSON and back, and names nobody: residents, units and people are ids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.core.backtest.alerting import Usual
from carehub.core.backtest.asking import shift_of
from carehub.core.backtest.comparing import Compared, Missed
from carehub.core.backtest.values import Alerted, Asked
from carehub.core.findings import Condition

MOST_LISTED = 300
"""Of each sort of alert so many are listed one by one; all are counted."""


class Listed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hypothetical alert, with its why and whom it would have asked.

    Attributes:
        moved_s: With a pair: how much later (or sooner, below zero) the draft is.
        was: With a pair: how serious it is today.
    """

    at: datetime
    kind: str
    rule: str
    severity: int
    scope: str
    resident: str | None = None
    place: str | None = None
    reports: int = 1
    answered_at: datetime | None = None
    recorded: str | None = None
    moved_s: int | None = None
    was: int | None = None
    conditions: tuple[Condition, ...] = ()
    events: tuple[int, ...] = ()
    asked: tuple[Asked, ...] = ()


class Counted(Struct, frozen=True, kw_only=True):
    """One side in numbers.

    Attributes:
        hours: Alerts in each hour of the local day, 0 to 23.
        woken: Notices to telephones between 22 and 7, by role.
        woken_off_duty: Of these, to people who were not on duty.
        asked: Notices in all, by role.
    """

    alerts: int
    residents: int
    severities: dict[str, int]
    hours: tuple[int, ...]
    shifts: dict[str, int]
    units: dict[str, int]
    by_resident: dict[str, int]
    rules: dict[str, int]
    woken: dict[str, int]
    woken_off_duty: dict[str, int]
    asked: dict[str, int]


class MissedReal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A real alert that would not have come: with what was found by whoever came."""

    alert: str
    at: datetime
    kind: str
    severity: int
    scope: str
    resident: str | None = None
    cause: str | None = None
    aftermath: str | None = None
    today: bool = True
    instead: tuple[str, ...] = ()


class Hole(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """History that is not whole, of one resident's home or of all.

    Attributes:
        why: outage, nothing_heard, not_there_yet, moved_in, numbers_missing, cleared_away, nothing_at_all.
        device: The device that it is about, where it is one.
    """

    why: str
    since: datetime
    until: datetime
    scope: str | None = None
    resident: str | None = None
    device: str | None = None


class Summary(Struct, frozen=True, kw_only=True):
    """All that is kept of a run.

    Attributes:
        listed: By sort: "gained", "lost", "moved", "changed"; without a draft "alerts".
        counts: How many of each sort there are, of which only the first are listed; and "same".
        real: How many real alerts are recorded in the time.
        assumed: Seconds until somebody answers and finishes, where nothing is recorded; by severity ("0": any).
    """

    since: datetime
    until: datetime
    zone: str
    scopes: int
    events: int
    faults: int
    today: Counted
    draft: Counted | None
    counts: dict[str, int]
    listed: dict[str, tuple[Listed, ...]]
    real: int
    missed: tuple[MissedReal, ...]
    holes: tuple[Hole, ...]
    assumed: dict[str, dict[str, int]]


def counted(alerts: Sequence[Alerted], units: Mapping[str, str | None], zone: ZoneInfo) -> Counted:
    """One side in numbers."""
    told = [one for alert in alerts for one in alert.asked]
    hours = Counter(alert.at.astimezone(zone).hour for alert in alerts)
    return Counted(
        alerts=len(alerts),
        residents=len({alert.resident for alert in alerts if alert.resident}),
        severities=_named(str(int(alert.severity)) for alert in alerts),
        hours=tuple(hours[hour] for hour in range(24)),
        shifts=_named(shift_of(alert.at, zone) for alert in alerts),
        units=_named(units.get(alert.scope) or "" for alert in alerts),
        by_resident=_named(alert.resident for alert in alerts if alert.resident),
        rules=_named(alert.rule for alert in alerts),
        woken=_named(one.role for one in told if one.woken),
        woken_off_duty=_named(one.role for one in told if one.woken and not one.on_duty),
        asked=_named(one.role for one in told),
    )


def _named(found: Iterable[str]) -> dict[str, int]:
    return dict(Counter(found).most_common())


def listed(alerts: Iterable[Alerted]) -> tuple[Listed, ...]:
    """The first of them, one by one."""
    return tuple(_listed(alert) for alert in list(alerts)[:MOST_LISTED])


def listed_pairs(pairs: Iterable[tuple[Alerted, Alerted]]) -> tuple[Listed, ...]:
    """The draft's half of each, with how today's differs."""
    return tuple(
        _listed(draft, moved_s=round((draft.at - today.at).total_seconds()), was=int(today.severity))
        for today, draft in list(pairs)[:MOST_LISTED]
    )


def _listed(alert: Alerted, moved_s: int | None = None, was: int | None = None) -> Listed:
    return Listed(
        at=alert.at, kind=alert.kind, rule=alert.rule, severity=int(alert.highest), scope=alert.scope,
        resident=alert.resident, place=alert.place, reports=alert.reports, answered_at=alert.answered_at,
        recorded=alert.recorded, moved_s=moved_s, was=was, conditions=alert.conditions, events=alert.events,
        asked=alert.asked,
    )  # fmt: skip


def missed_reals(found: Iterable[Missed]) -> tuple[MissedReal, ...]:
    """Each with what was found by whoever came."""
    return tuple(
        MissedReal(
            alert=one.raised.id, at=one.raised.raised_at, kind=one.raised.kind, severity=int(one.raised.severity),
            scope=one.raised.scope, resident=one.raised.resident,
            cause=one.raised.cause.value if one.raised.cause else None,
            aftermath=one.raised.aftermath.value if one.raised.aftermath else None,
            today=one.today, instead=one.instead,
        )
        for one in found
    )  # fmt: skip


def sorts(compared: Compared | None, today: Sequence[Alerted]) -> dict[str, tuple[Listed, ...]]:
    """The alerts one by one, by sort."""
    if compared is None:
        return {"alerts": listed(today)}
    return {
        "gained": listed(compared.gained),
        "lost": listed(compared.lost),
        "moved": listed_pairs(compared.moved),
        "changed": listed_pairs(compared.changed),
    }


def counts_of(compared: Compared | None, today: Sequence[Alerted]) -> dict[str, int]:
    """How many of each sort there are."""
    if compared is None:
        return {"alerts": len(today)}
    return {
        "same": compared.same, "gained": len(compared.gained), "lost": len(compared.lost),
        "moved": len(compared.moved), "changed": len(compared.changed),
    }  # fmt: skip


def assumed(usual: Usual) -> dict[str, dict[str, int]]:
    """The times that are taken where nothing is recorded, in seconds."""
    return {
        name: {str(severity): round(time.total_seconds()) for severity, time in times.items()}
        for name, times in (("answer", usual.answer), ("handle", usual.handle))
    }
