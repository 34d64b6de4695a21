"""What the hub tells of itself: one trouble hides behind no other, and what is over is said where it was told."""

import pytest

from carehub.core.people.access import Role
from carehub.flow.hub import Word
from carehub.flow.reaching import lines
from carehub.store import tables
from tests.journeys.building import NIGHT, Night, add

LEADER = "+4790000020"
SMS, DISK = "Kanalen «sms» svarer ikke.", "Disken svikter."


@pytest.fixture
async def led(quick_night: Night) -> Night:
    """A night with a coordinator on duty."""
    leader = tables.Person(id="leder", name="kanari-leder", username="leder", role=Role.COORDINATOR, on_duty=True)
    way = tables.ContactMethod(
        id="leder", person_id="leder", channel="sms", address=LEADER, created_at=NIGHT, verified_at=NIGHT
    )
    async with quick_night.database.write() as session:
        await add(session, leader)
        await add(session, way)
    return quick_night


async def tell(night: Night, *faults: Word, over: tuple[Word, ...] = ()) -> int:
    """The hub says so; gives how many technical messages the coordinator has had by now."""
    night.hub.faults += faults
    night.hub.good_news += over
    await lines.tell(night.hub, night.ingest)
    await night.work()
    return sum(notice.address == LEADER for _, notice in night.phones.sent)


async def told(night: Night) -> dict[str, str | None]:
    return {alert.scope_id: alert.detail for alert in await night.alerts()}


async def test_a_second_trouble_does_not_hide_behind_one_that_is_open(led: Night) -> None:
    """A disk that failed was the number two on an alert about texts, and no coordinator heard of it."""
    assert await tell(led, Word("channel-sms", SMS)) == 1
    await led.pass_time(minutes=5)

    assert await tell(led, Word("disk", DISK)) == 2
    assert await told(led) == {"hub:channel-sms": SMS, "hub:disk": DISK}


async def test_what_is_over_is_written_where_it_was_told(led: Night) -> None:
    await tell(led, Word("channel-sms", SMS), Word("disk", DISK))

    await tell(led, over=(Word("disk", "Disken virker igjen."),))

    steps = await led.rows(tables.AlertStep, tables.AlertStep.id)
    (where,) = {step.alert_id for step in steps if step.text == "Disken virker igjen."}
    assert [alert.id for alert in await led.alerts() if alert.scope_id == "hub:disk"] == [where]


@pytest.mark.parametrize(("words", "texts"), [("Stopp fra 03:00 til 03:10.", 2), ("Stopp fra 02:14 til 02:20.", 1)])
async def test_something_new_of_the_same_part_stands_on_its_alert_and_is_told_once_an_hour(
    led: Night, words: str, texts: int
) -> None:
    """The next stop was a number on the alert about the first."""
    await tell(led, Word("downtime", "Stopp fra 02:14 til 02:20."))
    await led.pass_time(minutes=61)

    assert await tell(led, Word("downtime", words)) == texts
    assert await tell(led, Word("downtime", f"{words} Og en gang til.")) == texts + (texts == 1)
    assert await told(led) == {"hub:downtime": f"{words} Og en gang til."}
    assert sum(f"{words} Og" in line for line in await led.journal()) == 1
