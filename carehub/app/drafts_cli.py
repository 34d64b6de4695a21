"""`carehub rules draft`, `ask`, `approve` and `rollback`: a rule changed while the hub runs, through its local door."""

from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from carehub.app.local_secret import TOKEN_FILE
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError

_ANSWER_S = 60.0
By = Annotated[str, typer.Option("--as", help="User name of whoever decides: their rights count, and the log has it.")]
Why = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
DraftId = Annotated[str, typer.Argument(help="The draft's id, as `carehub rules draft` printed it.")]


def draft_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The changed rule, as YAML.")],
    by: By,
    why: Why = "",
    rule: Annotated[str, typer.Option(help="Id of the rule; by default the file's name.")] = "",
) -> None:
    """Keep a draft of a rule in the running hub; exit 1 if anything is wrong with it."""
    body = {"rule": rule or file.stem, "body": file.read_text(encoding="utf-8"), "by": by, "why": why}
    told = _asked("drafts", body)
    typer.echo(f"{told['id']}: {told['state']}")
    for fault in told["faults"]:
        typer.echo(fault, err=True)
    if told["faults"]:
        raise typer.Exit(1)
    typer.echo(f"Next: try it on the past at {_url()}/admin/rules/drafts/{told['id']}, then `carehub rules ask`.")


def ask_command(draft: DraftId, by: By) -> None:
    """Ask for a second person, once the draft has been tried on the past."""
    _act(draft, "ask", by, "")


def approve_command(draft: DraftId, by: By) -> None:
    """Agree as the second person: the rule is in force from now on."""
    _act(draft, "approve", by, "")


def rollback_command(draft: DraftId, by: By, why: Why) -> None:
    """Take a rule back that is in force, or a draft that is not; the rule before is in force again."""
    _act(draft, "end", by, why)


def _act(draft: str, act: str, by: str, why: str) -> None:
    told = _asked(f"drafts/{draft}/{act}", {"by": by, "why": why})
    typer.echo(f"{told['id']}: {told['state']}")


def _url() -> str:
    settings = Settings()
    return f"http://{'127.0.0.1' if settings.host in {'0.0.0.0', '::'} else settings.host}:{settings.port}"  # noqa: S104 - read, not bound


def _asked(path: str, body: dict[str, str]) -> dict[str, Any]:
    """What the running hub answers.

    Raises:
        ConfigurationError: No hub runs on this data folder, or it says no; the message says why.
    """
    file = Settings().data_dir / TOKEN_FILE
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"No hub has run on this data folder, or you may not read {file}.") from error
    headers = {"authorization": f"Bearer {token}", "sec-fetch-site": "same-origin"}
    try:
        answer = httpx2.post(f"{_url()}/api/v1/local/rules/{path}", json=body, headers=headers, timeout=_ANSWER_S)
    except httpx2.HTTPError as error:
        raise ConfigurationError(f"No hub answers at {_url()}: start it with `carehub serve`.") from error
    if answer.is_error:
        raise ConfigurationError(_refusal(answer))
    told: dict[str, Any] = answer.json()
    return told


def _refusal(answer: httpx2.Response) -> str:
    if answer.status_code == 401:  # noqa: PLR2004
        return "The hub does not know this data folder's secret: is it another hub's?"
    if answer.status_code == 403:  # noqa: PLR2004
        return "This user may not decide about rules, or there is no such user."
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError):
        return f"The hub answered {answer.status_code}."
