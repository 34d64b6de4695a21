"""What is agreed decides: level by level, for as long as it lasts (C33)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from carehub.core.people.access import About
from carehub.core.people.consent import KNOWS, OWN, Consent, Insight, Standing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def consent(standing: Standing, insight: Insight, until: datetime | None = None) -> Consent:
    return Consent(standing=standing, insight=insight, since=NOW - DAY, until=until)


def test_each_level_holds_the_one_before_it_and_none_holds_what_happened_or_the_way_in() -> None:
    levels = [KNOWS[level] for level in Insight]

    assert all(less < more for less, more in pairwise(levels))
    assert not levels[-1] & {About.IDENTITY, About.ALERT, About.DAYS, About.WAY_IN, About.WAITING, About.RECORD}


@pytest.mark.parametrize("about", list(About))
@pytest.mark.parametrize("level", list(Insight))
def test_a_relative_knows_what_the_level_says_the_resident_and_the_guardian_their_own(
    level: Insight, about: About
) -> None:
    assert consent(Standing.RELATIVE, level).sees(about, NOW) == (about in KNOWS[level])
    assert consent(Standing.SELF, level).sees(about, NOW) == (about in OWN)
    assert consent(Standing.GUARDIAN, level).sees(about, NOW) == (about in OWN)


@pytest.mark.parametrize("standing", list(Standing))
def test_nothing_is_seen_before_it_begins_nor_from_its_end_on(standing: Standing) -> None:
    agreed = consent(standing, Insight.HANDLED_ALERTS, until=NOW)

    assert agreed.sees(About.WELL, NOW - timedelta(microseconds=1))
    assert not agreed.sees(About.WELL, NOW)
    assert not agreed.sees(About.WELL, NOW - 2 * DAY)
