"""`carehub user` and `carehub device`: the first login, and a look at the devices, while no hub runs."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.core.folding.silence import LONGEST_TEST, Why
from carehub.core.people.access import PRIVATE, Role
from carehub.flow.watching import silences
from carehub.flow.watching.silences import Wish
from carehub.kit.clock import utc_now
from carehub.kit.ids import new_id, new_token
from carehub.kit.lock import Held, only_process
from carehub.store import devices, factors, logins, people, registry, tables
from carehub.store.database import Database

user = typer.Typer(no_args_is_help=True, help="People who can log in.")
device = typer.Typer(no_args_is_help=True, help="Devices that the hub knows.")
commands = typer.Typer()
commands.add_typer(user, name="user")
commands.add_typer(device, name="device")


@asynccontextmanager
async def open_store() -> AsyncIterator[Database]:
    """The store, with no hub beside us: on SQLite one process writes."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        if database.is_sqlite:
            with only_process(settings.data_dir / "hub.lock"):
                await database.migrate()
                yield database
        else:
            await database.migrate()
            yield database
    except Held as error:
        raise ConfigurationError(
            "A hub runs on this data folder: use its administration page, or stop it first."
        ) from error
    finally:
        await database.close()


@user.command("add")
def add_user(
    username: str,
    name: Annotated[str, typer.Option(help="Full name, as colleagues know it.")],
    role: Annotated[Role, typer.Option(help="What the person is to the hub.")],
    phone: Annotated[str | None, typer.Option(help="In E.164: +4799999999.")] = None,
    unit: Annotated[str | None, typer.Option(help="Id of the ward or zone.")] = None,
) -> None:
    """Add somebody; prints the link by which they choose a password, which works once."""
    person = tables.Person(id=new_id(), username=username.casefold(), name=name, role=role, phone=phone, unit_id=unit)
    token = asyncio.run(_add(person))
    typer.echo(f"{username} chooses a password here, once, within {factors.LINK_LIVES.days} days:")
    typer.echo(f"{Settings().public_url.rstrip('/')}/setup/{token}")


async def _add(person: tables.Person) -> str:
    async with open_store() as database, database.write() as session:
        if await people.by_username(session, person.username):
            raise ConfigurationError(f"There is a user {person.username!r} already.")
        session.add(person)
        await session.flush()
        if person.phone and person.role not in PRIVATE:
            session.add(people.telephone(person, utc_now()))
        return await factors.issue_link(session, person.id, None, utc_now())


@user.command("link")
def link_user(
    username: str,
    lost: Annotated[bool, typer.Option(help="Their telephone or key is lost too.")] = False,  # noqa: FBT002
) -> None:
    """A new link for somebody who cannot log in; the old password and every login end."""
    typer.echo(f"{Settings().public_url.rstrip('/')}/setup/{asyncio.run(_link(username, lost=lost))}")


async def _link(username: str, *, lost: bool) -> str:
    async with open_store() as database, database.write() as session:
        person = await people.by_username(session, username.casefold())
        if person is None:
            raise ConfigurationError(f"There is no user {username!r}; `carehub user list` names them all.")
        (await session.get_one(tables.Person, person.id)).password_hash = None
        await logins.end_all_of(session, person.id)
        if lost:
            await factors.remove_all_of(session, person.id)
        return await factors.issue_link(session, person.id, None, utc_now())


@user.command("list")
def list_users() -> None:
    """Everybody with a login."""
    asyncio.run(_list_users())


async def _list_users() -> None:
    async with open_store() as database, database.read() as session:
        for person in await people.everybody(session):
            typer.echo(f"{person.username:<24} {person.role:<14} {'' if person.active else 'closed'}")


@device.command("list")
def list_devices() -> None:
    """Every device, where it stands now."""
    asyncio.run(_list_devices())


async def _list_devices() -> None:
    async with open_store() as database, database.read() as session:
        known = await registry.load(session)
        for found in known.devices.values():
            place = found.at(utc_now())
            where = f"{place.scope} {place.place or ''}" if place else "assigned to nobody"
            typer.echo(f"{found.source:<14} {found.address:<40} {where}")


@device.command("token")
def device_token(address: Annotated[str, typer.Argument(help="The device's own name on carehub/v1.")]) -> None:
    """A secret with which one device may send by HTTP; it is shown once, and replaces the one before."""
    token = new_token()
    asyncio.run(_set_token(address, hashlib.sha256(token.encode()).hexdigest()))
    typer.echo(f"{address} sends with the header  Authorization: Bearer {token}")


async def _set_token(address: str, token_hash: str) -> None:
    async with open_store() as database, database.write() as session:
        known = (await registry.load(session)).devices.get(("carehub_v1", address))
        if known is None:
            known = registry.KnownDevice(new_id(), address, "carehub_v1", can_alarm=True)
            await registry.add_unknown(session, [known], utc_now())
        (await session.get_one(tables.Device, known.id)).token_hash = token_hash


@device.command("test")
def test_device(device_id: Annotated[str, typer.Argument(help="Its id, or its own name on its road.")]) -> None:
    """Put a device on test for ten minutes: its next alarm is the test, and whoever answers that puts it in service."""
    typer.echo(asyncio.run(_test(device_id)))


async def _test(device_id: str) -> str:
    async with open_store() as database, database.write() as session:
        found = await session.get(tables.Device, device_id)
        known = found or next((one for one in await devices.by_address(session, device_id)), None)
        if known is None:
            raise ConfigurationError(f"There is no device {device_id!r}; `carehub device list` names them all.")
        now = utc_now()
        wish = Wish(why=Why.TEST, until=now + LONGEST_TEST, device=known.id)
        await silences.write(session, wish, None, now)
    return f"{known.address} is on test for ten minutes. Let it alarm, and let somebody answer it on the tablet."


@device.command("assign")
def assign_device(
    source: Annotated[str, typer.Argument(help="zigbee2mqtt, carehub_v1, chirpstack, things_stack or owntracks.")],
    address: Annotated[str, typer.Argument(help="The device's own name on that road.")],
    scope: Annotated[str, typer.Option(help="Id of the home or room.")],
    place: Annotated[str | None, typer.Option(help="entrance, hall, bathroom, bedroom, living_room, kitchen.")] = None,
) -> None:
    """Put a device that was heard in a home or a room, from now on."""
    asyncio.run(_assign(source, address, scope, place))


async def _assign(source: str, address: str, scope: str, place: str | None) -> None:
    async with open_store() as database, database.write() as session:
        known = (await registry.load(session)).devices.get((source, address))
        if known is None:
            raise ConfigurationError(f"No device {address!r} has been heard on {source}.")
        if await session.get(tables.Scope, scope) is None:
            raise ConfigurationError(f"There is no home or room {scope!r}.")
        await registry.assign_device(session, known.id, scope, None, place, utc_now())
