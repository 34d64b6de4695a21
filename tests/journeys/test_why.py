"""Why this alert, and why not: told afterwards from what was stored, also when the rules have changed since."""

import asyncio
import json
import re
from datetime import timedelta
from functools import partial

import pytest
from typer.testing import CliRunner

from carehub.app.cli import commands
from carehub.core.answers.alerts import Status
from carehub.core.events import CommandKind, Event
from carehub.core.findings import Outcome
from carehub.core.rules.language import parse_rule
from carehub.core.rules.rulebook import Rulebook
from carehub.store import rulebooks, tables
from carehub.web.wording.explained import Account, account_of
from tests.journeys.building import NIGHT, Night

_BELL = """
id: bell
title: {nb: Noen ringer på, nn: Nokon ringer på, en: Somebody rings}
watch: {kind: door.opened, place: entrance}
unless: [away]
severity: moderate
"""


def book(*texts: str) -> Rulebook:
    return Rulebook.of(parse_rule(text) for text in texts)


async def told_of(night: Night, number: int = 0) -> Account:
    alert = (await night.alerts())[number]
    async with night.database.read() as session:
        account = await account_of(session, alert.id)
    assert account is not None
    return account


async def opened(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))


# --- why this alert --------------------------------------------------------------------------


async def test_an_alert_tells_what_happened_which_rule_who_was_told_and_who_came(night: Night) -> None:
    await opened(night)
    await night.pass_time(6)
    await night.take("ingrid")
    await night.arrive("ingrid")
    await night.close("ingrid")

    account = await told_of(night)

    (reason,) = account.reasons
    assert (reason.rule.title, reason.rule.name) == ("Ute om natten", "night-exit")
    assert reason.rule.words.startswith("Gir et kritisk varsel når døren åpnes ved inngangen")
    assert (reason.rule.since, reason.rule.until) == (NIGHT, None)
    assert [(one.words, one.device, one.at) for one in reason.happenings] == [
        ("døren åpnet, inngang", "kanari etikett", NIGHT)
    ]
    missing = next(line for line in reason.lines if line.name == "Dette uteble")
    assert "innen 5 min" in missing.wanted
    assert (missing.seen, missing.held) == ("ikke sett innen kl. 02:19", True)
    assert {(one.who, one.way, one.state) for one in account.notices} >= {
        ("kanari-ingrid", "SMS", "Kom frem"), ("Vaktrommet", "Nettbrett", "Kom frem"),
    }  # fmt: skip
    steps = [step.step.value for step, _ in account.journal]
    assert [one for one in steps if one in {"taken", "arrived", "closed"}] == ["taken", "arrived", "closed"]
    assert account.card.alert.status is Status.CLOSED


async def test_the_floors_own_alert_explains_itself(night: Night) -> None:
    night.rulebook = Rulebook.safe_mode()
    await night.start()
    await night.press()

    (reason,) = (await told_of(night)).reasons

    assert reason.rule.title == "Livsviktig hendelse"
    assert "også når reglene er ute av drift" in reason.rule.words
    assert [(line.wanted, line.seen) for line in reason.lines] == [("en regel som finner dette alvorlig", "ingen")]
    assert [one.words for one in reason.happenings] == ["trykk på alarmknappen, soverom"]


async def test_an_old_alert_is_told_by_the_rule_as_it_was(night: Night) -> None:
    night.rulebook = book(_BELL)
    await night.start()
    await opened(night)
    night.clock.advance(minutes=1)
    night.rulebook = book(_BELL.replace("moderate", "serious").replace("Noen ringer på", "Besøk"))
    await night.start()

    (reason,) = (await told_of(night)).reasons

    assert reason.rule.title == "Noen ringer på"
    assert reason.rule.words.startswith("Gir et moderat varsel")
    assert reason.rule.until == NIGHT + timedelta(minutes=1)


async def test_a_button_pressed_a_hundred_times_is_told_by_its_first_and_last_presses(night: Night) -> None:
    for _ in range(25):
        await night.press()

    account = await told_of(night)

    assert (len(account.reasons), account.left_out) == (20, 5)
    assert account.reasons[-1].happenings[0].seq == (await night.events())[-1].seq


async def test_what_is_no_longer_stored_is_said_and_not_guessed(night: Night) -> None:
    await night.press()
    async with night.database.write() as session:
        await session.delete((await night.events())[0])
        for version in await night.rows(tables.RuleVersion):
            row = await session.get_one(tables.RuleVersion, (version.rule_id, version.version))
            row.body = '{"id": "from another world"}'
        (report,) = await night.rows(tables.AlertEvent)
        session.add(tables.AlertEvent(alert_id=report.alert_id, at=NIGHT, trace="not a trace"))

    (reason,) = (await told_of(night)).reasons
    async with night.database.read() as session:
        nothing = await account_of(session, "no-such-alert")

    assert [one.words for one in reason.happenings] == ["Hendelsen er ikke lagret lenger."]
    assert reason.rule.words == "Denne utgaven av regelen kan ikke leses lenger."
    assert nothing is None


async def test_every_version_that_was_ever_in_force_can_be_read_again(night: Night) -> None:
    for row in await night.rows(tables.RuleVersion):
        assert rulebooks.read_body(row.body) == night.rulebook.rules[row.rule_id]


async def test_a_version_that_an_earlier_release_wrote_unreadably_is_mended_at_the_start(night: Night) -> None:
    async with night.database.write() as session:
        row = await session.get_one(tables.RuleVersion, _key(night, "bathroom-long"))
        row.body = night.rulebook.rules["bathroom-long"].model_dump_json()
    assert rulebooks.read_body(row.body) is None

    await night.start()

    row = next(one for one in await night.rows(tables.RuleVersion) if one.rule_id == "bathroom-long")
    assert rulebooks.read_body(row.body) == night.rulebook.rules["bathroom-long"]


def _key(night: Night, rule: str) -> tuple[str, str]:
    return rule, night.rulebook.programs[rule].version


async def asked(night: Night, database_url: str, *words: str) -> str:
    """What the command line answers; the hub goes on running."""
    invoke = partial(CliRunner().invoke, commands(), ["why", *words], env={"CAREHUB_DATABASE_URL": database_url})
    result = await asyncio.to_thread(invoke)
    assert result.exit_code == 0, result.exception
    return result.output


async def test_the_command_line_tells_the_same_and_names_no_resident(night: Night, database_url: str) -> None:
    await opened(night)
    await night.pass_time(6)
    await night.take("ingrid")

    said = await asked(night, database_url, "alert", (await night.the_alert()).id[:4].upper())

    assert "Ute om natten (regel night-exit, utgave " in said
    assert "døren åpnet, inngang" in said
    assert "kanari-ingrid, SMS, Trinn 1: Kom frem" in said
    assert "Tatt  kanari-ingrid" in said
    assert "kanari-anna" not in said


_BOKMAAL = re.compile(r"\b(?:Hvem|ble|døren|Varslet|ikke|Hendelse|noen|sengen)\b")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nn", ("(regel night-exit, utgåve ", "Kven som fekk beskjed:", "Kva som vart gjort:", "Trinn 1: Kom fram")),
        ("en", ("(rule night-exit, version ", "Who was told:", "What was done:", "door opened, entrance")),
    ],
)  # fmt: skip
async def test_the_command_line_tells_it_in_the_readers_language(
    night: Night, database_url: str, language: str, words: tuple[str, ...]
) -> None:
    await opened(night)
    await night.pass_time(6)
    await night.take("ingrid")

    said = await asked(night, database_url, "alert", (await night.the_alert()).id[:4].upper(), "--language", language)

    assert [one for one in words if one not in said] == [], said
    assert _BOKMAAL.findall(said) == []


async def test_the_command_line_says_so_when_there_is_no_such_alert(night: Night, database_url: str) -> None:
    with pytest.raises(AssertionError, match="There is no alert 'FFFF'"):
        await asked(night, database_url, "alert", "FFFF")


async def test_what_people_made_says_from_which_alert_it_comes(night: Night, database_url: str) -> None:
    await night.press()
    await night.take("ingrid")
    await night.call_help("ingrid")
    (asked_for,) = [alert for alert in await night.alerts() if alert.parent_id]

    said = await asked(night, database_url, "alert", asked_for.id)

    assert (await told_of(night, (await night.alerts()).index(asked_for))).reasons == []
    assert "Ingen regel står bak: det kommer fra varsel" in said


async def test_what_a_model_found_is_told_in_its_own_words(night: Night) -> None:
    words = "Mer uro om natten: 9 ganger oppe, vanlig er 1–3."
    found = Event(
        seq=0, at=night.clock(), kind="behaviour.changed", scope="home:anna", source="hub", resident="anna", value=0.97,
        detail=words, dedup_key="model/x/anna/2026-01-14/night",
    )  # fmt: skip
    night.ingest.observe(found)
    await night.work()

    (reason,) = (await told_of(night)).reasons

    assert reason.rule.name == "behaviour-changed"
    assert [one.words for one in reason.happenings] == [f"endret døgnrytme: {words}"]


async def test_devices_that_fall_silent_together_are_told_one_by_one(night: Night) -> None:
    for device in ("dør", "gang", "røyk", "knapp-anna", "ringeknapp", "knapp-bjarne"):
        night.ingest.observe(
            Event(
                seq=0, at=night.clock(), kind="device.offline", scope="home:anna", source="hub", device=device,
                dedup_key=f"off/{device}",
            )
        )  # fmt: skip
    await night.work()

    together = [alert for alert in await night.alerts() if alert.kind == "common-silence"]
    account = await told_of(night, (await night.alerts()).index(together[0]))

    assert account.reasons
    assert {line.name for reason in account.reasons for line in reason.lines} == {"Dette utløste regelen"}
    assert all("utstyret svarer ikke" in one.words for reason in account.reasons for one in reason.happenings)


# --- held back -------------------------------------------------------------------------------


async def test_what_was_held_back_says_by_which_condition(night: Night) -> None:
    night.rulebook = book(_BELL)
    await night.start()
    await night.command("home:anna", CommandKind.AWAY, until=NIGHT + timedelta(hours=2))
    await opened(night)

    (event,) = [one for one in await night.events() if one.outcome is Outcome.SUPPRESSED]
    (held,) = await night.rows(tables.HeldBack)

    assert (held.rule_id, held.scope_id, held.seq, held.event_seq) == ("bell", "home:anna", event.seq, event.seq)
    (away,) = [one for one in json.loads(held.body)["conditions"] if not one["held"]]
    assert (away["name"], away["seen"]) == ("unless.away", "away until 04:14")


async def test_a_wait_that_was_held_back_in_the_end_is_found_by_the_event_that_began_it(night: Night) -> None:
    await opened(night)
    await night.command("home:anna", CommandKind.STAFF_PRESENT, until=NIGHT + timedelta(hours=1))
    await night.pass_time(6)

    (event,) = [one for one in await night.events() if one.kind == "door.opened"]
    (held,) = await night.rows(tables.HeldBack)

    assert (held.rule_id, held.event_seq, held.seq > event.seq) == ("night-exit", event.seq, True)
    assert await night.alerts() == []


async def test_what_fired_or_was_nothing_to_any_rule_leaves_no_such_row(night: Night) -> None:
    await night.press()
    await night.hear(night.message("zigbee2mqtt/gang", {"temperature": 21.5, "illuminance": 7}))

    assert await night.rows(tables.HeldBack) == []
