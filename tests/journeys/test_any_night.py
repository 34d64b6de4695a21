"""Any night at all: whatever is pressed, taken and waited for, the promises hold, and the journal replays (P12)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from carehub.core.answers.alerts import Status
from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.rules.rulebook import Rulebook
from carehub.flow import ledger
from carehub.store import tables
from carehub.store.database import Database
from tests.databases import Sqlite, folder_in_memory
from tests.emptied import Emptied
from tests.journeys.building import INGRID, MARIA, NIGHT, Night, night_at, refuses_for_good, refuses_for_now, shipped
from tests.journeys.replaying import check_replay, replayed

_DEVICES = ("knapp-anna", "knapp-bjarne", "knapp-kåre", "aldri-sett")
_STAFF = ("ingrid", "maria", "kari")
_ZIGBEE = ("dør", "gang", "røyk", "ringeknapp")
_PAYLOADS = (
    {"contact": True}, {"contact": False}, {"occupancy": True}, {"occupancy": False}, {"smoke": True}, {"smoke": False},
    {"action": "emergency"}, {"illuminance": 7, "temperature": 21.5}, {"battery": 3},
)  # fmt: skip

_step = st.one_of(
    st.tuples(st.just("press"), st.sampled_from(_DEVICES), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("sensor"), st.sampled_from(_ZIGBEE), st.sampled_from(_PAYLOADS), st.booleans()),
    st.tuples(st.sampled_from(["take", "arrive", "release", "close"]), st.sampled_from(_STAFF), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1, 4, 6, 11, 25])),
    st.tuples(st.just("command"), st.sampled_from(list(CommandKind))),
    st.tuples(st.just("network"), st.sampled_from(["up", "down", "gone", "mute"])),
    st.tuples(st.just("restart"), st.sampled_from(["", "shipped", "quicker", "slower", "fewer", "none"])),
    st.tuples(st.just("late"), st.sampled_from(["fall.detected", "door.opened"]), st.integers(1, 600)),
)


def _with_waits(minutes: int, *, without: str = "") -> Rulebook:
    """The shipped rules with other waits, and so other versions."""
    length = timedelta(minutes=minutes)
    changed = []
    for rule in shipped().rules.values():
        wait: dict[str, object] = {"for_": length} if rule.for_ else {}
        if rule.then_missing:
            wait = {"then_missing": rule.then_missing.model_copy(update={"within": length})}
        changed.append(rule.model_copy(update={**wait, "tune": {}, "longer_than_usual": None}))
    return Rulebook.of(rule for rule in changed if rule.id != without)


_RULES: dict[str, Callable[[], Rulebook]] = {
    "shipped": shipped,
    "quicker": lambda: _with_waits(1),
    "slower": lambda: _with_waits(20),
    "fewer": lambda: _with_waits(5, without="night-exit"),
    "none": Rulebook.safe_mode,
}


async def _play(night: Night, step: tuple[object, ...]) -> None:
    match step:
        case ("press", str(device), str(identity)):
            await night.press(device, id=identity, at=None)
        case ("sensor", str(device), payload, bool(retain)):
            await night.hear(night.message(f"zigbee2mqtt/{device}", payload, retain=retain))
        case (("take" | "arrive" | "release" | "close") as action, str(who), int(number)):
            if number < len(await night.alerts()):
                await getattr(night, action)(who, number)
        case ("wait", float() | int() as minutes):
            await night.pass_time(minutes)
        case ("command", CommandKind() as kind):
            await night.command("home:anna", kind, until=night.clock() + timedelta(hours=1))
        case ("network", str(state)):
            broken = {"down": refuses_for_now(), "gone": refuses_for_good}.get(state)
            night.phones.network = dict.fromkeys((INGRID, MARIA), broken) if broken else {}
            night.phones.silent = {INGRID, MARIA} if state == "mute" else set()
        case ("restart", str(which)):
            await night.die()
            night.rulebook = _RULES[which]() if which else night.rulebook
            await night.start()
        case ("late", str(kind), int(minutes)):
            at = (night.clock() - timedelta(minutes=minutes)).isoformat()
            await night.press("knapp-anna", kind=kind, at=at)
        case _:
            raise AssertionError(step)


async def _every_event_explains_itself(night: Night) -> None:
    """And what is said of it agrees with what it came to."""
    async with night.database.read() as session:
        for event in (await night.events())[-8:]:
            answer = await ledger.why_event(session, event.seq)
            assert answer is not None
            assert answer.notes == []
            if event.outcome is Outcome.NO_RULE and answer.general is None:
                assert not [one for one in answer.verdicts if one.alerted and "Trenger" not in one.words]
            if event.outcome is Outcome.SUPPRESSED:
                assert any(one.words.startswith("Holdt tilbake") for one in answer.verdicts)


async def _live_through(url: str, steps: list[tuple[object, ...]]) -> None:
    database = Database(url)
    async with night_at(database, prepared=True) as night:
        for step in steps:
            await _play(night, step)
            for alert in await night.alerts():
                assert (alert.due_at is None) == (alert.status is Status.CLOSED)
        await night.pass_time(1)
        assert not [alert for alert in await night.alerts() if alert.due_at and alert.due_at <= night.clock()]
        assert len(night.phones.sent) == len({(n.address, n.text) for _, n in night.phones.sent})
        await check_replay(night)
        await _every_event_explains_itself(night)
    await database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(_step, max_size=10))
def test_on_any_night_every_open_alert_has_a_deadline_and_nobody_is_told_twice(
    request: pytest.FixtureRequest, sqlite_with_a_night: Sqlite, kind: str, steps: list[tuple[object, ...]]
) -> None:
    """P12: and its journal, folded again by the rules as they were, gives the same alerts and the same states."""
    if kind == "postgresql":
        nights: Emptied = request.getfixturevalue("postgres_for_nights")
        nights.empty(but_filled=True)
        asyncio.run(_live_through(nights.url, steps))
        return
    with folder_in_memory() as folder:
        asyncio.run(_live_through(sqlite_with_a_night.copy_to(folder), steps))


async def test_the_journal_of_a_busy_night_replays_to_the_same_alerts_and_states_p12(night: Night) -> None:
    await night.hear(
        night.message("zigbee2mqtt/røyk", {"smoke": True}, retain=True),
        night.message("zigbee2mqtt/dør", {"contact": False}),
        night.message("zigbee2mqtt/gang", {"temperature": 12.25, "illuminance": 0}),
        night.pressed(),
    )
    await night.command("home:bjarne", CommandKind.AWAY, until=NIGHT + timedelta(hours=2), by="ingrid")
    await night.pass_time(7)
    await night.press(kind="fall.detected", at=(night.clock() - timedelta(hours=6)).isoformat())
    await night.hear(night.message("carehub/v1/knapp-anna/alarm", b"?"))
    await night.command("home:anna", CommandKind.REASSIGNED)
    await night.start()
    await night.hear(
        night.message("zigbee2mqtt/dør", {"contact": True}), night.message("zigbee2mqtt/dør", {"contact": False})
    )
    for number in range(len(await night.alerts())):
        await night.close("ingrid", number)
    await night.pass_time(90)

    await check_replay(night)
    states, findings = await replayed(night)
    assert states["home:anna"].version > 5
    assert {"social-alarm", "night-exit", "fall", "unreadable-alarm"} <= {finding.kind for finding in findings}


@pytest.mark.parametrize("status", [Status.OPEN, Status.TAKEN, Status.ARRIVED])
async def test_the_database_itself_refuses_an_open_alert_without_a_deadline_invariant_5(
    night: Night, status: Status
) -> None:
    await night.press()
    alert = await night.the_alert()

    with pytest.raises(IntegrityError, match="open_has_deadline"):  # noqa: PT012 - a transaction is all of it
        async with night.database.write() as session:
            row = await session.get_one(tables.Alert, alert.id)
            row.status, row.due_at = status, None
