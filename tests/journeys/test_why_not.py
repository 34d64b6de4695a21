"""Why no alert: each stored event can be asked what became of it, and says by how much a rule missed it."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from typer.testing import CliRunner

from carehub.app.cli import commands
from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.rules.language import parse_rule
from carehub.core.rules.rulebook import Rulebook
from carehub.flow import ledger
from carehub.store import tables
from carehub.web.wording.explained import silent_lines
from tests.journeys.building import NIGHT, Night

_HEAD = "title: {nb: Prøve, nn: Prøve, en: Trial}\nseverity: moderate\n"
_STANDS = "watch: {kind: door.opened, place: entrance}\nfor: 10 min\nuntil: {kind: door.closed}\n"


async def with_rule(night: Night, words: str) -> None:
    await night.die()
    night.rulebook = Rulebook.of([parse_rule(f"id: trial\n{_HEAD}{words}")])
    await night.start()
    await night.fold()


async def door(night: Night, *, opens: bool) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": not opens}))


async def warm(night: Night, degrees: float) -> None:
    await night.hear(night.message("zigbee2mqtt/gang", {"temperature": degrees}))


async def said(night: Night, kind: str, place: int = -1) -> list[str]:
    """What is said of the last event of this kind."""
    events = [one for one in await night.events() if one.kind == kind]
    async with night.database.read() as session:
        answer = await ledger.why_event(session, events[place].seq)
    assert answer is not None
    assert answer.notes == []
    return [answer.general] if answer.general else [one.words for one in answer.verdicts]


async def test_an_open_door_that_was_shut_in_time_says_after_how_long(night: Night) -> None:
    await with_rule(night, _STANDS)
    await door(night, opens=True)
    await night.pass_time(4, seconds=12)
    await door(night, opens=False)

    assert await said(night, "door.opened") == [
        "Må vare i 10 minutter; etter 4 min 12 s kom: døren lukket, inngang (kl. 02:18)."
    ]
    assert await said(night, "door.closed") == [
        "Avsluttet ventingen som begynte kl. 02:14: regelen venter 10 minutter, dette kom etter 4 min 12 s."
    ]


async def test_a_wait_tells_how_it_ended_or_until_when_it_lasts(night: Night) -> None:
    await with_rule(night, _STANDS)
    await door(night, opens=True)
    assert await said(night, "door.opened") == ["Venter til kl. 02:24."]
    await night.pass_time(11)
    assert await said(night, "door.opened") == ["Varslet kl. 02:24."]


async def test_two_minutes_before_the_night_is_said_to_be_two_minutes(night: Night) -> None:
    await with_rule(night, 'watch: {kind: door.opened}\nbetween: {from: "02:16", to: "06:00"}\n')
    await door(night, opens=True)

    assert await said(night, "door.opened") == ["Gjelder kl. 02.16–06.00; klokken var 02.14 (2 min 0 s for tidlig)."]


async def test_after_the_night_is_said_to_be_too_late(night: Night) -> None:
    await with_rule(night, 'watch: {kind: door.opened}\nbetween: {from: "22:00", to: "02:00"}\n')
    await door(night, opens=True)

    assert await said(night, "door.opened") == ["Gjelder kl. 22.00–02.00; klokken var 02.14 (14 min for sent)."]


@pytest.mark.parametrize(
    ("rule", "degrees", "words"),
    [
        ("watch: {kind: temperature, below: 16}\n", 17.5,
         "Gjelder når temperaturen er under 16 grader; målt 17,5 (1,5 fra grensen)."),
        ("watch: {kind: temperature, place: bedroom, below: 16}\n", 12,
         "Gjelder når temperaturen på soverommet er under 16 grader; stedet var gang."),
        ("watch: {kind: temperature, place: bedroom}\n", 12,
         "Gjelder når temperaturen på soverommet; stedet var gang."),
    ],
)  # fmt: skip
async def test_a_measurement_says_by_how_much_and_where(night: Night, rule: str, degrees: float, words: str) -> None:
    await with_rule(night, rule)
    await warm(night, degrees)

    assert await said(night, "temperature") == [words]


async def test_a_count_says_which_time_it_was(night: Night) -> None:
    await with_rule(night, "watch: {kind: door.opened}\ncount: {at_least: 3, within: 1 h}\n")
    for _ in range(3):
        await door(night, opens=True)
        await door(night, opens=False)
        await night.pass_time(1)

    assert await said(night, "door.opened", 0) == [
        "Trenger 3 ganger i løpet av 1 time; dette var nr. 1 (02:14). Varslet kl. 02:16."
    ]
    assert await said(night, "door.opened", -1) == ["Varslet kl. 02:16."]


async def test_a_sequence_says_which_step_is_missing(night: Night) -> None:
    steps = "[{kind: door.opened}, {kind: motion.detected, place: hall}]"
    await with_rule(night, f"sequence: {{within: 5 min, steps: {steps}}}\n")
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    await door(night, opens=True)
    await night.pass_time(6)

    assert await said(night, "motion.detected") == ["Dette er steg 2, men steget før kom ikke i løpet av 5 minutter."]
    assert await said(night, "door.opened") == ["Steg 1 av 2. Steg 2 måtte komme senest kl. 02:19, og har ikke kommet."]


async def test_a_sign_of_life_says_so(night: Night) -> None:
    await with_rule(night, 'absent: {of: {kind: motion.detected}, from: "06:00", to: "11:00"}\n')
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))

    assert await said(night, "motion.detected") == [
        "Et livstegn. Regelen sier bare fra når ingenting av dette skjer: det er bevegelse."
    ]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CommandKind.AWAY, "Holdt tilbake kl. 02:14: beboeren er borte til kl. 04:14."),
        (CommandKind.STAFF_PRESENT, "Holdt tilbake kl. 02:14: personalet er til stede til kl. 04:14."),
    ],
)
async def test_what_was_held_back_says_by_whom(night: Night, kind: CommandKind, words: str) -> None:
    await with_rule(night, "watch: {kind: door.opened}\nunless: [away, staff_present]\n")
    await night.command("home:anna", kind, until=NIGHT + timedelta(hours=2))
    await door(night, opens=True)

    assert await said(night, "door.opened") == [words]
    assert (await night.events())[-1].outcome is Outcome.SUPPRESSED


async def test_a_rule_that_rests_says_until_when(night: Night) -> None:
    await with_rule(night, "watch: {kind: door.opened}\nrest: 2 h\n")
    await door(night, opens=True)
    await door(night, opens=False)
    await door(night, opens=True)

    assert await said(night, "door.opened") == [
        "Holdt tilbake kl. 02:14: regelen hviler etter forrige varsel til kl. 04:14."
    ]


async def test_a_second_trigger_says_that_the_first_one_counts(night: Night) -> None:
    await with_rule(night, "watch: {kind: door.opened}\nfor: 10 min\nuntil: {kind: stove.off}\n")
    await door(night, opens=True)
    await night.pass_time(1)
    await door(night, opens=False)
    await door(night, opens=True)
    await night.pass_time(20)

    assert await said(night, "door.opened") == [
        "Ventet allerede siden kl. 02:14, og den første teller. Varslet kl. 02:24."
    ]


async def test_a_move_that_ended_a_wait_is_told(night: Night) -> None:
    await with_rule(night, _STANDS)
    await door(night, opens=True)
    await night.command("home:anna", CommandKind.REASSIGNED)

    assert await said(night, "door.opened") == ["Ventingen ble avsluttet kl. 02:14: utstyr eller beboer ble flyttet."]


async def test_a_changed_rule_that_ended_a_wait_is_told(night: Night) -> None:
    await with_rule(night, _STANDS)
    await door(night, opens=True)
    await with_rule(night, _STANDS.replace("entrance", "bedroom"))

    assert await said(night, "door.opened") == ["Holdt tilbake kl. 02:14: regelen er endret."]


async def test_what_no_rule_was_asked_about_says_why(night: Night) -> None:
    await with_rule(night, "watch: {kind: door.opened}\n")
    await door(night, opens=True)
    await door(night, opens=True)
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}, retain=True))
    await warm(night, 21)
    at = (night.clock() - timedelta(hours=3)).isoformat()
    await night.hear(night.message("carehub/v1/knapp-anna/event", {"id": "s", "kind": "door.opened", "at": at}))

    assert await said(night, "temperature") == ["Ingen regel spør etter «temperatur»."]
    assert await said(night, "smoke.detected") == [
        "MQTT-tjeneren hadde spart på meldingen fra før. Den tas som tilstand, aldri som alarm."
    ]
    assert await said(night, "door.opened", 1) == [
        "Enheten gjentok det den sa kl. 02:14: døren åpnet. Ingen regel spørres om det samme igjen."
    ]
    assert await said(night, "door.opened", 2) == [
        "Enheten sier at det skjedde for over en time siden (kl. 23:14). Det er lagret, men ingen regel er spurt."
    ]


async def test_the_floor_speaks_for_itself(night: Night) -> None:
    await night.die()
    night.rulebook = Rulebook.safe_mode()
    await night.start()
    await night.press()

    assert await said(night, "button.pressed") == ["Varslet: dette varsles alltid, uansett regler."]


# --- where the history is not whole ----------------------------------------------------------


async def test_cleared_history_is_said_and_so_is_a_replay_that_disagrees(night: Night) -> None:
    await with_rule(night, "watch: {kind: door.opened}\ncount: {at_least: 2, within: 1 h}\n")
    await door(night, opens=True)
    await door(night, opens=False)
    await door(night, opens=True)
    async with night.database.write() as session:
        for table in (tables.Event, tables.FoldInput, tables.Activation):
            for row in (await night.rows(table, table.seq))[:2]:
                await session.delete(row)
        (version,) = [one for one in await night.rows(tables.RuleVersion) if one.rule_id == "trial"]
        (await session.get_one(tables.RuleVersion, (version.rule_id, version.version))).body = "{}"
    seq = (await night.events())[-1].seq

    async with night.database.read() as session:
        answer = await ledger.why_event(session, seq)
        assert await ledger.why_event(session, 10_000) is None

    assert answer is not None
    assert any("slettet" in note for note in answer.notes)
    assert any("beregnet på nytt blir utfallet" in note for note in answer.notes)


async def test_a_rule_that_can_be_read_no_longer_is_said(night: Night) -> None:
    await door(night, opens=True)
    async with night.database.write() as session:
        row = next(one for one in await night.rows(tables.RuleVersion) if one.rule_id == "water")
        (await session.get_one(tables.RuleVersion, (row.rule_id, row.version))).body = "{}"

    async with night.database.read() as session:
        answer = await ledger.why_event(session, (await night.events())[-1].seq)

    assert answer is not None
    assert [note for note in answer.notes if "water" in note] == [
        f"Regelen water i utgave {row.version} kan ikke leses lenger, og er ikke med."
    ]


# --- a resident, a rule and a time -----------------------------------------------------------


async def silent(night: Night, rule: str, minutes: float = 60) -> list[str]:
    async with night.database.read() as session:
        found = await ledger.why_not(session, "anna", rule, NIGHT, NIGHT + timedelta(minutes=minutes))
        return await silent_lines(session, found, rule)


async def test_a_night_in_which_a_rule_kept_quiet_is_told_event_by_event(night: Night) -> None:
    await door(night, opens=True)
    await night.pass_time(2)
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    opened, moved = [one.seq for one in await night.events()]

    ended = "Avsluttet ventingen som begynte kl. 02:14: regelen venter 5 minutter, dette kom etter 2 min 0 s."
    assert await silent(night, "night-exit") == [
        f"Hendelse {opened}: Venter 5 minutter; etter 2 min 0 s kom: bevegelse, gang (kl. 02:16).",
        f"Hendelse {moved}: {ended}",
    ]
    assert await silent(night, "water") == ["Ingen hendelser av den sorten regelen spør etter, kom i dette tidsrommet."]
    assert await silent(night, "nonsense") == ["Regelen nonsense var ikke i kraft i dette tidsrommet."]


async def test_a_morning_is_told_by_what_was_seen_last(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    await night.pass_time(60 * 5)
    await night.hear(
        night.message("zigbee2mqtt/gang", {"occupancy": False}), night.message("zigbee2mqtt/gang", {"occupancy": True})
    )
    await night.pass_time(60 * 20)

    lines = await silent(night, "not-up", 60 * 24)
    ends = [line for line in lines if line.startswith("Kl. ")]

    assert ends[0].endswith("Sett sist 15.01. kl. 07:14 (bevegelse), innenfor tiden.")


async def test_a_morning_in_which_nothing_was_seen_is_told_as_an_alert(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    await night.pass_time(60 * 8)  # the window ends at ten

    assert any("Varslet kl. " in line for line in await silent(night, "not-up", 60 * 24))


async def test_the_command_line_asks_the_same_questions_beside_a_running_hub(night: Night, database_url: str) -> None:
    await door(night, opens=True)
    await night.pass_time(1)
    seq = (await night.events())[-1].seq
    invoke = partial(CliRunner().invoke, commands(), env={"CAREHUB_DATABASE_URL": database_url})

    event = await asyncio.to_thread(invoke, ["why", "event", str(seq)])
    english = await asyncio.to_thread(invoke, ["why", "event", str(seq), "--language", "en"])
    span = [
        "--resident",
        "anna",
        "--rule",
        "night-exit",
        "--from",
        "2026-01-15T02:00:00",
        "--to",
        "2026-01-15T03:00:00",
    ]
    rule = await asyncio.to_thread(invoke, ["why-not", *span])

    assert "Utfall: Venter" in event.output
    assert "Ute om natten (night-exit): Venter til kl. 02:19." in event.output
    assert english.output.startswith(f"Event {seq}: ")
    assert "Outcome: Waiting" in english.output
    assert "(night-exit): Waits until 02:19." in english.output
    assert rule.output == f"Hendelse {seq}: Venter til kl. 02:19.\n"
