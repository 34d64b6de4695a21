"""`carehub doctor`: what is wrong with this installation, and what to do about it."""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from carehub.app import certificates
from carehub.app.away import Away
from carehub.app.broker import find_broker
from carehub.app.line import Line
from carehub.app.settings import Settings, names
from carehub.contracts import ConfigurationError, TransportError
from carehub.core.people.coverage import Gap, Horizon
from carehub.flow.watch import UNACCOUNTED_AFTER
from carehub.kit.clock import utc_now
from carehub.kit.late import load_late
from carehub.plugins import load_channels, load_module, load_rulebook, load_sources
from carehub.store import ledger, people, seals, staffing
from carehub.store.copies import file_of
from carehub.store.database import Database

_LOW_DISK_BYTES = 500 * 1024 * 1024

_READS_MODELS = "skops.io"
"""A detector loads it with the first model that was stored: where it is broken, every model would be refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        well: True, False, or None for what is worth knowing but no fault.
    """

    what: str
    well: bool | None
    words: str


async def examine(settings: Settings) -> AsyncIterator[Diagnosis]:
    """Look at everything that a hub needs; never raises, since a patient may have any illness."""
    yield _disk(settings)
    yield _privacy(settings)
    for found in _away(settings):
        yield found
    async for found in _database(settings):
        yield found
    yield await _broker(settings)
    if settings.mqtt_url:
        yield await _certificate(settings)
    yield _rulebook(settings)
    yield _extensions(settings)
    yield _channels(settings)
    yield _program(settings)


def _program(settings: Settings) -> Diagnosis:
    """What a start puts off is loaded here, so that a broken library is found before it is needed."""
    detectors = names(settings.detectors)
    late = ["carehub.app.serve", "carehub.store.migrations", *detectors]
    late += [_READS_MODELS] if detectors else []
    try:
        for name in late:
            import_module(name)
        load_late(everything=True)
    except Exception as error:  # noqa: BLE001 - a library that is broken may raise anything as it is loaded
        return Diagnosis(what="program", well=False, words=f"A part cannot be loaded: {error!r}. Install it anew.")
    return Diagnosis(what="program", well=True, words="Every part can be loaded.")


def _disk(settings: Settings) -> Diagnosis:
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    free = shutil.disk_usage(folder).free
    words = f"{free // 1024**2} MiB free beside {settings.data_dir}."
    return Diagnosis(what="disk", well=free > _LOW_DISK_BYTES, words=words)


def _privacy(settings: Settings) -> Diagnosis:
    """A store that was made before files were made for their owner alone may still be open to everybody."""
    store = file_of(settings.database)
    folders = dict.fromkeys([settings.data_dir, settings.backups, *([store.parent] if store else [])])
    try:
        open_to = [one for one in folders if one.exists() and _is_open(one)]
    except OSError as error:
        return Diagnosis(what="privacy", well=False, words=f"Who else can read what is stored cannot be seen: {error}.")
    if not open_to:
        return Diagnosis(what="privacy", well=True, words="Nobody else on this machine can read what is stored.")
    told = " and ".join(str(one) for one in open_to)
    words = f"Others on this machine can read what lies in {told}: `chmod -R go= {' '.join(map(str, open_to))}`."
    return Diagnosis(what="privacy", well=False, words=words)


def _away(settings: Settings) -> Iterator[Diagnosis]:
    """Sealed backups, where there are to be any."""
    try:
        away = Away.of(settings)
    except ConfigurationError as error:
        yield Diagnosis(what="away", well=False, words=str(error))
        return
    if settings.backup_away_dir is None or away is None:
        return
    folder, sent = settings.backup_away_dir, away.sent(utc_now())
    last = f"The last sealed backup is of {sent:%d.%m. at %H:%M} UTC." if sent else "No sealed backup was sent yet."
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        yield Diagnosis(what="away", well=False, words=f"{folder} is not there, or takes no file of ours. {last}")
    elif settings.data_dir.exists() and folder.stat().st_dev == settings.data_dir.stat().st_dev:
        words = f"{folder} lies on the disk of the store: what takes that one takes both. {last}"
        yield Diagnosis(what="away", well=False, words=words)
    else:
        yield Diagnosis(what="away", well=bool(sent) or None, words=last)


def _is_open(folder: Path) -> bool:
    """Whether others may go into it, and read a file there."""
    return _others_may(folder) and any(_others_may(one) for one in folder.iterdir() if one.is_file())


def _others_may(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


async def _database(settings: Settings) -> AsyncIterator[Diagnosis]:
    try:
        database = Database(settings.database)
        version, newest = await database.schema_versions()
        await database.check_durable()
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what was asked for
        yield Diagnosis(what="database", well=False, words=f"{type(error).__name__}: {error}")
        return
    if version is None:
        yield Diagnosis(what="database", well=None, words="Empty: `carehub serve` makes the tables at its first start.")
    elif version != newest:
        yield Diagnosis(what="database", well=None, words=f"Schema {version}; the next start brings it to {newest}.")
    else:
        yield Diagnosis(what="database", well=True, words=f"Durable, schema {version}.")
        yield await _logins(database)
        yield await _staffing(database)
        yield await _ledger(database)
        yield await _log(database)
    await database.close()


async def _logins(database: Database) -> Diagnosis:
    async with database.read() as session:
        administrators = await people.administrators(session)
    if administrators:
        return Diagnosis(what="logins", well=True, words=f"{administrators} administrators.")
    return Diagnosis(
        what="logins", well=False, words="Nobody can administer: `carehub user add NAME --role administrator`."
    )


async def _log(database: Database) -> Diagnosis:
    async with database.read() as session:
        found = await seals.check(session)
    if found.broken_at is None:
        return Diagnosis(what="log", well=True, words=f"{found.sealed} readings are sealed, and as they were written.")
    words = f"The log of readings was changed under seal {found.broken_at}. Keep a copy, and find out who did it."
    return Diagnosis(what="log", well=False, words=words)


async def _staffing(database: Database) -> Diagnosis:
    """By the duties that are written down; the running hub keeps them so."""
    async with database.read() as session:
        ahead = await staffing.gaps_ahead(session, utc_now())
        unplanned = await staffing.units_without_plan(session)
    spans = [f"{unit} {_span(gap)}" for unit, found in ahead.items() for gap in found[Horizon.FORTNIGHT]]
    if spans:
        return Diagnosis(what="shifts", well=False, words=f"Nobody can be reached (UTC): {'; '.join(spans)}.")
    if unplanned:
        words = f"No plan for {', '.join(unplanned)}: only those who say themselves that they are on duty are asked."
        return Diagnosis(what="shifts", well=None, words=words)
    return Diagnosis(what="shifts", well=True, words="Somebody can be reached at every minute of the next 14 days.")


async def _ledger(database: Database) -> Diagnosis:
    async with database.read() as session:
        lost = await ledger.unaccounted_seqs(session, utc_now() - UNACCOUNTED_AFTER)
    if not lost:
        return Diagnosis(what="ledger", well=True, words="Every event is accounted for.")
    words = (
        f"{len(lost)} events wait for a deadline that has passed; see `carehub why event {lost[0]}`. Does a hub run?"
    )
    return Diagnosis(what="ledger", well=False, words=words)


def _span(gap: Gap) -> str:
    return f"{gap.since:%Y-%m-%d %H:%M} to {gap.until:%Y-%m-%d %H:%M}"


async def _broker(settings: Settings) -> Diagnosis:
    if settings.mqtt_url is None:
        return _embedded()
    password = settings.mqtt_password.get_secret_value() if settings.mqtt_password else None
    try:
        async with load_module(settings.transport).publisher(
            settings.mqtt_url, client_id=f"{settings.mqtt_client_id}-doctor", ca_file=settings.mqtt_ca_file,
            username=settings.mqtt_username, password=password, clean_session=False,
        ):  # fmt: skip
            return Diagnosis(what="broker", well=True, words=f"{settings.mqtt_url} answers.")
    except (TransportError, ConfigurationError) as error:
        return Diagnosis(what="broker", well=False, words=f"{settings.mqtt_url}: {error}")


async def _certificate(settings: Settings) -> Diagnosis:
    try:
        end = await asyncio.to_thread(certificates.not_after, settings)
    except OSError as error:
        return Diagnosis(what="certificate", well=False, words=f"{settings.mqtt_url}: {error}")
    if end is None:
        return Diagnosis(what="certificate", well=None, words="The broker is reached without TLS.")
    limit = certificates.limit_of(end, utc_now())
    return Diagnosis(what="certificate", well=limit is None, words=f"The broker's holds until {end:%Y-%m-%d}.")


def _embedded() -> Diagnosis:
    found = find_broker()
    if found is None:
        return Diagnosis(what="broker", well=False, words="None here: install Mosquitto, or set CAREHUB_MQTT_URL.")
    kind, program = found
    if kind == "mosquitto":
        return Diagnosis(what="broker", well=True, words=f"Embedded Mosquitto ({program}).")
    words = (
        "Embedded NATS. It drops the connection of whoever uses a topic with a space, and people name "
        "their sensors so: for real homes, install Mosquitto."
    )
    return Diagnosis(what="broker", well=None, words=words)


def _rulebook(settings: Settings) -> Diagnosis:
    rulebook, faults = load_rulebook(settings.rulebook_dir, settings.zone)
    if faults:
        return Diagnosis(what="rulebook", well=False, words=" ".join(faults))
    return Diagnosis(what="rulebook", well=True, words=f"{len(rulebook.programs)} rules in force.")


def _extensions(settings: Settings) -> Diagnosis:
    try:
        sources = load_sources(names(settings.sources))
    except ConfigurationError as error:
        return Diagnosis(what="sources", well=False, words=str(error))
    return Diagnosis(what="sources", well=True, words=", ".join(source.name for source in sources))


def _channels(settings: Settings) -> Diagnosis:
    try:
        channels = load_channels(names(settings.channels), Line().tools(settings.public_url))
    except ConfigurationError as error:
        return Diagnosis(what="channels", well=False, words=str(error))
    if settings.silent:
        return Diagnosis(what="channels", well=False, words="CAREHUB_SILENT is set: nobody is told anything.")
    if "sms" not in channels:
        words = "No SMS: set CAREHUB_TWILIO_ACCOUNT_SID, or nobody without a tablet before them is reached."
        return Diagnosis(what="channels", well=None, words=words)
    return Diagnosis(what="channels", well=True, words=", ".join(channels))
