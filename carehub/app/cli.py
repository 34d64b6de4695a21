"""The command line: `carehub …`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from carehub.app import (
    audit,
    backup_cli,
    demo,
    doctor,
    load_cli,
    people_cli,
    replay,
    rules_cli,
    serve,
    shift_cli,
    training,
    village,
    why_cli,
)
from carehub.app.push_key import push_key
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.log import configure, log

app = typer.Typer(
    no_args_is_help=True, help="CareHub: the welfare-technology event hub.", pretty_exceptions_enable=False
)
app.add_typer(rules_cli.app, name="rules")
app.add_typer(why_cli.app, name="why")
app.command("why-not")(why_cli.why_not)
app.command("load")(load_cli.load)
app.add_typer(people_cli.user, name="user")
app.add_typer(people_cli.device, name="device")
app.add_typer(shift_cli.app, name="shift")


@app.command("serve")
def serve_command(
    role: Annotated[str, typer.Option(help="Which part runs here. Only `all` exists in this version.")] = "all",
) -> None:
    """Run the hub: ingest, rules, escalation, delivery and pages, in one process."""
    if role != "all":
        raise ConfigurationError("--role: only `all` can run in this version; splitting roles comes with several hubs.")
    settings = Settings()
    configure(as_json=settings.log_json)
    serve.run(settings)


@app.command("push-key")
def push_key_command() -> None:
    """Print a new key for `CAREHUB_VAPID_PRIVATE_KEY`: with it browsers can be sent notifications."""
    typer.echo(push_key())


@app.command("audit")
def audit_command() -> None:
    """Watch a hub from outside: read its tables, and shout past it when people are not told."""
    settings = Settings()
    configure(as_json=settings.log_json)
    asyncio.run(audit.run_audit(settings))


@app.command("demo")
def demo_command(
    *,
    folder: Annotated[
        Path, typer.Option(help="Where the demonstration keeps its data; emptied at every start.")
    ] = Path("build/demo"),
    port: Annotated[int, typer.Option(help="Port of the pages.")] = 8000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same village.")] = 1,
    speed: Annotated[float, typer.Option(help="Seconds in the village for each second here.")] = 1.0,
    eventful: Annotated[bool, typer.Option(help="Let something happen about every minute.")] = True,
) -> None:
    """Everything embedded: a simulated village on this machine, one address for each role."""
    asyncio.run(demo.demo(demo.Demo(folder=folder, port=port, seed=seed, speed=speed, eventful=eventful)))


@app.command("exchange", hidden=True)
def exchange_command(port: int = 8025, seed: int = 1) -> None:
    """The village's telephone exchange: a Twilio double on loopback."""
    environment = {
        name: os.environ.get(f"CAREHUB_{name}", "")
        for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
    }
    asyncio.run(
        village.run_exchange(
            port, seed, account=environment["TWILIO_ACCOUNT_SID"], token=environment["TWILIO_AUTH_TOKEN"],
            sender=environment["TWILIO_FROM"], public_url=Settings().public_url,
        )
    )  # fmt: skip


@app.command("simulate")
def simulate_command(  # noqa: PLR0913 - the options of a demonstration
    *,
    broker: Annotated[str, typer.Option(help="The broker to publish to.")] = "mqtt://127.0.0.1:1883",
    exchange: Annotated[str | None, typer.Option(help="The telephone exchange on which staff answer.")] = None,
    hub: Annotated[str | None, typer.Option(help="The hub at which staff say that they have arrived.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same village.")] = 1,
    speed: Annotated[float, typer.Option(help="Seconds in the village for each second here.")] = 1.0,
    eventful: Annotated[bool, typer.Option(help="Let something happen about every minute.")] = False,
    plain: Annotated[bool, typer.Option(help="Topics without spaces, for NATS.")] = False,
) -> None:
    """The simulated village's sensors, published over MQTT as real devices publish."""
    life = village.Life(
        broker=broker, exchange=exchange, hub=hub, password=os.environ.get("CAREHUB_DEMO_PASSWORD", ""),
        seed=seed, speed=speed, eventful=eventful, plain=plain,
    )  # fmt: skip
    asyncio.run(village.run_village(life, Settings().transport, Settings().zone_info))


@app.command("replay")
def replay_command(  # noqa: PLR0913 - the options of a replay
    path: Annotated[Path, typer.Argument(help="The recording: a file, gzipped or not, or TIHM's folder.")],
    *,
    report: Annotated[
        bool, typer.Option("--report", help="Into a report on the recording's own clock, with no broker.")
    ] = False,
    format: Annotated[str | None, typer.Option(help="By default told by its content.")] = None,  # noqa: A002 - its name there
    zone: Annotated[str, typer.Option(help="Zone of timestamps without one.")] = "Europe/Oslo",
    speed: Annotated[float, typer.Option(help="Recorded seconds for each real one; 0 for as fast as it goes.")] = 0.0,
    limit: Annotated[int, typer.Option(help="At most so many messages; 0 for all.")] = 0,
    folder: Annotated[Path, typer.Option(help="Where the replay keeps its store; emptied first.")] = Path(
        "build/replay"
    ),
) -> None:
    """Recorded homes through a whole hub over a real broker, and what came of every input."""
    wanted = replay.Wanted(path=path, format=format, zone=zone, speed=speed, limit=limit, folder=folder)
    account = asyncio.run(replay.into_report(wanted) if report else replay.over_broker(wanted))
    for line in account.lines():
        typer.echo(line)
    if account.unaccounted:
        raise typer.Exit(1)


app.command("backup")(backup_cli.backup)
app.command("restore")(backup_cli.restore)


@app.command("train")
def train_command() -> None:
    """Train every detector now, while no hub runs; a running hub trains by itself at night."""
    for line in asyncio.run(training.train_all(Settings())):
        typer.echo(line)


@app.command("doctor")
def doctor_command() -> None:
    """What is wrong with this installation, and what to do about it."""
    faults = asyncio.run(_examined())
    raise typer.Exit(1 if faults else 0)


async def _examined() -> int:
    marks, faults = {True: "ok  ", None: "note", False: "BAD "}, 0
    async for found in doctor.examine(Settings()):
        typer.echo(f"{marks[found.well]}  {found.what:<10} {found.words}")
        faults += found.well is False
    return faults


def main() -> None:
    """The `carehub` program: a wrong setting is one sentence, not a stack trace."""
    try:
        app()
    except ConfigurationError as error:
        sys.stderr.write(f"carehub: {error}\n")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        log.info("stopped")
        raise SystemExit(0) from None
