"""What is usual for a resident is a stored command: the journal replays it, and a restart remembers it."""

from datetime import timedelta
from math import inf, nan

import pytest

from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import CommandKind
from carehub.flow.watching.usual import tell
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


@pytest.mark.parametrize("what", [inf, -inf, nan])
async def test_a_model_that_tells_what_is_no_number_makes_no_home_unreadable(quick_night: Night, what: float) -> None:
    """JSON has none: it was kept as nothing, and the home's state could not be read at the next start."""
    good = Quantiles(days=28, p50=7.0, p75=9.0, p90=12.0, p95=15.0)
    bad = Quantiles(days=28, p50=7.0, p75=what, p90=12.0, p95=15.0)

    told = await quick_night.while_folding(
        tell(quick_night.hub, {"anna": {"bathroom_stay": bad, "quiet_by_day": good}}, everybody=True)
    )

    assert told == 1
    async with quick_night.database.read() as session:
        state = (await stream.load_states(session, ["home:anna"]))["home:anna"]
    assert list(state.usual["anna"].of) == ["quiet_by_day"]
    await check_replay(quick_night)
