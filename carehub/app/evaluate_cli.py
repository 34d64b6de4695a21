"""`carehub evaluate`: models and thresholds measured on recorded homes, by a published protocol."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from carehub.app.recordings.study import read_study
from carehub.app.settings import Settings, names
from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.core.rules.language import Rule
from carehub.core.rules.matching import matching
from carehub.kit.clock import utc_now
from carehub.plugins import load_module, load_rulebook

commands = typer.Typer()
evaluate = typer.Typer(no_args_is_help=True, help="Models measured on recorded homes.")
commands.add_typer(evaluate, name="evaluate")

_REPORT = "models.evaluation.report"
_RESTLESSNESS = "models.restlessness"
_MEASURED = frozenset(
    {
        EventKind.PULSE, EventKind.BLOOD_PRESSURE_SYSTOLIC, EventKind.BLOOD_PRESSURE_DIASTOLIC,
        EventKind.BODY_TEMPERATURE, EventKind.BODY_WEIGHT,
    }
)  # fmt: skip
Bounds = tuple[frozenset[str], Callable[[str, float], bool]]


@evaluate.callback()
def about() -> None:
    """Models measured on recorded homes."""


@evaluate.command()
def tihm(
    data: Annotated[Path, typer.Option(help="TIHM's folder.")],
    *,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the households, and the moments of the injected outages.")] = 1,
    zone: Annotated[str, typer.Option(help="Zone of timestamps without one.")] = "Europe/Oslo",
) -> None:
    """Agitation label days in TIHM, the outage of June 2019, and thresholds against clinicians."""
    study, settings = read_study(data, ZoneInfo(zone)), Settings()
    rulebook, _ = load_rulebook(settings.rulebook_dir, zone)
    found = load_module(_REPORT).report(
        study, zone=ZoneInfo(zone), seed=seed,
        rules={name: bounds for name, rule in rulebook.rules.items() if (bounds := _bounds(rule)) is not None},
        others=[load_module(name).DETECTOR for name in names(settings.detectors) if name != _RESTLESSNESS],
    )  # fmt: skip
    for line in found.lines:
        typer.echo(line)
    if as_json is not None:
        as_json.write_text(json.dumps(found.data, indent=2) + "\n", encoding="utf-8")


def _bounds(rule: Rule) -> Bounds | None:
    """What a threshold rule watches, and when a value is outside; the bounds stand in the rule and nowhere else."""
    watched = rule.watch or ()
    kinds = frozenset(str(kind) for matcher in watched for kind in matcher.all_kinds)
    if not kinds or not kinds <= _MEASURED or not all(matcher.bounds for matcher in watched):
        return None
    outside, now = matching(watched), utc_now()

    def fits(kind: str, value: float) -> bool:
        return outside.fits(Event(seq=0, at=now, kind=kind, scope="", source="study", value=value))

    return kinds, fits
