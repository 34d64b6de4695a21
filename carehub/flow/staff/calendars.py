"""iCalendar, out and in: shifts as a feed for a calendar program, and a plan read from a file of another's.

A feed says who works when and where; no resident, no health word (C67).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from carehub.kit.late import late
from carehub.store import tables

if TYPE_CHECKING:
    import icalendar
    import recurring_ical_events
else:
    icalendar, recurring_ical_events = late("icalendar"), late("recurring_ical_events")

_DAY = timedelta(days=1)
MOST_EVENTS = 5000
LONGEST = timedelta(days=14)


class NotACalendar(Exception):
    """The file cannot be read; the message says why, for whoever sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One occurrence in somebody's calendar, in wall time.

    Attributes:
        uid: The event's own name and the day of this occurrence: the same in each export.
        who: E-mail addresses, lower case, of those it names.
        title: As it is written there.
    """

    uid: str
    who: tuple[str, ...]
    title: str
    day: date
    starts: time
    ends: time
    nights: int


def feed(shifts: Iterable[tuple[tables.Duty, str]], name: str, now: datetime) -> bytes:
    """A calendar of these duties; each with the words that stand on it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//CareHub//shifts//NB")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for duty, words in shifts:
        event = icalendar.Event()
        event.add("uid", f"{duty.line_id}-{duty.day}-{duty.person_id}@carehub")
        event.add("dtstamp", now)
        event.add("dtstart", duty.since)
        event.add("dtend", duty.until)
        event.add("summary", words)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def read(raw: bytes, zone: ZoneInfo, since: date, until: date) -> list[Event]:
    """Every occurrence that begins from `since` to before `until`, in order.

    Times with a zone are turned into this zone's wall time; floating ones are wall time already; a whole day
    lasts from midnight to midnight.

    Raises:
        NotACalendar: It is none, is damaged, or has more occurrences than a plan has.
    """
    try:
        calendar = icalendar.Calendar.from_ical(raw)
        found = recurring_ical_events.of(calendar).between(since, until)
        events = sorted(_events(found, zone, since, until), key=lambda one: (one.day, one.starts, one.uid))
    except NotACalendar:
        raise
    except Exception as error:
        raise NotACalendar(f"Filen kan ikke leses som en kalender ({type(error).__name__}).") from error
    if len(events) > MOST_EVENTS:
        raise NotACalendar(f"Filen har {len(events)} vakter. Del den opp: høyst {MOST_EVENTS} om gangen.")
    return events


def _events(found: Sequence[Any], zone: ZoneInfo, since: date, until: date) -> Iterator[Event]:
    for one in found:
        if str(one.get("STATUS", "")).upper() == "CANCELLED" or str(one.get("TRANSP", "")).upper() == "TRANSPARENT":
            continue
        start = _wall(one.start, zone)
        end = max(_wall(one.end, zone), start)
        if not since <= start.date() < until or end == start:
            continue
        if end - start > LONGEST:
            raise NotACalendar(f"«{one.get('SUMMARY', '')}» {start:%d.%m.%Y} varer i mer enn 14 døgn.")
        yield Event(
            uid=f"{one.get('UID', '')}/{start:%Y%m%dT%H%M}", who=tuple(_addresses(one)),
            title=str(one.get("SUMMARY", "")), day=start.date(), starts=start.time(), ends=end.time(),
            nights=(end.date() - start.date()).days,
        )  # fmt: skip


def _wall(moment: date, zone: ZoneInfo) -> datetime:
    """The clock on the wall at this moment, without its zone."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _addresses(one: Any) -> Iterator[str]:
    for name in ("ATTENDEE", "ORGANIZER"):
        listed = one.get(name, [])
        for address in listed if isinstance(listed, list) else [listed]:
            yield str(address).lower().removeprefix("mailto:")
