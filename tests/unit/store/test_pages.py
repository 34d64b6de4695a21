"""What the pages and the administration's lists ask of the store, on both databases."""

from datetime import timedelta

from carehub.core.findings import Outcome
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight
from carehub.core.severity import Severity
from carehub.store import (
    alerts,
    blindness,
    daily,
    kin,
    ledger,
    logins,
    pages,
    registers,
    registry,
    silences,
    tables,
    teams,
    tuning,
)
from carehub.store import letters as unreadable
from carehub.store.registers import Show, Wanted
from carehub.store.tables.places import DeviceStatus
from tests.journeys.building import NIGHT, Night

_LIMITS = logins.Limits(idle=timedelta(minutes=30), absolute=timedelta(hours=10))


async def _busy(night: Night) -> None:
    """Anna's press is closed, Bjarne's is taken, an unknown device calls, and the door sensor says that it is alive."""
    await night.press("knapp-anna")
    await night.close("ingrid")
    await night.pass_time(1)
    await night.press("knapp-bjarne")
    await night.take("maria", 1)
    await night.pass_time(1)
    await night.press("aldri-sett")
    await night.hear(
        night.message("zigbee2mqtt/gang", {"occupancy": True}), night.message("carehub/v1/knapp-anna/event", b"?")
    )


async def test_open_alerts_come_with_all_that_stands_on_a_card(night: Night) -> None:
    await _busy(night)

    async with night.database.read() as session:
        unowned, taken = await pages.open_alerts(session)
        (closed,) = await pages.closed_since(session, NIGHT)
        card = await pages.card_of(session, taken.alert.id)
        nothing = await pages.card_of(session, "no-such-alert")

    assert (unowned.resident, unowned.unit, unowned.owner) == (None, None, None)
    assert card is not None
    assert nothing is None
    assert (card.resident and card.resident.id, card.unit and card.unit.id) == ("bjarne", "sol")
    assert (card.owner and card.owner.id, card.closer) == ("maria", None)
    assert (closed.closer and closed.closer.id, closed.owner) == ("ingrid", None)


async def test_an_alert_is_found_by_its_number_the_open_one_first(night: Night) -> None:
    await _busy(night)
    (first, second, _) = await night.alerts()

    async with night.database.read() as session:
        found = await pages.numbered(session, second.id[:4].upper())
        assert await pages.numbered(session, "%%%%") is None
        assert await pages.numbered(session, first.id[:8]) is not None
    assert found is not None
    assert found.id.startswith(second.id[:4])


async def test_a_residents_hours_alerts_traces_and_journal_are_told_in_order(night: Night) -> None:
    await _busy(night)
    (closed, taken, _) = await night.alerts()

    async with night.database.read() as session:
        moved = await pages.movements(session, ["anna", "bjarne"], NIGHT)
        marks = await pages.alerts_of(session, ["anna", "bjarne"], NIGHT)
        traces = await pages.traces(session, [closed.id, taken.id])
        journal = await pages.journal(session, taken.id)
        handled = await pages.handled_for(session, "anna", NIGHT)
        has_open = [await pages.has_open(session, who) for who in ("anna", "bjarne")]
        heard = await pages.last_event_at(session)
        units = [unit.id for unit in await pages.units(session)]

    assert [(one.kind, one.place) for one in moved["anna"]] == [
        ("button.pressed", "bedroom"), ("motion.detected", "hall")
    ]  # fmt: skip
    assert {who: [alert.id for alert in found] for who, found in marks.items()} == {
        "anna": [closed.id], "bjarne": [taken.id]
    }  # fmt: skip
    assert '"fired":true' in traces[taken.id]
    steps = [(step.step.value, name) for step, name in journal if step.step.value != "reached"]
    assert steps == [("reported", None), ("notified", None), ("taken", "kanari-maria")]
    assert [alert.id for alert in handled] == [closed.id]
    assert has_open == [False, True]
    assert heard is not None
    assert heard > NIGHT
    assert units == ["nord", "sol"]


async def test_the_store_tells_which_ladder_is_next_and_what_is_old(night: Night) -> None:
    await _busy(night)

    async with night.database.read() as session:
        due = await alerts.next_due(session)
        old = await alerts.raised_before(session, NIGHT + timedelta(minutes=1, seconds=30))
        kinds = [alert.rule_id for alert in await alerts.every(session)]
        senders = await ledger.from_senders(session)
        outcomes = await registers.outcomes_since(session, 0)
        newest = await daily.newest_seq(session)

    assert due is not None
    assert due > night.clock()
    assert [alert.resident_id for alert in old] == ["bjarne"]
    assert list(kinds) == ["social-alarm"] * 3
    assert (senders, sum(outcomes.values())) == (4, 4)
    assert newest == (await night.events())[-1].seq


async def test_relatives_see_only_those_who_let_them_and_while_they_do(night: Night) -> None:
    async with night.database.write() as session:
        for number, (who, until) in enumerate([("anna", None), ("bjarne", NIGHT), ("liv", NIGHT + timedelta(days=1))]):
            session.add(
                tables.Relation(
                    id=str(number),
                    person_id="datter",
                    resident_id=who,
                    kinship="datter",
                    insight=Insight.HANDLED_ALERTS,
                    since=NIGHT - timedelta(days=1),
                    until=until,
                )
            )
    async with night.database.read() as session:
        now = [bond.resident.id for bond in await kin.bonds(session, "datter", NIGHT)]
        later = [bond.resident.id for bond in await kin.bonds(session, "datter", NIGHT + timedelta(days=2))]

    assert (now, later) == (["anna", "liv"], ["anna"])


async def test_silent_devices_are_listed_with_where_they_stand(night: Night) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Device, "dør")).silent_since = NIGHT
        retired = await session.get_one(tables.Device, "gang")
        retired.silent_since, retired.status = NIGHT, DeviceStatus.RETIRED

    async with night.database.read() as session:
        (found,) = await pages.silent_places(session)
        silent = await registers.devices(session, Show.SILENT, "")
        counts = await registers.device_counts(session)

    assert (found.device, found.since, found.scope, found.place) == ("dør", NIGHT, "home:anna", "entrance")
    assert [row.device.id for row in silent] == ["dør"]
    wanted = {
        Show.ALL: 8,
        Show.SILENT: 1,
        Show.UNKNOWN: 0,
        Show.RETIRED: 1,
        Show.UNTESTED: 0,
        Show.ENDING: 0,
        Show.BATTERY: 0,
    }
    assert counts == wanted


async def test_the_administrations_lists(night: Night) -> None:
    await _busy(night)

    async with night.database.read() as session:
        unknown = await registers.devices(session, Show.UNKNOWN, "")
        searched = await registers.devices(session, Show.ALL, "ringe")
        odd = await registers.devices(session, Show.ALL, "100%_")
        letters, many = await unreadable.listed(session)
        lost = await unreadable.how_many(session, NIGHT)
        pressed = await registers.ledger(session, Wanted(outcome=Outcome.ALERT))
        every = await registers.ledger(session, Wanted())
        severities = await registers.open_by_severity(session)
        waiting = await registers.waiting_notices(session)
        people = [(person.id, unit) for person, unit in await registers.people(session)]
        residents = [one.id for one in await registers.residents(session)]
        places = {scope.id for scope in await registers.places_to_stand(session)}

    assert [row.device.address for row in unknown] == ["aldri-sett"]
    assert [(row.device.id, row.scope and row.scope.id) for row in searched] == [("ringeknapp", "home:anna")]
    assert odd == []
    assert ([letter.payload for letter, _ in letters], many, lost) == ([b"?"], 1, 1)
    assert len(pressed) == 3
    assert len(every) == 4
    assert severities == {Severity.CRITICAL: 2}
    assert waiting == 0
    assert ("kari", "kanari-nord") in people
    assert residents == ["anna", "bjarne", "kåre", "liv"]
    assert places == {"home:anna", "home:bjarne", "home:par", "home:tom"}


async def test_a_login_lives_until_it_ends_and_never_in_clear_text(night: Night) -> None:
    async with night.database.write() as session:
        person = await logins.person_named(session, " INGRID ")
        assert person is not None
        assert await logins.person_named(session, "nobody") is None
        token = await logins.begin(session, person, _LIMITS, NIGHT)
    key = logins.hash_of(token)

    async with night.database.read() as session:
        login = await logins.find(session, key, NIGHT)
        assert await logins.find(session, token, NIGHT) is None
        assert await logins.find(session, key, NIGHT + timedelta(hours=10)) is None
    assert login is not None
    assert login.person.id == "ingrid"
    assert not logins.is_worth_noting(login, NIGHT + timedelta(seconds=59))
    assert logins.is_worth_noting(login, NIGHT + timedelta(seconds=60))

    async with night.database.write() as session:
        await logins.note_seen(session, key, NIGHT + timedelta(minutes=1))
        second = await logins.begin(session, login.person, _LIMITS, NIGHT)
        await logins.end(session, key)
        logins.log_reading(session, "ingrid", "alert.read", [("anna", "1"), (None, "2")], NIGHT)
    async with night.database.write() as session:
        assert await logins.find(session, key, NIGHT) is None
        assert await logins.find(session, logins.hash_of(second), NIGHT) is not None
        await logins.end_all_of(session, "ingrid")
    async with night.database.read() as session:
        assert await logins.find(session, logins.hash_of(second), NIGHT) is None
    log = await night.rows(tables.AccessLog, tables.AccessLog.id)
    assert [(row.resident_id, row.subject) for row in log] == [("anna", "1"), (None, "2")]


async def test_a_finished_login_is_swept_away_by_the_next(night: Night) -> None:
    """A shift later: until then its page goes on saying that something waits (C48)."""
    over = NIGHT + timedelta(hours=11)
    for at, left in ((NIGHT, 1), (over, 2), (over + logins.LAPSED_FOR, 2)):
        async with night.database.write() as session:
            person = await session.get_one(tables.Person, "ingrid")
            await logins.begin(session, person, _LIMITS, at)

        assert len(await night.rows(tables.LoginSession)) == left


async def test_a_device_knows_where_it_stood_at_any_moment(night: Night) -> None:
    later = NIGHT + timedelta(days=1)
    async with night.database.write() as session:
        assert await registry.assign_device(session, "dør", "home:bjarne", "bjarne", "hall", later) == {
            "home:anna", "home:bjarne"
        }  # fmt: skip
    known = (await night.registry()).devices["zigbee2mqtt", "dør"]

    moments = [
        NIGHT - timedelta(days=9999),
        NIGHT,
        later - timedelta(microseconds=1),
        later,
        later + timedelta(days=9999),
    ]
    places = [known.at(moment) for moment in moments]
    assert [place and place.scope for place in places] == [None, "home:anna", "home:anna", "home:bjarne", "home:bjarne"]


async def test_every_role_is_stored_as_itself(night: Night) -> None:
    async with night.database.write() as session:
        session.add_all(tables.Person(id=role, name=role, username=f"x-{role}", role=role) for role in Role)

    assert {row.role for row in await night.rows(tables.Person) if row.id == row.name} == set(Role)


async def test_a_statement_that_is_built_once_keeps_nothing_of_what_it_was_asked(night: Night) -> None:
    await _busy(night)

    async with night.database.read() as session:
        found = [
            len(await pages.closed_since(session, since, unit=unit))
            for since, unit in ((NIGHT, None), (night.clock(), None), (NIGHT, "sol"), (NIGHT, "no-such-unit"))
        ]
        shown = [card.alert for card in await pages.open_alerts(session)]
        around = [dict(await teams.around(session, some)) for some in (shown, shown[:1])]
        colleagues = [one.name for one in await teams.colleagues(session, night.clock())]
        asked = [
            await silences.how_many(session, night.clock()), list(await silences.in_force(session, night.clock())),
            await tuning.off_for_residents(session, night.clock()), await blindness.told(session),
        ]  # fmt: skip

    assert found == [1, 0, 1, 0]
    assert [{*one} for one in around] == [{one.id for one in shown}, {shown[0].id}]
    assert asked == [0, [], [], []]
    assert "kanari-maria" in colleagues
