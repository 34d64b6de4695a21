"""What an answer gives time for: the deadlines after "I take it" and "I am there", and when a family hears."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carehub.core.answers.alerts import Status
from carehub.core.answers.ladders import AnswerTimes

_REMIND_AT = 2 / 3


def deadline_after(status: Status, times: AnswerTimes, now: datetime) -> datetime | None:
    """When the hub looks again after a person did something; None only for a closed alert."""
    match status:
        case Status.OPEN:
            return now
        case Status.TAKEN:
            return now + times.arrive
        case Status.ARRIVED:
            return now + times.finish
        case Status.CLOSED:
            return None


def remind_at(times: AnswerTimes, now: datetime) -> datetime:
    """When whoever took an alert is reminded, once, before the time to arrive runs out."""
    return now + times.arrive * _REMIND_AT


_QUIET_FROM, _QUIET_TO = time(21), time(8)


def when_to_tell_relatives(now: datetime, zone: ZoneInfo) -> datetime:
    """Now by day; what is over and handled wakes no family at night, and waits until eight."""
    local = now.astimezone(zone)
    if _QUIET_TO <= local.time() < _QUIET_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= _QUIET_FROM)
    return datetime.combine(day, _QUIET_TO, zone).astimezone(UTC)
