"""The page of the load: what it shows to whom, and that each resident shown is logged."""

from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.answers.usefulness import Hour
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.admin.load import bars
from tests.browser.seed_alerts import add_fortnight
from tests.unit.web.conftest import BOTH, Browse, logged_in


async def fortnight(hub: Hub) -> None:
    async with hub.database.write() as session:
        await add_fortnight(session, hub.clock())


async def looked(hub: Hub) -> set[str | None]:
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.AccessLog).where(tables.AccessLog.action == "load"))).all()
    return {row.resident_id for row in rows}


@BOTH
async def test_a_rule_of_little_use_is_marked_and_who_was_looked_at_is_logged(hub: Hub, browser: Browse) -> None:
    await fortnight(hub)

    page = (await (await logged_in(browser(), hub, "kari")).get("/admin/load")).text

    rules = page.split('id="rules"')[1].split("</table>")[0]
    rows = [row.split("</tr>")[0] for row in rules.split('<th scope="row">')[1:]]
    assert [row.split("<")[1][-13:] for row in rows if "Under 20 % til nytte" in row] == ["bathroom-long"]
    assert any("50 % (29–71 %)" in row for row in rows)
    assert {"astrid", "kaare", "ragnhild"} <= await looked(hub)
    assert "Astrid Nordby" in page


@pytest.mark.parametrize("path", ["/admin/load", "/admin/load.csv"])
async def test_a_technician_sees_rules_and_devices_and_no_residents(hub: Hub, browser: Browse, path: str) -> None:
    await fortnight(hub)
    client = await logged_in(browser(), hub, "tor")

    page = await client.get(path)

    assert page.status_code == 200
    assert "bed-exit-night" in page.text or "Bed exit night" in page.text
    assert "Nordby" not in page.text
    assert "beboer" not in page.text.lower().split("regler</h2>")[-1]
    assert await looked(hub) == set()


async def test_the_file_is_a_file_and_names_nobody(hub: Hub, browser: Browse) -> None:
    await fortnight(hub)

    answer = await (await logged_in(browser(), hub, "admin")).get("/admin/load.csv?days=28")

    assert answer.headers["content-disposition"] == 'attachment; filename="belastning-2026-01-15.csv"'
    assert "beboer;astrid;" in answer.text
    assert "Nordby" not in answer.text


async def test_nothing_in_a_time_is_said_and_a_wrong_time_is_refused(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "admin")
    async with hub.database.write() as session:
        for row in (await session.exec(select(tables.Alert))).all():
            row.raised_at -= timedelta(days=400)

    assert "Ingen varsler i denne tiden." in (await client.get("/admin/load")).text
    assert (await client.get("/admin/load?days=0")).status_code == 422


def test_a_bar_stands_on_the_ground_and_the_tallest_fills_the_height() -> None:
    first, second = bars([Hour(hour=0, useful=1, false=2, other=1), Hour(hour=12, useful=1)])

    assert [(name, tall) for name, _, tall in first.parts] == [("useful", 30), ("false", 60), ("other", 30)]
    assert first.parts[-1][1] == 0
    assert (second.x, second.parts) == (50, (("useful", 90.0, 30.0),))
