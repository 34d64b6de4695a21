"""What a family and a resident are told, and in which words: no tick where something is silent."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.languages import Language
from carehub.core.people.consent import Insight
from carehub.core.watching.supervision import DeviceKind
from carehub.flow import respond
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.families import family_words
from carehub.web.tongue import catalogue
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in
from tests.unit.web.test_relatives_asked import text_of


async def test_the_resident_is_spoken_to_and_ends_a_consent_by_no_single_tap(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "ragnhild-selv")).get("/resident")).text

    assert "hos deg" in text or "boligen din" in text or "Dagen din" in text
    assert "hos Ragnhild" not in text
    assert "boligen til Ragnhild" not in text
    fold = text.index('<details class="quiet" id="end-rel-lise">')
    assert fold < text.index("Da får Lise ikke vite noe mer") < text.index("</details>", fold)


@pytest.mark.parametrize("level", list(Insight))
def test_what_somebody_gets_to_know_reads_on_after_du_far_vite_and_after_a_name(level: Insight) -> None:
    """It said "Du får vite … Ser også når": a sentence without anybody in it."""
    for language in Language:
        told = catalogue(language).get(family_words.LEVELS_MEAN.source[level])
        words = told[0] if told else family_words.LEVELS_MEAN.source[level]
        assert words.split()[0] not in {"Ser", "Kan", "Sees", "Also", "Can"}


async def test_a_stay_of_some_days_is_announced_and_told_with_both_days(hub: Hub, browser: Browse) -> None:
    """The form had one day, and the refusal spoke of fourteen."""
    anne, maria = await logged_in(browser(), hub, "anne"), await logged_in(browser(), hub, "maria")
    form = {"sort": "out", "day": "2026-01-16", "since": "14:00", "until": "12:00", "note": "Helg hos oss"}

    backwards = await anne.post("/relatives/astrid/visits", data=form | {"last": "2026-01-15"})
    await anne.post("/relatives/astrid/visits", data=form | {"last": "2026-01-18"})

    assert backwards.status_code == 422
    assert 'value="2026-01-15"' in backwards.text
    for text in ((await anne.get("/relatives/astrid/visits")).text, (await maria.get("/messages")).text):
        assert "fredag 16. januar kl. 14:00 til søndag 18. januar kl. 12:00" in text


@BOTH
async def test_what_repeats_every_week_is_announced_once_and_cancelled_for_one_day_or_from_then_on(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """Every Sunday was to be written anew each week. On 29 March the clocks go forward: two is two all the same."""
    clock.passes(timedelta(days=55))  # Wednesday 11 March
    anne, maria = await logged_in(browser(), hub, "anne"), await logged_in(browser(), hub, "maria")
    form = {"sort": "visit", "day": "2026-03-15", "since": "14:00", "until": "16:00", "weekly": "2026-04-06"}
    page = "/relatives/astrid/visits"

    long_run = await anne.post(page, data=form | {"weekly": "2026-12-24"})
    overlapping = await anne.post(page, data=form | {"last": "2026-03-23"})
    await anne.post(page, data=form)
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.FamilyVisit).order_by(col(tables.FamilyVisit.since)))).all()
    sundays = [one for one in rows if one.id != "besok"]
    told = (await anne.get(page)).text
    await anne.post(f"{page}/{sundays[1].id}/cancel")
    one_off = text_of(await anne.get(page))
    await anne.post(f"{page}/{sundays[2].id}/cancel", data={"rest": "true"})
    rest_off = text_of(await anne.get(page))

    assert (long_run.status_code, "høyst et halvt år etter" in long_run.text) == (422, True)
    assert 'value="2026-12-24"' in long_run.text
    assert (overlapping.status_code, "må være over innen en uke" in overlapping.text) == (422, True)
    began = [one.since.strftime("%d.%m. %H") for one in sundays]
    assert began == ["15.03. 13", "22.03. 13", "29.03. 12", "05.04. 12"]
    assert "og 3 ganger til, den siste søndag 5. april" in told
    assert told.count("Avlys denne og alle senere") == 3, "of the last nothing is later"
    assert ("søndag 22. mars" in one_off, "søndag 29. mars" in one_off) == (False, True)
    assert ("søndag 15. mars" in rest_off, "søndag 29. mars" in rest_off, "april" in rest_off) == (True, False, False)
    assert "søndag 15. mars kl. 14:00–16:00" in (await maria.get("/messages")).text


@pytest.mark.parametrize(("kind", "said"), [(DeviceKind.BUTTON, "Noe av utstyret svarer ikke nå"), (None, "")])
async def test_where_an_alarm_is_silent_nothing_is_green(
    hub: Hub, browser: Browse, kind: DeviceKind | None, said: str
) -> None:
    """Motion was heard, so all was as usual, with a tick; and her alarm button had a flat battery."""
    async with hub.database.write() as session:
        await respond.close(
            session, "a4f2".ljust(32, "0"), "maria", hub.clock(), cause=Cause.OTHER, aftermath=Aftermath.SPOKE_WITH
        )  # fmt: skip
        if kind:
            device = await session.get_one(tables.Device, "astrid-bedroom")
            device.kind, device.silent_since = kind, hub.clock()
            session.add(device)

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    assert said in text
    assert ('<div class="ds-card today" data-color="success">' in text) is (kind is None)


async def test_a_home_without_equipment_is_not_said_to_answer(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        for one in (await session.exec(select(tables.Assignment).where(tables.Assignment.scope_id == "rom-104"))).all():
            one.until = hub.clock()
            session.add(one)

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives/astrid/about")).text

    assert "Det er ikke registrert noe utstyr her." in text
    assert "Alt utstyret svarer nå." not in text


async def test_who_acts_for_a_resident_reads_of_the_resident_and_not_of_themself(hub: Hub, browser: Browse) -> None:
    """It was said that she acts for herself: and a day could be hidden from nobody."""
    text = (await (await logged_in(browser(), hub, "gro")).get("/resident")).text

    assert "Det er du. Du ser alt som Solveig ser." in text
    assert "Hvem har sett på opplysningene om Solveig" in text
    for theirs in ("om deg", "for deg", "Skjul dagen"):
        assert theirs not in text


@pytest.mark.parametrize(
    ("changed", "language", "told"),
    [
        ({"day": "2026-01-13"}, "nb", "Den tiden er over."), ({"day": "2026-01-13"}, "nn", "Den tida er over."),
        ({"last": "2026-01-01"}, "en", "The end must be after the beginning"),
        ({"last": "2026-02-28"}, "nb", "høyst 14 dager etter"),
        ({"day": "2026-12-24"}, "nn", "mindre enn 60 dagar att"),
        ({"since": "et"}, "nb", "Velg en dag, og skriv tidene som 16:00."),
    ],
)  # fmt: skip
async def test_a_visit_that_cannot_be_taken_is_refused_with_what_to_do(
    hub: Hub, browser: Browse, changed: dict[str, str], language: str, told: str
) -> None:
    """One sentence was for all of it, and it was in bokmål for everybody."""
    anne = await logged_in(browser(), hub, "anne")
    form = {"sort": "visit", "day": "2026-01-16", "since": "14:00", "until": "16:00", "note": "Kake"}

    answer = await anne.post(
        "/relatives/astrid/visits", data=form | changed, headers={"accept-language": language}
    )  # fmt: skip

    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="Kake"' in answer.text


@pytest.mark.parametrize("level", [Insight.NOTHING, Insight.HANDLED_ALERTS])
async def test_a_day_that_is_hidden_for_a_while_is_said_to_be_and_not_that_nothing_was_agreed(
    hub: Hub, browser: Browse, level: Insight
) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-lise")).insight = level
    await (await logged_in(browser(), hub, "ragnhild-selv")).post(
        "/resident/ragnhild/pause", data={"for_how_long": "week"}
    )  # fmt: skip

    text = (await (await logged_in(browser(), hub, "lise")).get("/relatives")).text

    assert ("Ragnhild deler ikke dagen sin akkurat nå." in text) is (level is Insight.HANDLED_ALERTS)
    assert ("Det er ikke avtalt at" in text) is (level is Insight.NOTHING)


@pytest.mark.parametrize(
    ("back", "is_loud"), [("/relatives", False), ("/resident", False), ("/residents/a/days", True)]
)
async def test_a_login_that_ended_frightens_no_family(browser: Browse, back: str, *, is_loud: bool) -> None:
    """Nobody of them watches alerts: a red field said that none would be shown."""
    text = (await browser().get(f"/login?ended=true&next={back}")).text

    assert ("Nye varsler vises ikke" in text) is is_loud
    assert ("notice--loud" in text) is is_loud
