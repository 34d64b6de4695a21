"""`carehub demo`, and the parts of it by themselves."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from carehub.app import demo, village
from carehub.app.settings import Settings

commands = typer.Typer()


@commands.command("demo")
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


@commands.command("exchange", hidden=True)
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


@commands.command("simulate")
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
