"""Under "Hvorfor?" a nurse reads the rule in sentences, where it still is the one that judged, and no name in code."""

import msgspec
from sqlmodel import select

from carehub.core.findings import Trace
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import words
from tests.browser.seed import rulebook
from tests.unit.web.conftest import Browse, logged_in

OUT = "c310".ljust(32, "0")


async def _judged_by(hub: Hub, version: str, *tuned: str) -> None:
    """As if this version of the rule had raised the alert."""
    async with hub.database.write() as session:
        row = (await session.exec(select(tables.AlertEvent).where(tables.AlertEvent.alert_id == OUT))).one()
        trace = msgspec.json.decode(row.trace, type=Trace)
        judged = msgspec.structs.replace(trace, version=version, tuned=tuned)
        row.trace = msgspec.json.encode(judged).decode()
        session.add(row)


async def test_the_rule_is_said_in_sentences_and_never_by_its_name_in_code(hub: Hub, browser: Browse) -> None:
    hub.rulebook = rulebook()
    rule = hub.rulebook.rules["night-exit"]
    nurse = await logged_in(browser(), hub, "jonas")

    await _judged_by(hub, hub.rulebook.programs["night-exit"].version)
    told = (await nurse.get(f"/nurse/{OUT}")).text
    await _judged_by(hub, "an older one")
    changed = (await nurse.get(f"/nurse/{OUT}")).text
    await _judged_by(hub, hub.rulebook.programs["night-exit"].version, "tuned")
    tuned = (await nurse.get(f"/nurse/{OUT}")).text

    assert words.told(rule) in told
    for text in (changed, tuned):
        assert words.told(rule) not in text  # it may not be what judged: the whole account says what did
        assert "Alt om hvorfor" in text
    assert "night-exit" not in told + changed + tuned
