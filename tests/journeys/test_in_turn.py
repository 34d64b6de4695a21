"""A rung that asks one after another, while the list of those whom it can ask changes: nobody is passed over."""

import pytest

from carehub.core.severity import Severity
from carehub.store import tables
from tests.journeys.building import INGRID, MARIA, TOR, Night, person

EVA = "+4790000005"


@pytest.fixture
async def in_turn(night: Night) -> Night:
    """The ward asks its own one by one, a minute each, before it asks all."""
    async with night.database.write() as session:
        session.add(tables.LadderRow(id="sol/40", unit_id="sol", severity=Severity.CRITICAL))
        await session.flush()
        for position, (asks, one_by_one) in enumerate((("unit", True), ("unit", False)), 1):
            session.add(
                tables.LadderRung(
                    ladder_id="sol/40", position=position, asks=asks, patience_s=60, in_turn=one_by_one
                )
            )  # fmt: skip
    return night


def asked(night: Night) -> list[str]:
    return [notice.address for _, notice in night.phones.sent]


async def test_each_is_asked_for_a_minute_and_then_all(in_turn: Night) -> None:
    await in_turn.press()
    await in_turn.pass_time(minutes=3.5)

    assert asked(in_turn)[:3] == [INGRID, MARIA, TOR]
    assert sorted(asked(in_turn)[3:]) == [INGRID, MARIA, TOR]


async def test_whoever_comes_after_one_who_is_gone_is_asked_and_not_passed_over(in_turn: Night) -> None:
    """The first left, so the second became the first, of whom it was thought that they had been asked."""
    await in_turn.press()
    async with in_turn.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).active = False

    await in_turn.pass_time(minutes=2.5)

    assert asked(in_turn) == [INGRID, MARIA, TOR]


async def test_whoever_comes_into_the_list_is_asked_and_nobody_twice(in_turn: Night) -> None:
    await in_turn.press()
    async with in_turn.database.write() as session:
        eva = person("eva", "sol", EVA, on_duty=True)
        session.add(eva)
        await session.flush()
        session.add(tables.ContactMethod(
            id="eva", person_id="eva", channel="sms", address=EVA, created_at=in_turn.clock(),
            verified_at=in_turn.clock(),
        ))  # fmt: skip

    await in_turn.pass_time(minutes=3.5)

    assert asked(in_turn) == [INGRID, EVA, MARIA, TOR]
