"""Calendars that others wrote become the right shifts; ours is one that others can read, with no word too many."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from carehub.core.people.shifts import Why
from carehub.flow.staff.calendar_import import Account, Import, take_in
from carehub.flow.staff.calendars import NotACalendar, feed, read
from carehub.store import tables
from tests.journeys.building import CANARY, NIGHT, OSLO, Night

NEW_YORK = ZoneInfo("America/New_York")

RFC_4 = b"""BEGIN:VCALENDAR\r
PRODID:-//RDU Software//NONSGML HandCal//EN\r
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:America/New_York\r
BEGIN:STANDARD\r
DTSTART:19981025T020000\r
TZOFFSETFROM:-0400\r
TZOFFSETTO:-0500\r
TZNAME:EST\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19990404T020000\r
TZOFFSETFROM:-0500\r
TZOFFSETTO:-0400\r
TZNAME:EDT\r
END:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
DTSTAMP:19980309T231000Z\r
UID:guid-1.example.com\r
ORGANIZER:mailto:mrbig@example.com\r
ATTENDEE;RSVP=TRUE;ROLE=REQ-PARTICIPANT;CUTYPE=GROUP:\r
 mailto:employee-A@example.com\r
DESCRIPTION:Project XYZ Review Meeting\r
CATEGORIES:MEETING\r
CLASS:PUBLIC\r
CREATED:19980309T130000Z\r
SUMMARY:XYZ Project Review\r
DTSTART;TZID=America/New_York:19980312T083000\r
DTEND;TZID=America/New_York:19980312T093000\r
LOCATION:1CP Conference Room 4350\r
END:VEVENT\r
END:VCALENDAR\r
"""
"""RFC 5545, section 4: the second example, as it stands there."""


def event(*lines: str) -> bytes:
    inside = "\r\n".join(("UID:a@example.com", "DTSTAMP:19970901T130000Z", *lines))
    before, after = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT", "END:VEVENT\r\nEND:VCALENDAR\r\n"
    return f"{before}\r\n{inside}\r\n{after}".encode()


def said(
    raw: bytes, zone: ZoneInfo = NEW_YORK, since: date = date(1997, 1, 1), until: date = date(1999, 1, 1)
) -> list[str]:
    return [
        f"{one.day:%m-%d} {one.starts:%H:%M}-{one.ends:%H:%M}+{one.nights}" for one in read(raw, zone, since, until)
    ]


def test_the_example_of_the_standard_is_read() -> None:
    """RFC 5545, section 4: TZID with its VTIMEZONE, a folded line, who takes part."""
    (one,) = read(RFC_4, NEW_YORK, date(1998, 1, 1), date(1999, 1, 1))

    assert (one.day, one.starts.hour, one.ends.hour, one.title) == (date(1998, 3, 12), 8, 9, "XYZ Project Review")
    assert one.who == ("employee-a@example.com", "mrbig@example.com")
    assert said(RFC_4, OSLO) == ["03-12 14:30-15:30+0"]


def test_the_recurrences_of_the_standard_are_read() -> None:
    """RFC 5545, section 3.8.5.3: "Every other week on Tuesday and Thursday, for 8 occurrences", over the change."""
    raw = event(
        "DTSTART;TZID=America/New_York:19970902T090000", "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    )  # fmt: skip

    days = ["09-02", "09-04", "09-16", "09-18", "09-30", "10-02", "10-14", "10-16"]
    assert said(raw) == [f"{day} 09:00-10:00+0" for day in days]


def test_a_recurrence_keeps_its_clock_on_the_wall_when_the_clocks_change() -> None:
    """F35: RFC 5545, "Weekly for 10 occurrences": 9:00 in EDT and in EST."""
    raw = event("DTSTART;TZID=America/New_York:19970902T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=10")

    assert {line.split()[1] for line in said(raw)} == {"09:00-10:00+0"}
    assert said(raw)[-1].startswith("11-04")


def test_exceptions_and_floating_times_and_whole_days_are_read() -> None:
    """RFC 5545, 3.8.5.1 (EXDATE) and 3.3.5 (FORM #1, local time)."""
    exception = event(
        "DTSTART:19970902T220000", "DTEND:19970903T073000", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:19970903T220000"
    )
    whole = event("DTSTART;VALUE=DATE:19971102")

    assert said(exception) == ["09-02 22:00-07:30+1", "09-04 22:00-07:30+1"]
    assert said(exception, OSLO) == said(exception)
    assert said(whole) == ["11-02 00:00-00:00+1"]


def test_a_zone_with_its_windows_name_and_utc_are_read_in_the_zone_of_the_unit() -> None:
    outlook = event(
        "DTSTART;TZID=W. Europe Standard Time:20260328T220000", "DTEND;TZID=W. Europe Standard Time:20260329T073000"
    )
    google = event("DTSTART:20260328T210000Z", "DTEND:20260329T053000Z")

    for raw in (outlook, google):
        assert said(raw, OSLO, date(2026, 1, 1), date(2027, 1, 1)) == ["03-28 22:00-07:30+1"]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_what_is_cancelled_or_takes_no_time_is_no_shift(line: str) -> None:
    assert said(event("DTSTART:19970902T090000", "DURATION:PT1H", line)) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"hei", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", event("DTSTART:i morgen"),
        event("DTSTART:19970902T090000", "DTEND:19971002T090000"),
        event("DTSTART:19970101T000000", "DURATION:PT1M", "RRULE:FREQ=MINUTELY;COUNT=5100"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(NotACalendar):
        read(raw, OSLO, date(1997, 1, 1), date(1998, 1, 1))


@given(st.binary(max_size=200), st.text(max_size=60))
def test_whatever_the_bytes_it_is_a_calendar_or_it_is_none(raw: bytes, words: str) -> None:
    for tried in (raw, event(f"DTSTART:{words}")):
        try:
            read(tried, OSLO, date(1997, 1, 1), date(1998, 1, 1))
        except NotACalendar:
            continue


def test_our_own_calendar_can_be_read_by_others_and_names_no_resident() -> None:
    """C67: when, where and who; nothing of whom they care for."""
    duty = tables.Duty(
        person_id="kari", unit_id="sol", since=datetime(2026, 3, 28, 21, tzinfo=UTC),
        until=datetime(2026, 3, 29, 5, 30, tzinfo=UTC), why=Why.ROTATION, line_id="l1", day=date(2026, 3, 28),
    )  # fmt: skip
    raw = feed([(duty, "Vakt Sol; nord, sør")], "Vakter", NIGHT)

    (one,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert (one.decoded("DTSTART"), one.decoded("DTEND")) == (duty.since, duty.until)
    assert one["SUMMARY"] == "Vakt Sol; nord, sør"
    assert said(raw, OSLO, date(2026, 1, 1), date(2027, 1, 1)) == ["03-28 22:00-07:30+1"]
    assert set(one.keys()) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"}
    assert CANARY.encode() not in raw


# --- into the plan --------------------------------------------------------------------------

TONIGHT = ("DTSTART:20260115T220000", "DTEND:20260116T073000")


async def take(night: Night, raw: bytes, person: str | None = None) -> Account:
    first = date(2026, 1, 15)
    wanted = Import(unit="sol", source="turnus", person=person, first=first)
    async with night.database.write() as session:
        return await take_in(night.hub, session, wanted, read(raw, OSLO, first, date(2026, 7, 1)), None)


async def planned(night: Night) -> list[str]:
    async with night.database.read() as session:
        rows = (await session.exec(select(tables.Duty).order_by(col(tables.Duty.since)))).all()
    return [f"{row.person_id} {row.since.astimezone(OSLO):%d. %H:%M}" for row in rows]


def counts(account: Account) -> tuple[int, int, int, int]:
    return account.added, account.kept, account.ended, len(account.unknown)


async def test_an_event_is_a_shift_of_whoever_it_names_and_twice_read_changes_nothing(night: Night) -> None:
    raw = event(*TONIGHT, "ATTENDEE:mailto:Tor@marker.example", "RRULE:FREQ=WEEKLY;COUNT=2")

    assert [counts(await take(night, raw)) for _ in range(2)] == [(2, 0, 0, 0), (0, 2, 0, 0)]
    assert await planned(night) == ["tor 15. 22:00", "tor 22. 22:00"]


async def test_what_the_calendar_no_longer_says_falls_away_and_what_it_moves_moves(night: Night) -> None:
    await take(night, event(*TONIGHT, "ATTENDEE:mailto:tor@x", "RRULE:FREQ=WEEKLY;COUNT=2"))
    moved = event("DTSTART:20260115T220000", "DTEND:20260116T090000", "ATTENDEE:mailto:tor@x")

    assert counts(await take(night, moved)) == (1, 0, 2, 0)
    (row,) = await night.rows(tables.Duty)
    assert row.until.astimezone(OSLO).hour == 9


async def test_an_event_of_nobody_we_know_is_told_and_not_taken(night: Night) -> None:
    stranger = event(*TONIGHT, "ATTENDEE:mailto:ukjent@x")

    assert counts(await take(night, stranger)) == (0, 0, 0, 1)
    assert await planned(night) == []
    assert counts(await take(night, stranger, "maria")) == (1, 0, 0, 0)


async def test_a_colleague_is_known_by_their_e_mail(night: Night) -> None:
    async with night.database.write() as session:
        session.add(
            tables.ContactMethod(
                id="m",
                person_id="kari",
                channel="email",
                address="K.Berg@marker.example",
                created_at=NIGHT,
                verified_at=NIGHT,
            )
        )
    await take(night, event(*TONIGHT, "ATTENDEE:MAILTO:k.berg@marker.example"))

    assert await planned(night) == ["kari 15. 22:00"]
