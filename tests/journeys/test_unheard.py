"""The outage (issue 4, item 9), by rules: all homes fall silent together: one fault, and no missed morning."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import yaml

from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.flow.watching.daybook import Daybook
from carehub.flow.watching.unheard import Unheard
from carehub.store import stream, tables
from carehub.store.tables.places import ScopeKind
from tests.journeys.building import OSLO, ROOT, Night, _device, _resident, add

HOMES = [f"h{number:02}" for number in range(12)]
DAY = datetime(2026, 1, 16, tzinfo=OSLO)
_SCOPES = [f"home:{home}" for home in HOMES]


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return (DAY + timedelta(days=day, hours=hour, minutes=minute)).astimezone(UTC)


async def settle(night: Night) -> None:
    """Twelve homes with a movement sensor each, and a week in which each was heard once an hour, in the morning."""
    since = at(0, day=-30)
    async with night.database.write() as session:
        for home in HOMES:
            await add(session, tables.Scope(id=f"home:{home}", kind=ScopeKind.HOME, name=home, unit_id="sol"))
            await add(session, _resident(home), _device("zigbee2mqtt", f"pir-{home}", since))
            await add(
                session,
                tables.Residency(id=home, resident_id=home, scope_id=f"home:{home}", since=since),
                tables.Assignment(
                    id=home, device_id=f"pir-{home}", scope_id=f"home:{home}", place="bedroom", since=since
                ),
            )
        hours = [(-day, hour) for day in range(8) for hour in range({0: 2, 1: 24}.get(day, 12))]
        moments = [(home, at(hour, 5 * number, day=day)) for day, hour in hours for number, home in enumerate(HOMES)]
        session.add_all(
            tables.Event(
                seq=seq, at=moment, kind="motion.detected", place="bedroom", source="zigbee2mqtt",
                scope_id=f"home:{home}", resident_id=home, body_hash="x", outcome=Outcome.NO_RULE,
            )
            for seq, (home, moment) in enumerate(sorted(moments, key=lambda one: one[1]), 1_000)
        )  # fmt: skip
    night.clock.now = at(1, 59)
    await night.start()
    await moves(night, *HOMES)


async def moves(night: Night, *homes: str) -> None:
    await night.hear(*(night.message(f"zigbee2mqtt/pir-{home}", {"occupancy": True}) for home in homes))


def station(night: Night) -> Unheard:
    return Unheard(night.hub, night.ingest.observe, Daybook(night.hub))


async def looks(night: Night, post: Unheard, moment: datetime) -> None:
    """Time passes to this moment, and the station looks."""
    await night.pass_time(seconds=(moment - night.clock()).total_seconds())
    await night.while_folding(post.look())
    await night.work()


async def unheard(night: Night) -> set[str]:
    async with night.database.read() as session:
        states = await stream.load_states(session, _SCOPES)
    return {scope for scope, state in states.items() if "unheard" in state.flags}


async def said(night: Night) -> Counter[str]:
    told = {CommandKind.UNHEARD, CommandKind.HEARD}
    rows = await night.rows(tables.FoldInput)
    return Counter(row.command for row in rows if row.command in told and row.scope_id in _SCOPES)


async def test_the_outage_of_item_9_is_one_system_alert_and_no_not_up_and_a_press_still_alerts(night: Night) -> None:
    await settle(night)
    post = station(night)
    await looks(night, post, at(2, 40))
    assert (await night.kinds(), await unheard(night)) == ([], set())
    await looks(night, post, at(3, 10))
    assert (await night.kinds(), await unheard(night)) == (["hub-fault"], set(_SCOPES))

    await night.start()
    post = station(night)
    await looks(night, post, at(9))
    await looks(night, post, at(10, 5))
    assert ((await night.the_alert()).presses, await said(night)) == (1, {CommandKind.UNHEARD: 12})
    held = [row for row in await night.rows(tables.HeldBack) if row.rule_id == "not-up"]
    assert {row.scope_id for row in held} == set(_SCOPES)

    assert (await night.close("ingrid")).done
    await looks(night, post, at(2, 30, day=1))
    await looks(night, post, at(10, 5, day=1))
    assert (await night.kinds(), await said(night)) == (["hub-fault"], {CommandKind.UNHEARD: 24}), "it lasts over a day"

    await night.press()
    assert await night.kinds() == ["hub-fault", "social-alarm"]


async def test_messages_end_the_outage_for_all_and_the_next_day_a_single_silent_home_has_its_not_up(
    night: Night,
) -> None:
    await settle(night)
    post = station(night)
    await looks(night, post, at(9))
    assert await unheard(night) == set(_SCOPES)

    await night.pass_time(minutes=120)
    await moves(night, *HOMES)
    await looks(night, post, at(11, 40))
    assert await unheard(night) == set(_SCOPES), "one message is no proof that homes are heard"
    await moves(night, *HOMES[:6])
    post = station(night)
    await looks(night, post, at(11, 50))
    assert (await unheard(night), await said(night)) == (
        set(), {CommandKind.UNHEARD: 12, CommandKind.HEARD: 12},
    )  # fmt: skip

    assert (await night.close("ingrid")).done
    for step in range(1, 33):
        await night.pass_time(minutes=40)
        if step % 4 == 0:
            await looks(night, post, night.clock())
        await moves(night, *(HOMES[:11] if step == 31 else HOMES[:1]))  # 31: half past eight
    await looks(night, post, at(10, 5, day=1))
    assert await night.kinds() == ["hub-fault", "not-up"]
    assert (await night.alerts())[1].scope_id == "home:h11"


def test_unheard_holds_rules_that_wait_for_a_sign_of_life_and_none_that_is_critical() -> None:
    rules = [yaml.safe_load(file.read_text()) for file in (ROOT / "rules").glob("*.yaml")]
    holds = {rule["id"]: rule["severity"] for rule in rules if "unheard" in rule.get("unless", ())}

    assert set(holds) == {
        "not-up", "no-meal", "no-kettle", "not-in-bed", "inactive-day", "out-long", "bed-long", "bed-daytime",
        "chair-long",
    }  # fmt: skip
    assert "critical" not in holds.values()
    # a round of supervision that nobody confirms is somebody whom nobody has looked to, outage or not
    assert {rule["id"] for rule in rules if "absent" in rule} - set(holds) == {"supervision-missed"}
