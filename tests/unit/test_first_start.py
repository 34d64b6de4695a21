"""No default accounts: a fresh store prints one link, once, and nobody has a password (C52)."""

import re

import pytest
from sqlmodel import select

from carehub.app.first_start import offer_login
from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.kit.clock import utc_now
from carehub.store import tables
from carehub.store.database import Database
from tests.unit.web.conftest import hub_with


@pytest.fixture
async def hub(sqlite_url: str) -> Hub:
    return hub_with(Database(sqlite_url), utc_now)


async def test_the_first_start_prints_a_link_once_and_makes_no_password_c52(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    await offer_login(hub)
    told = capsys.readouterr().out
    await offer_login(hub)

    assert len(re.findall(r"/setup/[\w-]{43}", told)) == 1
    assert capsys.readouterr().out == ""
    async with hub.database.read() as session:
        (person,) = (await session.exec(select(tables.Person))).all()
        assert (person.role, person.password_hash) == (Role.ADMINISTRATOR, None)
    await hub.database.close()
