"""Taking is not helping: deadlines and reminders, handing over, and a second pair of hands."""

from datetime import timedelta

from carehub.core.answers.alerts import HELP, Status
from carehub.core.people.consent import Insight
from carehub.core.severity import Severity
from carehub.store import tables
from tests.journeys.building import INGRID, MARIA, TOR, Night

_BOTH = ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]


async def test_whoever_is_on_the_way_is_reminded_once_and_before_the_deadline_f56(night: Night) -> None:
    """F56: taken, and then nothing. One reminder; then it opens again."""
    await night.press()
    await night.take("ingrid")

    await night.pass_time(9)

    assert sorted(night.told) == [*_BOTH, "02:20 ingrid påminnelse"]
    assert "02:20 reminded" in await night.journal()
    await night.pass_time(2)
    assert [line for line in night.told if "påminnelse" in line] == ["02:20 ingrid påminnelse"]


async def test_whoever_has_come_or_given_it_back_is_not_reminded_f56(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.arrive("ingrid")
    await night.pass_time(9)
    await night.release("ingrid")
    await night.take("maria")
    await night.release("maria")

    await night.pass_time(9)

    assert not [line for line in night.told if "påminnelse" in line]


async def test_each_taking_has_a_reminder_of_its_own(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.pass_time(11)
    await night.take("maria")

    await night.pass_time(8)

    assert [line for line in night.told if "påminnelse" in line] == [
        "02:20 ingrid påminnelse",
        "02:31 maria påminnelse",
    ]


async def test_a_units_own_times_count_f56(night: Night) -> None:
    async with night.database.write() as session:
        session.add(tables.LadderRow(id="sol/40", unit_id="sol", severity=Severity.CRITICAL, arrive_within_s=180))
        await session.flush()
        session.add(tables.LadderRung(ladder_id="sol/40", position=1, asks="unit", patience_s=60))
    await night.press()
    await night.take("ingrid")

    await night.pass_time(4)

    assert "02:17 escalated: Fristen gikk ut: tok varselet, men er ikke fremme." in await night.journal()
    assert "02:16 ingrid påminnelse" in night.told


# --- handing over ----------------------------------------------------------------------------


async def test_until_the_colleague_accepts_the_owner_keeps_it(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    due = (await night.the_alert()).due_at

    assert (await night.hand_over("ingrid", "tor")).done
    await night.work()

    alert = await night.the_alert()
    assert (alert.owner_id, alert.handed_to_id, alert.due_at) == ("ingrid", "tor", due)
    assert night.told[2:] == ["02:14 tor overta"]
    assert not (await night.take("maria")).done
    assert (await night.take("tor")).done
    alert = await night.the_alert()
    assert (alert.owner_id, alert.handed_to_id, alert.status) == ("tor", None, Status.TAKEN)
    assert alert.due_at == night.clock() + timedelta(minutes=10)
    assert [line for line in await night.journal() if "accepted" in line or "handed" in line] == [
        "02:14 handed_over: Venter på at kollegaen svarer.", "02:14 accepted"
    ]  # fmt: skip


async def test_a_colleague_accepts_by_the_code_in_the_sms(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.hand_over("ingrid", "tor")
    await night.work()

    answer = await night.reply(TOR, night.code_for(TOR))

    assert answer.startswith("Du har varsel ")
    assert (await night.the_alert()).owner_id == "tor"


async def test_an_offer_that_nobody_answers_ends_with_the_owners_own_deadline_f56(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.hand_over("ingrid", "tor")

    await night.pass_time(11)

    alert = await night.the_alert()
    assert (alert.status, alert.handed_to_id) == (Status.OPEN, None)
    assert "02:24 maria HASTER 2" in night.told


async def test_only_the_owner_hands_over_and_only_to_another_of_the_staff(night: Night) -> None:
    await night.press()
    assert not (await night.hand_over("ingrid", "tor")).done
    await night.take("ingrid")

    for who, to in (("maria", "tor"), ("ingrid", "ingrid"), ("ingrid", "datter"), ("ingrid", "ukjent")):
        assert not (await night.hand_over(who, to)).done
    assert (await night.the_alert()).handed_to_id is None


async def test_a_taken_over_visit_must_be_reached_anew(night: Night) -> None:
    await night.press()
    await night.arrive("ingrid")
    await night.hand_over("ingrid", "maria")
    await night.work()
    await night.reply(MARIA, night.code_for(MARIA))

    alert = await night.the_alert()
    assert (alert.status, alert.owner_id, alert.arrived_at) == (Status.TAKEN, "maria", None)


# --- a second person -------------------------------------------------------------------------


async def test_a_call_for_help_asks_the_same_ladder_and_not_whoever_called(night: Night) -> None:
    await night.press()
    await night.arrive("ingrid")
    await night.pass_time(seconds=1)
    assert (await night.call_help("ingrid")).done
    await night.work()

    first, calling = await night.alerts()
    assert (first.owner_id, first.status) == ("ingrid", Status.ARRIVED)
    assert (calling.kind, calling.parent_id, calling.status) == (HELP, first.id, Status.OPEN)
    assert night.told[2:] == ["02:14 maria HASTER 1"]
    await night.pass_time(5)
    assert "02:18 kari HASTER 3" in night.told
    assert not [line for line in night.told[2:] if "ingrid" in line]


async def test_whoever_comes_to_help_is_written_down_and_done_with_the_first_alert(night: Night) -> None:
    await night.press()
    await night.arrive("ingrid")
    await night.pass_time(seconds=1)
    await night.call_help("ingrid")
    assert not (await night.call_help("ingrid")).done

    assert (await night.take("maria", 1)).done
    await night.close("ingrid", 0)

    assert [alert.status for alert in await night.alerts()] == [Status.CLOSED, Status.CLOSED]
    lines = await night.journal()
    assert "02:14 helper: Kommer for å hjelpe." in lines
    assert [one.code for one in await night.rows(tables.AlertStep) if one.step == "helper"] == ["10"]


async def test_only_whoever_has_it_calls_for_help(night: Night) -> None:
    await night.press()
    assert not (await night.call_help("ingrid")).done
    await night.take("ingrid")
    assert not (await night.call_help("maria")).done


async def test_a_relative_is_asked_only_where_it_is_agreed_and_reads_no_more_than_that(night: Night) -> None:
    async with night.database.write() as session:
        session.add(tables.LadderRow(id="*/40", unit_id=None, severity=Severity.CRITICAL))
        await session.flush()
        for position, asks in enumerate(("on_duty", "relative", "unit"), 1):
            session.add(tables.LadderRung(ladder_id="*/40", position=position, asks=asks, patience_s=120))
        session.add(
            tables.ContactMethod(
                id="m", person_id="datter", channel="sms", address="+4799999999", created_at=night.clock(),
                verified_at=night.clock(),
            )
        )  # fmt: skip
        for resident, agreed in (("anna", True), ("bjarne", False)):
            session.add(
                tables.Relation(
                    id=resident, person_id="datter", resident_id=resident, kinship="datter", insight=Insight.NOTHING,
                    may_be_asked=agreed, since=night.clock(),
                )
            )  # fmt: skip
    await night.press("knapp-anna")
    await night.press("knapp-bjarne")

    await night.pass_time(3)

    assert [line for line in night.told if "pårørende" in line] == ["02:16 +4799999999 pårørende"]
    (text,) = [notice.text for _, notice in night.phones.sent if notice.address == "+4799999999"]
    assert "koden" not in text
    passed = "02:16 escalated: Ingen å varsle på trinn 2: gikk videre."
    assert (await night.journal()).count(passed) == 1
    assert INGRID in {notice.address for _, notice in night.phones.sent}
