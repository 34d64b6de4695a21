"""`carehub demo`: broker, telephone exchange, hub and village, started together on loopback and stopped together."""

import asyncio
import secrets
import shutil
import signal
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from pwdlib import PasswordHash

from carehub.app.broker import Broker, embedded_broker, free_port
from carehub.app.families import own_login
from carehub.app.home_care import plan_visits
from carehub.app.move_in import move_in, plan_shifts, remember
from carehub.app.processes import Processes
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.clock import utc_now
from carehub.store.database import Database
from carehub.village.homes import directory
from carehub.village.register import Directory
from carehub.village.simulate import history

_ACCOUNT = "AC" + "0" * 32
_SENDER = "+4759440000"
_HISTORY_DAYS = 21
_READY_WITHIN_S = 180
_LOG = "log.txt"
_TOLD_OF_A_FALL = 20
"""Lines of the log, where the demonstration could not go on."""
_AS_A_SERVICE_MANAGER = 5
"""How often a hub that ended itself (see `watchdog`) is started again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demonstration was asked for.

    Attributes:
        speed: Seconds in the village for each second here.
        eventful: Something happens about every minute.
    """

    folder: Path
    port: int
    seed: int
    speed: float
    eventful: bool


async def demo(wanted: Demo) -> None:
    """Run until Ctrl-C; everything starts from nothing, so each demonstration is a new one."""
    stop = _stop_at_signal()
    wanted = replace(wanted, port=_free_or_another(wanted.port))
    shutil.rmtree(wanted.folder, ignore_errors=True)
    wanted.folder.mkdir(parents=True)
    programs = Processes(wanted.folder / _LOG)
    async with embedded_broker(wanted.folder / "broker", free_port()) as broker, programs as children:
        village = directory(wanted.seed, plain=not broker.takes_spaces)
        password = secrets.token_urlsafe(9)
        _say(f"Flytter inn i Marker: {len(village.residents)} beboere, {len(village.devices)} sensorer og alarmer …")
        at_work = await _furnish(wanted, village, password)
        exchange_port = free_port()
        environment = _environment(wanted, broker, exchange_port) | {
            "CAREHUB_DEMO_PASSWORD": password,
            "CAREHUB_AUDITOR_OUTLIVES": "false",
            "CAREHUB_AUDITOR_PHONES": _phone_of(village, "coordinator"),
        }
        await children.start("exchange", *_exchange_arguments(wanted, exchange_port), environment=environment)
        await children.start("hub", "serve", environment=environment, again=_AS_A_SERVICE_MANAGER)
        await _wait_for_pages(wanted.port, stop, children)
        await children.start("village", *_village_arguments(wanted, broker, exchange_port), environment=environment)
        _say(_welcome(wanted, village, password, at_work, exchange_port, broker))
        ended = asyncio.create_task(children.first_to_end())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done() and not stop.is_set():
            raise _fallen(children)
        ended.cancel()
        _say("Stopper …")
    _say("Alt er stoppet.")


def _free_or_another(port: int) -> int:
    """The port that was asked for, unless somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port


def _stop_at_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _furnish(wanted: Demo, village: Directory, password: str) -> frozenset[str]:
    """Write the village down; gives who is on duty."""
    settings = Settings(data_dir=wanted.folder, database_url=None)
    database = Database(settings.database)
    now = utc_now()
    await database.migrate()
    await move_in(database, village, PasswordHash.recommended().hash(password), now)
    at_work = await plan_shifts(database, village, settings.zone_info, now)
    await plan_visits(database, village, settings.zone_info, now)
    await remember(database, village, history(wanted.seed, _HISTORY_DAYS, now, plain=_is_plain(village)))
    await database.close()
    return at_work


def _is_plain(village: Directory) -> bool:
    return not any(" " in device.address for device in village.devices)


def _environment(wanted: Demo, broker: Broker, exchange_port: int) -> dict[str, str]:
    """The hub's settings; CAREHUB_* of the shell are not for a demonstration."""
    return {
        "CAREHUB_DATA_DIR": str(wanted.folder),
        "CAREHUB_DATABASE_URL": Settings(data_dir=wanted.folder, database_url=None).database,
        "CAREHUB_MQTT_URL": broker.url,
        "CAREHUB_HOST": "127.0.0.1",
        "CAREHUB_PORT": str(wanted.port),
        "CAREHUB_PUBLIC_URL": f"http://127.0.0.1:{wanted.port}",
        "CAREHUB_SHOWCASE": "village",
        "CAREHUB_SECOND_FACTOR": "offered",  # one password for all, invented a minute ago
        "CAREHUB_TWILIO_ACCOUNT_SID": _ACCOUNT,
        "CAREHUB_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "CAREHUB_TWILIO_FROM": _SENDER,
        "CAREHUB_TWILIO_BASE_URL": f"http://127.0.0.1:{exchange_port}",
    }


def _phone_of(village: Directory, role: str) -> str:
    return next((person.phone for person in village.persons if person.role == role and person.phone), "")


def _exchange_arguments(wanted: Demo, port: int) -> list[str]:
    return ["exchange", "--port", str(port), "--seed", str(wanted.seed)]


def _village_arguments(wanted: Demo, broker: Broker, exchange_port: int) -> list[str]:
    arguments = ["simulate", "--broker", broker.url, "--exchange", f"http://127.0.0.1:{exchange_port}"]
    arguments += ["--hub", f"http://127.0.0.1:{wanted.port}"]
    arguments += ["--seed", str(wanted.seed), "--speed", str(wanted.speed)]
    arguments += ["--eventful"] if wanted.eventful else []
    return arguments + ([] if broker.takes_spaces else ["--plain"])


async def _wait_for_pages(port: int, stop: asyncio.Event, children: Processes) -> None:
    for _ in range(_READY_WITHIN_S * 10):
        if stop.is_set():
            return
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if children.ended():
                break
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise _fallen(children)


def _fallen(children: Processes) -> ConfigurationError:
    """What happened, and what was said last: a demonstration is begun anew, and its log with it."""
    what = children.ended() or f"no page answered within {_READY_WITHIN_S} seconds"
    said = children.told.read_text("utf-8", errors="replace").splitlines()[-_TOLD_OF_A_FALL:]
    return ConfigurationError("\n".join([f"The demonstration stopped: {what}. The end of {children.told}:", *said]))


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


_FACES = (
    ("care_centre", "Nettbrett, omsorgssenteret", "/tablet"),
    ("nurse", "Hjemmesykepleier, telefon", "/nurse"),
    ("relative", "Pårørende", "/relatives"),
    ("coordinator", "Koordinator", "/admin"),
    ("technician", "Tekniker", "/admin/join"),
    ("administrator", "Administrasjon", "/admin"),
)
_ALWAYS = {"relative", "coordinator", "technician", "administrator"}
"""Who is shown without being on duty."""


def _welcome(
    wanted: Demo, village: Directory, password: str, at_work: frozenset[str], exchange_port: int, broker: Broker
) -> str:
    lines = ["", f"CareHub kjører i Marker (MQTT-tjener: {broker.kind}). Første varsel kommer om noen sekunder.", ""]
    for role, face, path in _FACES:
        who = next(
            (p.username for p in village.persons if p.role == role and (p.id in at_work or role in _ALWAYS)),
            "",
        )
        lines.append(f"  {face:<28} http://127.0.0.1:{wanted.port}{path:<12} bruker: {who}")
    lines.append(f"  {'Beboer':<28} http://127.0.0.1:{wanted.port}{'/resident':<12} bruker: {own_login(village)[1]}")
    lines.append(f"  {'Utstillingsvinduet':<28} http://127.0.0.1:{wanted.port}/showcase")
    lines.append(f"  {'Telefonene i landsbyen':<28} http://127.0.0.1:{exchange_port}/")
    lines += ["", f"  Passord for alle, i denne demoen: {password}", "", f"Logg: {wanted.folder / _LOG}"]
    return "\n".join([*lines, "Ctrl-C stopper alt.", ""])
