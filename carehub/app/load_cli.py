"""`carehub load`: what alerts asked of people, in plain Norwegian. Residents are not named here."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from carehub.app.settings import Settings
from carehub.app.why_cli import reading
from carehub.core.answers.usefulness import LOOK_BACK, Answers, Load, Night
from carehub.core.showing.terms import span
from carehub.core.showing.wording import CAUSE_NB
from carehub.flow.watching.load import SHIFT_NB, Report, as_csv, report
from carehub.kit.clock import utc_now

commands = typer.Typer()


@commands.command()
def load(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = LOOK_BACK.days,
    file: Annotated[Path | None, typer.Option("--csv", help="Write the tables here too, by id.")] = None,
) -> None:
    """What alerts asked of people: of use, false by cause, by shift; nights; how soon they were answered."""
    settings, now = Settings(), utc_now()

    async def found() -> Report:
        async with reading(settings) as session:
            return await report(session, settings.zone_info, now - timedelta(days=days), now)

    told = asyncio.run(found())
    for line in _lines(told, days):
        typer.echo(line)
    if file is not None:
        file.write_text(as_csv(told, residents=True), encoding="utf-8-sig", newline="")


def _lines(told: Report, days: int) -> Iterator[str]:
    yield f"{told.alerts} varsler på {days} døgn"
    for heading, rows in (("Regler", told.rules), ("Utstyr", told.devices), ("Beboere", told.residents)):
        yield f"{heading}:"
        yield from (f"  {one.key}: {_load(one)}" for one in rows)
    yield "Netter:"
    yield from (f"  {_night(one)}" for one in told.nights)
    yield "Svartid for kritiske og alvorlige varsler:"
    yield from (f"  {_answers(one)}" for one in told.answers)


def _load(one: Load) -> str:
    shifts = ", ".join(f"{name} {one.by_shift.get(shift, 0)}" for shift, name in SHIFT_NB.items())
    causes = ", ".join(f"{CAUSE_NB[cause].lower()} {many}" for cause, many in one.false_by_cause.items())
    false = f"falske {one.false}{f' ({causes})' if causes else ''}"
    mark = "; UNDER 20 % TIL NYTTE" if one.wants_a_look else ""
    return f"{one.alerts} varsler ({shifts}); til nytte {one.useful}; {false}{mark}"


def _night(one: Night) -> str:
    woken = sum(one.woken.values())
    off = f"; {woken} ganger ble noen varslet utenom vakt" if woken else ""
    return (
        f"{one.unit or 'uten enhet'}: {one.nights} netter, median {one.median:g} og høyst {one.most} "
        f"meldinger per person og natt{off}"
    )


def _answers(one: Answers) -> str:
    where = f"{one.unit or 'uten enhet'}, {SHIFT_NB[one.shift]}"
    half, ninth = (span(length) if length is not None else "–" for length in (one.median, one.ninth))
    return (
        f"{where}: {one.alerts} varsler, median {half}, 90 % innen {ninth}; "
        f"innen 60 s {one.quick}, innen 180 s {one.prompt}; ubesvart {one.unanswered}"
    )
