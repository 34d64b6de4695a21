"""`carehub device test`: written down while no hub runs, and told to the fold by the next one."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from carehub.app.people_cli import device
from carehub.contracts import ConfigurationError
from carehub.core.folding.silence import LONGEST_TEST, Why
from carehub.store import tables
from carehub.store.database import Database
from tests.journeys.building import NIGHT, furnish


async def test_a_device_is_put_on_test_by_its_name(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8, F84: ten minutes, by id or by the name it has on its road; an unknown name is one sentence."""
    database = Database(sqlite_url)
    async with database.write() as session:
        await furnish(session, NIGHT)
    monkeypatch.setenv("CAREHUB_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("CAREHUB_DATA_DIR", str(tmp_path))

    told = await _run("test", "knapp-anna")
    assert "on test for ten minutes" in told
    async with database.read() as session:
        (silence,) = (await session.exec(select(tables.Silence))).all()
    await database.close()
    assert (silence.why, silence.device_id, silence.told_at) == (Why.TEST, "knapp-anna", None)
    assert silence.until - silence.since <= LONGEST_TEST
    with pytest.raises(ConfigurationError, match="no device 'nothing'"):
        await _run("test", "nothing")


async def _run(*words: str) -> str:
    """As on the command line, in a thread of its own: the command starts its own event loop."""
    result = await asyncio.to_thread(CliRunner().invoke, device, list(words))
    if result.exception is not None:
        raise result.exception
    return result.output
