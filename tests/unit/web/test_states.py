from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carehub.core.events import Command, CommandKind
from carehub.core.folding.fold import ScopeState, fold
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.store import stream
from tests.unit.web.conftest import Browse, Clock, logged_in

PAGE = "/admin/residents/gerd"
Told = list[tuple[str, CommandKind, datetime | None]]


@pytest.fixture
def told(hub: Hub, clock: Clock) -> Told:
    """The commands that came, each folded and stored as the hub would."""
    heard: Told = []

    async def command(scope: str, kind: CommandKind, *, until: datetime | None = None, by: str | None = None) -> None:
        heard.append((scope, kind, until))
        given: Any = Command(seq=1, scope=scope, kind=kind, at=clock.now, until=until, by=by)
        async with hub.database.write() as session:
            before = (await stream.load_states(session, [scope])).get(scope, ScopeState(scope=scope))
            await stream.save_states(session, [fold(before, given, Rulebook.safe_mode(), clock.now).state], 1)

    hub.command = command
    return heard


async def test_follow_up_after_hospital_is_told_to_the_rules_shown_and_ended(
    hub: Hub, browser: Browse, told: Told, clock: Clock
) -> None:
    kari = await logged_in(browser(), hub, "kari")
    asked = {"state": "rehabilitation", "on": "true", "last": "2026-01-29"}

    assert (await kari.post(f"{PAGE}/state", data=asked)).headers["location"] == f"{PAGE}#states"

    assert told == [("rom-207", CommandKind.REHABILITATION, datetime(2026, 1, 29, 23, tzinfo=UTC))]
    assert "torsdag 29. januar" in (await kari.get(PAGE)).text or "30. januar kl. 00" in (await kari.get(PAGE)).text
    await kari.post(f"{PAGE}/state", data={"state": "rehabilitation", "on": "false"})
    assert told[-1][1] is CommandKind.REHABILITATION_ENDED
    assert "Avslutt nå<span" not in (await kari.get(PAGE)).text.partition("Rettslig grunnlag")[0]


async def test_a_state_ends_by_itself_on_the_page_too(hub: Hub, browser: Browse, told: Told, clock: Clock) -> None:
    kari = await logged_in(browser(), hub, "kari")
    asked = {"state": "digital_supervision", "on": "true", "last": "2026-01-16"}
    await kari.post(f"{PAGE}/state", data=asked)
    assert told
    clock.passes(timedelta(days=3))
    kari = await logged_in(browser(), hub, "kari")

    assert "Avslutt nå<span" not in (await kari.get(PAGE)).text.partition("Rettslig grunnlag")[0]


@pytest.mark.parametrize(
    "form", [{"state": "rehabilitation", "on": "true"}, {"state": "away", "on": "true", "last": "2026-01-20"}, {}]
)
async def test_a_state_needs_an_end_and_must_be_one_of_ours(
    hub: Hub, browser: Browse, told: Told, form: dict[str, str]
) -> None:
    kari = await logged_in(browser(), hub, "kari")

    assert (await kari.post(f"{PAGE}/state", data=form)).status_code == 422
    assert told == []
