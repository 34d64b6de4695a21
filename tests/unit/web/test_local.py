"""Rules are drafted, agreed and taken back from the command line, through the running hub's local door."""

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from carehub.app.cli import commands
from carehub.app.local_secret import TOKEN_FILE, local_secret
from carehub.core.rules.rule_drafts import written
from carehub.flow.hub import Hub
from carehub.flow.watching import rule_drafts as flow
from tests.unit.web.conftest import SAME_SITE, Browse
from tests.unit.web.test_admin_residents import ruled

__all__ = ["ruled"]
DOOR = "/api/v1/local/rules/drafts"


@pytest.fixture
def secret(ruled: Hub) -> dict[str, str]:
    ruled.local_token = "a-secret-of-the-data-folder"
    return {"authorization": f"Bearer {ruled.local_token}", **SAME_SITE}


async def test_a_draft_is_kept_its_faults_told_and_each_step_said_no_to_in_words(
    ruled: Hub, browser: Browse, secret: dict[str, str]
) -> None:
    client = browser()
    text = written(ruled.rulebook.rules["cold-home"])
    kept = (await client.post(DOOR, json={"rule": "cold-home", "body": text, "by": "Kari"}, headers=secret)).json()
    assert (kept["state"], kept["faults"]) == ("draft", [])
    broken = {"rule": "cold-home", "body": "id: [", "by": "kari"}
    assert (await client.post(DOOR, json=broken, headers=secret)).json()["faults"]
    untried = await client.post(f"{DOOR}/{kept['id']}/ask", json={"by": "kari"}, headers=secret)
    assert (untried.status_code, "prøves på fortiden" in untried.json()["detail"]) == (409, True)
    assert (await client.post(f"{DOOR}/{kept['id']}/end", json={"by": "kari"}, headers=secret)).json()["state"] == (
        "withdrawn"
    )
    assert (await client.post(f"{DOOR}/{kept['id']}/explode", json={"by": "kari"}, headers=secret)).status_code == 404


async def test_the_door_opens_for_the_secret_on_this_machine_and_for_whoever_may_decide(
    ruled: Hub, web: FastAPI, browser: Browse, secret: dict[str, str]
) -> None:
    """C37: without the secret, from elsewhere, through a proxy, or on behalf of a technician it stays shut."""
    body = {"rule": "cold-home", "body": "x", "by": "kari"}
    for address, headers in (
        ("127.0.0.1", SAME_SITE), ("127.0.0.1", {**secret, "authorization": "Bearer wrong"}), ("10.0.0.9", secret),
        ("127.0.0.1", {**secret, "x-forwarded-for": "10.0.0.9"}),
    ):  # fmt: skip
        assert (await browser(address=address).post(DOOR, json=body, headers=headers)).status_code == 401
    for by in ("tor", "anne", "nobody"):
        assert (await browser().post(DOOR, json={**body, "by": by}, headers=secret)).status_code == 403
    ruled.local_token = ""
    assert (await browser().post(DOOR, json=body, headers={**secret, "authorization": "Bearer "})).status_code == 401


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = local_secret(tmp_path)
    assert local_secret(tmp_path) == first
    assert (tmp_path / TOKEN_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("status", "answer", "code", "words"),
    [
        (200, {"id": "d1", "state": "draft", "faults": []}, 0, "d1: draft"),
        (200, {"id": "d1", "state": "draft", "faults": ["no title"]}, 1, "no title"),
        (401, {}, 1, "another hub's"),
        (403, {}, 1, "may not decide"),
        (409, {"detail": "Det er feil i regelen."}, 1, "Det er feil i regelen."),
        (502, {}, 1, "answered 502"),
    ],
)
def test_the_command_line_says_what_the_hub_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, answer: dict[str, object], code: int, words: str
) -> None:
    asked: list[str] = []

    def post(url: str, **_: object) -> httpx2.Response:
        asked.append(url)
        return httpx2.Response(status, json=answer)

    monkeypatch.setenv("CAREHUB_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(httpx2, "post", post)
    local_secret(tmp_path)
    (tmp_path / "cold-home.yaml").write_text("id: cold-home", encoding="utf-8")
    said = CliRunner().invoke(commands("rules"), ["rules", "draft", str(tmp_path / "cold-home.yaml"), "--as", "kari"])
    assert said.exit_code == code
    assert words in said.output + said.stderr + str(said.exception)
    assert asked == ["http://127.0.0.1:8000/api/v1/local/rules/drafts"]


def test_without_a_hub_the_command_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAREHUB_DATA_DIR", str(tmp_path))
    for command in ("approve", "rollback"):
        more = ["--why", "feil"] if command == "rollback" else []
        said = CliRunner().invoke(commands("rules"), ["rules", command, "d1", "--as", "kari", *more])
        assert "No hub has run on this data folder" in str(said.exception)


async def test_two_must_agree_here_too(ruled: Hub, browser: Browse, secret: dict[str, str]) -> None:
    row = await flow.save(ruled, "cold-home", written(ruled.rulebook.rules["cold-home"]), "", "kari")
    answer = await browser().post(f"{DOOR}/{row.id}/approve", json={"by": "kari"}, headers=secret)
    assert answer.status_code == 409
