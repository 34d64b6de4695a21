"""The page of backtests: asked for, followed, called off, and told with names; each resident shown is logged."""

import re
from datetime import timedelta
from html import unescape

import msgspec
from httpx2 import AsyncClient
from sqlmodel import select

from carehub.app.backtest.post import Backtests
from carehub.core.backtest.report import Summary
from carehub.core.findings import Outcome
from carehub.core.rules.drafting import read_draft
from carehub.core.rules.language import content_hash
from carehub.flow.backtesting import told
from carehub.flow.hub import Hub
from carehub.store import backtests, tables
from carehub.store.tables.backtests import BacktestState
from tests.journeys.building import shipped
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

_PAGE = "/admin/rules/backtest"
_DRAFT = """
id: bell
title: {nb: Noen ringer på, nn: Nokon ringer på, en: Somebody rings}
watch: {kind: motion.detected, place: kitchen}
severity: serious
rest: 6 h
"""


async def runs(hub: Hub) -> list[tables.BacktestRun]:
    async with hub.database.read() as session:
        return list(await backtests.newest(session))


async def looked(hub: Hub) -> set[str | None]:
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.AccessLog).where(tables.AccessLog.action == "backtest"))).all()
    return {row.resident_id for row in rows}


async def lived(hub: Hub) -> None:
    """A day and a half of movements, now in the kitchen, now in the hall."""
    async with hub.database.write() as session:
        for seq in range(1, 200):
            place = ("kitchen", "hall")[seq % 2]
            session.add(
                tables.Event(
                    seq=10_000 + seq, at=hub.clock() - (200 - seq) * timedelta(minutes=11), kind="motion.detected",
                    source="zigbee2mqtt", device_id=f"astrid-{place}", scope_id="rom-104", resident_id="astrid",
                    place=place, body_hash="x", outcome=Outcome.NO_RULE,
                )
            )  # fmt: skip


def station(hub: Hub) -> Backtests:
    hub.rulebook = shipped()
    return Backtests(hub, hub.database.url, processes=0)


async def without_draft(hub: Hub, kari: AsyncClient) -> tuple[str, tables.BacktestRun, Summary]:
    """The rules in force over what was lived: the run's address, and what came of it."""
    await lived(hub)
    post = station(hub)
    answer = await kari.post(_PAGE, data={"days": "14"})
    await post.look()
    (run,) = await runs(hub)
    summary = told(run)
    assert summary is not None
    return answer.headers["location"], run, summary


@BOTH
async def test_a_draft_is_tried_and_told_with_names_and_whoever_was_looked_at_is_logged(
    hub: Hub, browser: Browse
) -> None:
    await lived(hub)
    post, kari = station(hub), await logged_in(browser(), hub, "kari")

    answer = await kari.post(_PAGE, data={"draft": _DRAFT, "days": "14"})
    waiting = (await kari.get(answer.headers["location"])).text
    await post.look()
    done = (await kari.get(answer.headers["location"])).text

    assert "Venter på tur" in waiting
    assert "Astrid Nordby" in done
    assert "Noen ringer på" in done
    gained = int(re.findall(r"<strong>(\d+)</strong> nye varsler", done)[0])
    assert gained == done.count("/gained/") > 3
    assert await looked(hub) >= {"astrid"}
    assert "Utkast til Noen ringer på." in done
    assert "Like kjennetegn er samme regler, ord for ord." in done
    assert ">Utkast til Noen ringer på</a>" in (await kari.get(_PAGE)).text
    why = (await kari.get(f"{answer.headers['location']}/gained/0")).text
    assert "Dette utløste regelen" in why
    assert "/admin/events/10" in why


async def test_of_many_residents_those_who_are_named_are_logged_and_nobody_else(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    address, run, summary = await without_draft(hub, kari)
    names = {f"r{number}": f"Nummer {number}" for number in range(60)}
    today = msgspec.structs.replace(
        summary.today, by_resident={one: 60 - place for place, one in enumerate(names)}, residents=60
    )
    summary = msgspec.structs.replace(summary, today=today, listed={}, missed=(), holes=())
    async with hub.database.write() as session:
        session.add_all(tables.Resident(id=one, given_name=name, family_name="Ås") for one, name in names.items())
        (await session.get_one(tables.BacktestRun, run.id)).summary = msgspec.json.encode(summary).decode()

    page = (await kari.get(address)).text

    named = {one for one, name in names.items() if f"{name} Ås" in page}
    assert named == {f"r{number}" for number in range(50)}
    assert await looked(hub) == named


async def test_with_no_draft_it_tells_of_the_rules_in_force(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    address, run, summary = await without_draft(hub, kari)

    assert (run.state, run.draft_hash, run.rulebook_version) == (BacktestState.DONE, None, hub.rulebook.version)
    assert summary.draft is None
    assert "Reglene i dag over 14 døgn" in (await kari.get(address)).text
    again = await kari.post(_PAGE, data={"days": "14"})
    assert again.headers["location"] == address


async def test_what_cannot_be_read_is_said_and_the_text_is_still_there(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    answer = await kari.post(_PAGE, data={"draft": "id: halv", "days": "14"})

    assert answer.status_code == 422
    assert "Utkastet kan ikke leses" in answer.text
    assert "id: halv</textarea>" in answer.text
    assert await runs(hub) == []


async def test_a_run_that_is_called_off_is_not_begun_and_a_done_one_stays(hub: Hub, browser: Browse) -> None:
    post, kari = station(hub), await logged_in(browser(), hub, "kari")
    answer = await kari.post(_PAGE, data={"days": "7"})

    await kari.post(f"{answer.headers['location']}/cancel")
    await post.look()
    (run,) = await runs(hub)
    assert run.state is BacktestState.CANCELLED

    answer = await kari.post(_PAGE, data={"days": "7"})
    await post.look()
    await kari.post(f"{answer.headers['location']}/cancel")
    assert {one.state for one in await runs(hub)} == {BacktestState.CANCELLED, BacktestState.DONE}


@BOTH
async def test_a_run_whose_hub_died_is_done_by_the_next_one(hub: Hub, browser: Browse, clock: Clock) -> None:
    first, kari = station(hub), await logged_in(browser(), hub, "kari")
    await first.look()
    await kari.post(_PAGE, data={"days": "7"})
    async with hub.database.write() as session:
        waiting = await backtests.next_waiting(session)
        assert waiting is not None
        assert await backtests.begin(session, waiting.id, "x", clock())

    await first.look()
    assert [one.state for one in await runs(hub)] == [BacktestState.RUNNING]
    await station(hub).look()
    assert [one.state for one in await runs(hub)] == [BacktestState.DONE]


async def test_a_draft_that_fails_the_hub_says_so_on_the_run(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    answer = await kari.post(_PAGE, data={"days": "7"})
    async with hub.database.write() as session:
        (run,) = await backtests.newest(session)
        run.draft = "id: from an older release"

    await station(hub).look()

    assert "Gikk ikke" in (await kari.get(answer.headers["location"])).text


async def test_a_rule_in_force_can_be_taken_as_a_beginning(hub: Hub, browser: Browse) -> None:
    hub.rulebook = shipped()
    kari = await logged_in(browser(), hub, "kari")

    page = (await kari.get(f"{_PAGE}?rule=bathroom-long")).text
    text = unescape(page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0])

    (rule,) = read_draft(text)
    assert content_hash(rule) == content_hash(hub.rulebook.rules["bathroom-long"])


async def test_whoever_belongs_to_another_unit_reads_no_name(hub: Hub, browser: Browse) -> None:
    await lived(hub)
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "fjord"
    post, kari = station(hub), await logged_in(browser(), hub, "kari")
    answer = await kari.post(_PAGE, data={"draft": _DRAFT, "days": "14"})
    await post.look()

    done = (await kari.get(answer.headers["location"])).text

    assert "Astrid" not in done
    assert "Beboer i en annen enhet" in done
    assert "astrid" not in await looked(hub)
