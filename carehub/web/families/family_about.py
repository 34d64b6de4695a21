"""What a relative sees and what not, what the sensors tell, and how to stop following."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.core.people.access import About
from carehub.core.people.consent import KNOWS, Standing
from carehub.flow.family.today import today
from carehub.store import kin, logins, tables
from carehub.web.done import Done, onwards
from carehub.web.families import calling, family_words
from carehub.web.families.family_messages import bond_of
from carehub.web.render import page
from carehub.web.security import Relative, TheHub
from carehub.web.tongue import later

router = APIRouter(prefix="/relatives/{resident_id}")


@router.get("/about")
async def about(request: Request, hub: TheHub, visitor: Relative, resident_id: str) -> Response:
    """What was agreed, what stands in the home, and how many others follow: not who (C34)."""
    bond, now = await bond_of(hub, visitor, resident_id), hub.clock()
    async with hub.database.read() as session:
        known = await today(hub, session, bond, now)
        phone = await calling.phone_for(session, bond, now)
        others = [
            row
            for row, person in await kin.family_of(session, resident_id, now)
            if person.id != visitor.person.id and row.standing is not Standing.SELF
        ]
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "relatives.about", [(resident_id, "about")], now)
    agreed = KNOWS[bond.insight]
    return page(
        request, "family_about.html", visitor, bond=bond, others=len(others), family=family_words,
        kinds=sorted({one.kind for one in known.sensors} & set(family_words.SENSES)),
        silent=sum(one.silent_since is not None for one in known.sensors), told=About.WELL in agreed,
        devices=len(known.sensors), rhythm=About.RHYTHM in agreed, phones=calling.listed([(bond, phone)]),
    )  # fmt: skip


@router.post("/leave")
async def leave(hub: TheHub, visitor: Relative, resident_id: str) -> Response:
    """A relative does not want to follow any more: it ends as if the resident had ended it."""
    bond, now = await bond_of(hub, visitor, resident_id), hub.clock()
    async with hub.database.write() as session:
        row = await session.get_one(tables.Relation, bond.relation.id)
        await kin.end(session, row, visitor.person.id, later("Ønsket det selv"), now)
        logins.log_reading(session, visitor.person.id, "consent.left", [(resident_id, f"relation:{row.id}")], now)
    hub.live.change()
    return onwards(hub, "/login?ended=true&next=/relatives", Done.ENDED)
