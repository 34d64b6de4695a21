"""Promises and proofs: what stands in the README, and how the hub fares now."""

from datetime import timedelta

from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.web.admin.promises import promised, read
from tests.unit.web.conftest import Browse, Clock, logged_in


def test_the_table_of_the_readme_is_read_without_its_marks() -> None:
    text = "## Promises and proofs\n\n| P | F | C |\n| [a](b) `c` | 5 s (**missed**) | `x \\| y` |\n\n## N"
    (one,) = read(text)
    assert (one.promise, one.figure, one.command, one.missed) == ("a c", "5 s (missed)", "x | y", True)
    assert len(promised()) > 20


async def test_the_page_says_how_the_hub_fares_and_marks_what_is_late(hub: Hub, browser: Browse, clock: Clock) -> None:
    tor = await logged_in(browser(), hub, "tor")
    before = (await tor.get("/admin/promises")).text
    assert "a press reaches a nurse" in before
    async with hub.database.write() as session:
        session.add(
            tables.Notice(
                id=new_id(), channel="sms", address="+4790000000", text="x", severity=Severity.CRITICAL, cycle="c",
                created_at=clock.now, not_before=clock.now - timedelta(minutes=7),
            )
        )  # fmt: skip
    after = (await tor.get("/admin/promises")).text
    assert "7 min 0 s" in after
    assert after.count("Se på det") > before.count("Se på det")
    start = (await tor.get("/admin")).text
    assert "Den eldste usendte meldingen har ventet i 7 minutter" in start
    assert '<span class="tiles__number">1</span> melding venter på å bli sendt' in start
