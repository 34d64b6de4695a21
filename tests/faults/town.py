"""What a fault run begins with: a migrated, furnished store, a login, and settings that keep it on this machine."""

import asyncio
import shutil
from pathlib import Path

from carehub.kit.clock import utc_now
from carehub.store import logins, tables
from carehub.store.database import Database
from carehub.web.security import LIMITS
from tests.journeys.building import furnish

NURSE = "ingrid"
TOKEN = "a-token-that-opens-nothing"
BUTTONS = ("knapp-anna", "knapp-bjarne", "knapp-liv")
"""Alarm buttons in the register; any other name is a button that nobody has listed."""


class Town:
    """A template of the store, copied for each hub.

    Args:
        migrated: A store with tables and nothing in them, to begin with; without it one is made.

    Attributes:
        login: The secret of the nurse's session, as a browser would send it.
    """

    def __init__(self, folder: Path, migrated: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.template = folder / "template.db"
        self.template.unlink(missing_ok=True)
        if migrated is not None:
            shutil.copyfile(migrated, self.template)
        self.login = asyncio.run(self._build())

    async def _build(self) -> str:
        database = Database(f"sqlite:///{self.template}")
        await database.migrate()
        secret = await settle_in(database)
        await database.close()
        return secret

    def copy_to(self, folder: Path) -> None:
        """A fresh store in a hub's data folder."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.template, folder / "carehub.db")


async def settle_in(database: Database) -> str:
    """Homes, people and devices, and a login of the nurse; gives its secret."""
    now = utc_now()
    async with database.write() as session:
        await furnish(session, now)
        nurse = await session.get_one(tables.Person, NURSE)
        return await logins.begin(session, nurse, LIMITS[nurse.role], now)


def settings(exchange_url: str) -> dict[str, str]:
    """CAREHUB_* for a hub whose texts go to the exchange of this run."""
    return {
        "CAREHUB_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "CAREHUB_TWILIO_AUTH_TOKEN": TOKEN,
        "CAREHUB_TWILIO_FROM": "+4759440000",
        "CAREHUB_TWILIO_BASE_URL": exchange_url,
        "CAREHUB_CANARY_EVERY_S": "0",  # its own tests make it sing; here it would pass the points before the press
    }
