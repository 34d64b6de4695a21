"""That a relative may be asked is agreed when they are entered, and their number counts once it is confirmed."""

import pytest
from sqlmodel import select

from carehub.flow.hub import Hub
from carehub.store import tables
from tests.unit.web.conftest import Browse, logged_in


@pytest.mark.parametrize("agreed", [True, False])
async def test_a_relative_may_be_asked_only_where_that_was_ticked(hub: Hub, browser: Browse, *, agreed: bool) -> None:
    client = await logged_in(browser(), hub, "kari")
    data = {
        "name": "Per Nordby", "username": "per.nordby", "role": "relative", "phone": "90000077",
        "resident_id": "astrid", "kinship": "sønn", "insight": "all_is_well",
    }  # fmt: skip

    answer = await client.post("/admin/people", data=data | ({"may_be_asked": "true"} if agreed else {}))

    assert answer.status_code == 200
    async with hub.database.read() as session:
        person = (await session.exec(select(tables.Person).where(tables.Person.username == "per.nordby"))).one()
        relation = (await session.exec(select(tables.Relation).where(tables.Relation.person_id == person.id))).one()
        ways = (
            await session.exec(select(tables.ContactMethod).where(tables.ContactMethod.person_id == person.id))
        ).all()
    assert (relation.may_be_asked, [way.verified_at for way in ways]) == (agreed, [None] if agreed else [])
