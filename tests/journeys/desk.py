"""An administrator's browser on the pages of a night."""

from httpx2 import ASGITransport, AsyncClient

from carehub.core.people.access import Role
from carehub.store import logins, tables
from carehub.web import create_web
from carehub.web.security import LIMITS
from tests.journeys.building import PUBLIC, Night


async def desk(night: Night) -> AsyncClient:
    """Logged in; to be closed by whoever asked for it."""
    web = create_web(night.hub)
    async with night.database.write() as session:
        boss = tables.Person(id="sjef", name="Sjef", username="sjef", role=Role.ADMINISTRATOR)
        session.add(boss)
        await session.flush()
        secret = await logins.begin(session, boss, LIMITS[boss.role], night.clock())
    return AsyncClient(
        transport=ASGITransport(app=web), base_url=PUBLIC, headers={"sec-fetch-site": "same-origin"},
        cookies={"__Host-carehub": secret},
    )  # fmt: skip
