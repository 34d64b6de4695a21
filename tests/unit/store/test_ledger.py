"""Whether everything is accounted for: counted by source and outcome, by moment, and what waits too long."""

from datetime import timedelta

from carehub.core.findings import Outcome
from carehub.store import ledger, registers, tables
from carehub.store.registers import Wanted
from tests.journeys.building import NIGHT, Night


async def _three_hours(night: Night) -> None:
    """Something each half hour, from a sensor and a button by turns."""
    for number in range(6):
        await night.hear(night.message("zigbee2mqtt/gang", {"temperature": 20 + number}))
        await night.press(kind="switch.pressed")
        night.clock.advance(minutes=30)


async def test_a_time_is_counted_by_source_and_outcome(night: Night) -> None:
    await _three_hours(night)

    async with night.database.read() as session:
        counts = await ledger.counts(session, NIGHT + timedelta(minutes=30), NIGHT + timedelta(minutes=120))
        nothing = await ledger.counts(session, NIGHT - timedelta(days=2), NIGHT - timedelta(days=1))

    assert [(one.source, one.events) for one in counts] == [("carehub_v1", 3), ("zigbee2mqtt", 3)]
    assert {one.outcome for one in counts} == {Outcome.NO_RULE}
    assert nothing == []


async def test_a_place_in_the_order_is_found_by_its_moment(night: Night) -> None:
    async with night.database.read() as session:
        assert await ledger.place_of(session, NIGHT) == 1
    await _three_hours(night)
    events = await night.events()

    async with night.database.read() as session:
        for event in events[::2]:
            assert (await ledger.place_of(session, event.at)) <= event.seq
            assert (await ledger.place_of(session, event.at + timedelta(seconds=1))) > event.seq
        assert (await ledger.place_of(session, NIGHT + timedelta(days=1))) > events[-1].seq


async def test_the_ledger_is_searched_by_device_resident_and_time(night: Night) -> None:
    await _three_hours(night)
    await night.press("knapp-bjarne")

    async with night.database.read() as session:
        bjarne = await registers.ledger(session, Wanted(resident="bjarne"))
        hall = await registers.ledger(session, Wanted(words="gang"))
        early = await registers.ledger(session, Wanted(until=NIGHT + timedelta(minutes=45)))
        late = await registers.ledger(session, Wanted(since=NIGHT + timedelta(minutes=45), words="knapp-anna"))

    assert [(event.device_id, device.id if device else None) for event, device, _ in bjarne] == [
        ("knapp-bjarne", "knapp-bjarne")
    ]
    assert {event.device_id for event, _, _ in hall} == {"gang"}
    assert (len(hall), len(early), len(late)) == (6, 4, 4)


async def test_what_waits_is_listed_until_it_waits_too_long(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    (opened,) = [one.seq for one in await night.events()]

    async with night.database.read() as session:
        waiting = await ledger.waiting(session, night.clock())
        lost_yet = await ledger.unaccounted_seqs(session, night.clock())
    night.clock.advance(minutes=6)  # and nobody ticks
    async with night.database.read() as session:
        late = await ledger.waiting(session, night.clock())
        lost = await ledger.unaccounted_seqs(session, night.clock())
        count = await ledger.unaccounted(session, night.clock())

    assert [one.event.seq for one in waiting] == [opened]
    assert waiting[0].event.pending_until == NIGHT + timedelta(minutes=5)
    assert (lost_yet, late) == ([], [])
    assert (lost, count) == ([opened], 1)


async def test_what_was_answered_is_accounted_for(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(6)

    async with night.database.read() as session:
        assert await ledger.unaccounted(session, night.clock()) == 0
    assert len(await night.rows(tables.Alert)) == 1
