"""Closing: cause, outcome and contact; what rests without contact comes back; a mistake can be undone (F59, F60)."""

from datetime import timedelta

import pytest

from carehub.core.answers.alerts import FOLLOW_UP, Aftermath, Contact, Status
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight
from carehub.flow import escalate
from carehub.store import tables
from tests.journeys.building import INGRID, NIGHT, Night

_NOT_SEEN = [one for one in Aftermath if one not in {Aftermath.HELPED_ON_SITE, Aftermath.SPOKE_WITH}]


async def test_the_journal_has_cause_and_action_under_their_national_codes_f59(night: Night) -> None:
    await night.press()
    await night.arrive("ingrid")
    await night.close("ingrid", contact=Contact.SPOKEN)

    lines = {(one.step.value, one.code, one.text) for one in await night.rows(tables.AlertStep)}
    assert {
        ("closed", "3", None), ("cause", "6", "Toalett"), ("action", "7", "Hjalp på stedet"),
        ("spoken", "8", "Snakket med beboeren."),
    } <= lines  # fmt: skip


@pytest.mark.parametrize("aftermath", _NOT_SEEN)
async def test_closed_without_contact_by_one_person_it_comes_back_in_fifteen_minutes_f59(
    quick_night: Night, aftermath: Aftermath
) -> None:
    """F59: Kristiansund. "Asleep, no doubt" ends nothing by itself."""
    night = quick_night
    await night.press()
    await night.close("ingrid", aftermath=aftermath)

    closed, follow = await night.alerts()
    assert (closed.status, closed.contact) == (Status.CLOSED, Contact.NONE)
    assert (follow.kind, follow.parent_id, follow.rung, follow.severity) == (FOLLOW_UP, closed.id, 0, closed.severity)
    assert follow.due_at == NIGHT + timedelta(minutes=15)
    await night.pass_time(14)
    assert len(night.told) == 2
    await night.pass_time(1)
    assert sorted(night.told[2:]) == ["02:29 ingrid HASTER 1", "02:29 maria HASTER 1"]
    assert (await night.reply(INGRID, night.code_for(INGRID))).startswith("Du har varsel ")


@pytest.mark.parametrize("aftermath", [Aftermath.HELPED_ON_SITE, Aftermath.SPOKE_WITH])
async def test_closed_with_contact_it_rests_f59(quick_night: Night, aftermath: Aftermath) -> None:
    await quick_night.press()
    await quick_night.close("ingrid", aftermath=aftermath)

    assert (await quick_night.the_alert()).contact is not Contact.NONE


async def test_whoever_said_i_am_there_was_there_unless_they_found_nobody_f59(night: Night) -> None:
    await night.press()
    await night.arrive("ingrid")
    await night.close("ingrid", aftermath=Aftermath.CALLED_113)
    assert (await night.the_alert()).contact is Contact.VISITED

    await night.press()
    await night.arrive("maria", 1)
    await night.close("maria", 1, aftermath=Aftermath.NO_CONTACT)
    assert [alert.kind for alert in await night.alerts() if alert.status is Status.OPEN] == [FOLLOW_UP]


async def test_a_second_person_confirms_and_whoever_closed_it_cannot_f59(night: Night) -> None:
    await night.press()
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)

    assert not (await night.confirm("ingrid", 0)).done
    assert not (await night.confirm("ingrid", 1)).done
    assert (await night.confirm("maria", 1)).done
    await night.pass_time(60)

    assert [alert.status for alert in await night.alerts()] == [Status.CLOSED, Status.CLOSED]
    assert len(night.told) == 2
    assert "02:14 confirmed: Bekreftet av en til." in await night.journal()


async def test_one_person_alone_never_ends_it_without_contact_f59(night: Night) -> None:
    await night.press()
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)
    await night.close("ingrid", 1, aftermath=Aftermath.NO_CONTACT)

    waiting = [alert for alert in await night.alerts() if alert.status is Status.OPEN]
    assert [alert.kind for alert in waiting] == [FOLLOW_UP]


async def test_who_closed_what_came_last_is_not_its_second_person_f59(night: Night) -> None:
    """F59: Maria judged the second call alone, and put it to rest: the follow-up knew only who had closed the first."""
    await night.press()
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)
    await night.pass_time(5)
    await night.press()
    last, follow_up = (await night.kinds()).index("social-alarm", 1), (await night.kinds()).index(FOLLOW_UP)
    await night.close("maria", last, aftermath=Aftermath.NO_CONTACT)

    assert not (await night.confirm("maria", follow_up)).done
    await night.pass_time(10)
    assert len(night.told) > 4, "asked fifteen minutes after the first call was closed"
    assert (await night.confirm("ingrid", follow_up)).done


async def test_contact_on_any_alert_of_the_resident_ends_the_follow_up_f59(night: Night) -> None:
    await night.press()
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)
    await night.press()
    await night.close("maria", 2)

    assert {alert.status for alert in await night.alerts()} == {Status.CLOSED}


async def test_what_is_not_serious_or_nobodys_rests_as_it_is_closed(night: Night) -> None:
    await night.hear(night.message("carehub/v1/aldri-sett/event", {"id": "1", "kind": "water.detected"}))
    await night.close("ingrid", aftermath=Aftermath.DEVICE_FIXED)

    assert [alert.kind for alert in await night.alerts()] == ["water"]


# --- undoing ---------------------------------------------------------------------------------


async def test_a_mistake_is_undone_with_its_history_and_its_follow_up(night: Night) -> None:
    await night.press()
    await night.arrive("ingrid")
    await night.pass_time(seconds=1)
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)
    await night.pass_time(2)

    assert not (await night.undo("maria", 0)).done
    assert (await night.undo("ingrid", 0)).done

    first, follow = await night.alerts()
    assert (first.status, first.owner_id, first.cause, first.closed_at) == (Status.ARRIVED, "ingrid", None, None)
    assert first.due_at == night.clock() + timedelta(minutes=60)
    assert follow.status is Status.CLOSED
    assert [line.split()[1] for line in await night.journal() if "02:16" in line] == ["undone", "closed:"]


async def test_after_five_minutes_or_a_new_press_it_is_too_late_to_undo(night: Night) -> None:
    await night.press()
    await night.close("ingrid")
    await night.press("knapp-bjarne")
    await night.close("ingrid", 1)
    await night.press("knapp-bjarne")
    assert not (await night.undo("ingrid", 1)).done
    await night.pass_time(6)
    assert not (await night.undo("ingrid", 0)).done


async def test_an_alert_that_nobody_had_is_open_again_and_asks_at_once(night: Night) -> None:
    await night.press()
    await night.close("ingrid")
    await night.undo("ingrid")

    await night.work()

    assert sorted(night.told[2:]) == ["02:14 ingrid HASTER 2", "02:14 maria HASTER 2"]


async def test_relatives_hear_of_the_closing_that_stood_once(night: Night) -> None:
    async with night.database.write() as session:
        session.add(
            tables.Relation(
                id="r", person_id="datter", resident_id="anna", kinship="datter", insight=Insight.HANDLED_ALERTS,
                by_sms=True, since=NIGHT,
            )
        )  # fmt: skip
    night.clock.advance(hours=10)
    await night.press()
    await night.take("ingrid")
    for undone in (True, False):
        await night.close("ingrid")
        async with night.database.write() as session:
            await escalate.tell_relatives(night.hub, session, await night.the_alert(), night.clock())
        await night.pass_time(2)
        if undone:
            await night.undo("ingrid")

    await night.pass_time(10)

    told = [line for line in night.told if "+4799999999" in line]
    assert [line.split()[0] for line in told] == ["12:21"]


# --- from another time -----------------------------------------------------------------------


async def test_a_deadline_months_old_is_listed_and_wakes_nobody_f60(night: Night) -> None:
    """F60: rows of three months ago come to life in an import."""
    await night.press()
    async with night.database.write() as session:
        alert = await session.get_one(tables.Alert, (await night.the_alert()).id)
        alert.raised_at = alert.last_event_at = alert.due_at = NIGHT - timedelta(days=92)
        eva = tables.Person(id="eva", name="kanari-eva", username="eva", role=Role.COORDINATOR, phone="+4790000009")
        session.add(eva)
        await session.flush()
        session.add(
            tables.ContactMethod(
                id="e", person_id="eva", channel="sms", address="+4790000009", created_at=NIGHT, verified_at=NIGHT
            )
        )

    await night.pass_time(2 * 24 * 60)

    assert night.told[2:] == ["02:14 +4790000009 gammelt"] * 3
    alert = await night.the_alert()
    assert (alert.status, alert.due_at is not None and alert.due_at > night.clock()) == (Status.OPEN, True)


async def test_a_new_press_wakes_what_was_only_listed_f60(night: Night) -> None:
    await night.press()
    async with night.database.write() as session:
        (await session.get_one(tables.Alert, (await night.the_alert()).id)).due_at = NIGHT - timedelta(days=2)
    await night.work()
    listed = len(night.told)

    await night.press()
    await night.pass_time(12)

    assert len(night.told) > listed + 4
    assert (await night.the_alert()).stale_since is None
