"""`carehub load`: what alerts asked of people, in the reader's language. Residents are not named here."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from carehub.app.settings import Settings
from carehub.app.speaking import Spoken, speak
from carehub.app.why_cli import opened
from carehub.core.answers.local_hours import Shift
from carehub.core.answers.summons import Night
from carehub.core.answers.usefulness import LOOK_BACK, Answers, Load
from carehub.flow.watching.load import Report, as_csv, report
from carehub.kit.clock import utc_now
from carehub.web import words
from carehub.web.tongue import _, ngettext
from carehub.web.words import length, share

commands = typer.Typer()


@commands.command()
def load(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = LOOK_BACK.days,
    file: Annotated[Path | None, typer.Option("--csv", help="Write the tables here too, by id.")] = None,
    language: Spoken = None,
) -> None:
    """What alerts asked of people: of use, false by cause, by shift; nights; how soon they were answered."""
    speak(language)
    settings, now = Settings(), utc_now()

    async def found() -> Report:
        async with opened(settings) as database:
            return await report(database, settings.zone_info, now - timedelta(days=days), now)

    told = asyncio.run(found())
    for line in _lines(told, days):
        typer.echo(line)
    if file is not None:
        file.write_text(as_csv(told, residents=True), encoding="utf-8-sig", newline="")


def _lines(told: Report, days: int) -> Iterator[str]:
    yield _("%(alerts)s varsler på %(days)s døgn", alerts=told.alerts, days=days)
    for heading, rows in ((_("Regler"), told.rules), (_("Utstyr"), told.devices), (_("Beboere"), told.residents)):
        yield f"{heading}:"
        yield from (f"  {one.key}: {_load(one)}" for one in rows)
    yield _("Netter:")
    yield from (f"  {_night(one)}" for one in told.nights)
    yield _("Svartid for kritiske og alvorlige varsler:")
    yield from (f"  {_answers(one)}" for one in told.answers)


def _load(one: Load) -> str:
    shifts = ", ".join(f"{name} {one.by_shift.get(Shift(shift), 0)}" for shift, name in words.SHIFTS.items())
    causes = ", ".join(f"{words.CAUSES[cause].lower()} {many}" for cause, many in one.false_by_cause.items())
    said = _(
        "%(alerts)s varsler (%(shifts)s); til nytte %(useful)s; falske %(false)s", alerts=one.alerts, shifts=shifts,
        useful=share(one.useful), false=share(one.false),
    )  # fmt: skip
    mark = "; " + _("UNDER 20 %% TIL NYTTE") if one.wants_a_look else ""
    return f"{said}{f' ({causes})' if causes else ''}{mark}"


def _night(one: Night) -> str:
    woken = sum(one.woken.values())
    said = _(
        "%(unit)s: %(nights)s netter, median %(median)s og høyst %(most)s meldinger per person og natt",
        unit=one.unit or _("uten enhet"), nights=one.nights, median=f"{one.median:g}", most=one.most,
    )  # fmt: skip
    times = ngettext("%(num)d gang", "%(num)d ganger", woken)
    off_duty = _("Noen ble varslet utenom vakt: %(times)s", times=times)
    return f"{said}. {off_duty}" if woken else said


def _answers(one: Answers) -> str:
    half, ninth = (length(took) if took is not None else "–" for took in (one.median, one.ninth))
    return _(
        "%(unit)s, %(shift)s: %(alerts)s varsler, median %(half)s, 90 %% innen %(ninth)s; innen 60 s %(quick)s, "
        "innen 180 s %(prompt)s; ubesvart %(unanswered)s",
        unit=one.unit or _("uten enhet"), shift=words.SHIFTS[one.shift.value], alerts=one.alerts, half=half,
        ninth=ninth,
        quick=share(one.quick), prompt=share(one.prompt), unanswered=one.unanswered,
    )  # fmt: skip
