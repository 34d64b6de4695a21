"""What is usual for a resident is a stored command: the journal replays it, and a restart remembers it."""

from datetime import timedelta

from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import CommandKind
from carehub.store import stream, tables
from tests.journeys.building import Night
from tests.journeys.replaying import check_replay


async def test_what_is_usual_is_stored_kept_over_a_restart_and_replayed(night: Night) -> None:
    quantiles = Quantiles(days=28, p50=7.0, p75=9.0, p90=12.0, p95=15.0)
    usual = Usual(resident="anna", until=night.clock() + timedelta(days=30), of={"bathroom_stay": quantiles})

    await night.command("home:anna", CommandKind.USUAL, usual=usual)

    (told,) = [row.usual for row in await night.rows(tables.FoldInput) if row.usual]
    assert "bathroom_stay" in told
    async with night.database.read() as session:
        state = (await stream.load_states(session, ["home:anna"]))["home:anna"]
    assert state.usual == {"anna": usual}
    await check_replay(night)
