"""`carehub rules`: check a folder of rules, and tell what a rule means."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from carehub.app import drafts_cli
from carehub.app.backtest_cli import backtest_command
from carehub.app.settings import Settings, names
from carehub.core.rules import served
from carehub.core.rules.describe import described
from carehub.core.rules.language import Rule, json_schema
from carehub.core.rules.reference import with_reference
from carehub.core.rules.rulebook import OSLO
from carehub.plugins import load_rulebook, load_sources

commands = typer.Typer()
app = typer.Typer(no_args_is_help=True, help="The rulebook: what people have decided.")
commands.add_typer(app, name="rules")

app.command("backtest")(backtest_command)
app.command("draft")(drafts_cli.draft_command)
app.command("ask")(drafts_cli.ask_command)
app.command("approve")(drafts_cli.approve_command)
app.command("rollback")(drafts_cli.rollback_command)

Folder = Annotated[
    Path,
    typer.Argument(
        help="The folder with one .yaml file for each rule.", default_factory=lambda: Settings().rulebook_dir
    ),
]
Zone = Annotated[str, typer.Option(help="The residents' time zone.")]


@app.command()
def check(folder: Folder, zone: Zone = OSLO) -> None:
    """Read every rule, run its examples, ask for its legal basis and a source; exit 1 if anything is wrong."""
    rulebook, faults = load_rulebook(folder, zone)
    roads = _roads()
    for rule in rulebook.rules.values():
        faults += [f"{rule.id}.yaml: {objection}" for objection in served.objections(rule, roads)]
    for fault in faults:
        typer.echo(fault, err=True)
    rules = rulebook.rules.values()
    examples = sum(len(rule.examples) for rule in rules)
    enabled = sum(rule.enabled for rule in rules)
    typer.echo(f"{len(rules)} rules sound ({enabled} switched on), {examples} examples passed, {len(faults)} faults.")
    if faults:
        raise typer.Exit(1)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="The rule's id, such as night-exit.")],
    lang: Annotated[Literal["nb", "nn", "en"], typer.Option(help="nb, nn or en.")] = "nb",
    folder: Annotated[Path | None, typer.Option(help="The folder of rules; by default the one in use.")] = None,
    zone: Zone = OSLO,
) -> None:
    """Tell in plain words when a rule alerts, and which stories it has passed."""
    rulebook, faults = load_rulebook(folder or Settings().rulebook_dir, zone)
    found = rulebook.rules.get(rule)
    if found is None:
        why = next((fault for fault in faults if fault.startswith(f"{rule}.yaml:")), None)
        known = ", ".join(rulebook.rules) or "none"
        typer.echo(why or f"There is no rule '{rule}'. The rules are: {known}.", err=True)
        raise typer.Exit(1)
    typer.echo(_told(found, lang))


@app.command(hidden=True)
def reference(folder: Folder) -> None:
    """Write the language's schema and its tables anew, after a change of the language."""
    (folder / "schema.json").write_text(schema_text(), encoding="utf-8")
    readme = folder / "README.md"
    text = with_reference(readme.read_text(encoding="utf-8"))
    rules = load_rulebook(folder, OSLO)[0].rules
    readme.write_text(served.with_table(text, rules, _roads()), encoding="utf-8")


def _roads() -> dict[str, frozenset[str]]:
    """What each road of the settings can say."""
    return {source.name: source.kinds for source in load_sources(names(Settings().sources))}


def schema_text() -> str:
    """The schema as it stands in `rules/schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


_GROUNDS = {"nb": "Krever ett av disse grunnlagene", "nn": "Krev eitt av desse grunnlaga", "en": "Needs one of these"}


def _told(rule: Rule, lang: Literal["nb", "nn", "en"]) -> str:
    lines = [getattr(rule.title, lang), described(rule, lang)]
    if rule.text:
        lines.append(getattr(rule.text, lang))
    if grounds := served.basis_words(rule, lang):
        lines.append(f"{_GROUNDS[lang]}: {grounds}.")
    lines += ["", *(f"- {example.name}" for example in rule.examples)]
    return "\n".join(lines)
