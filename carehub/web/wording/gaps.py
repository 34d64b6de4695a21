"""A time in which nobody can be reached: stored as bokmål writes it, told as the reader's language does."""

import re
from collections.abc import Mapping
from functools import cache

from babel.dates import get_day_names, get_month_names

from carehub.web.tongue import _, locale

_MOMENT = r"(\S+) (\d+)\. (\S+) kl\. (\d\d:\d\d)"
_GAP = re.compile(rf"{_MOMENT} til {_MOMENT}")


def told_gap(text: str) -> str | None:
    """The gap in the language of the request; None where it is none.

    >>> told_gap("lør. 28. nov. kl. 22:00 til søn. 29. nov. kl. 07:30")
    'lør. 28. nov. kl. 22:00 til søn. 29. nov. kl. 07:30'
    """
    found = _GAP.fullmatch(text)
    if found is None:
        return None
    since, until = (_moment(*found.groups()[at : at + 4]) for at in (0, 4))
    return _("%(since)s til %(until)s", since=since, until=until) if since and until else None


def _moment(day: str, number: str, month: str, clock: str) -> str | None:
    days, months = _numbers()
    if day not in days or month not in months:
        return None
    return _(
        "%(day)s %(number)s. %(month)s kl. %(clock)s", day=get_day_names("abbreviated", locale=locale())[days[day]],
        number=number, month=get_month_names("abbreviated", locale=locale())[months[month]], clock=clock,
    )  # fmt: skip


@cache
def _numbers() -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Bokmål's short names of days and months, each with its number."""
    each = get_day_names("abbreviated", locale="nb"), get_month_names("abbreviated", locale="nb")
    days, months = ({name: number for number, name in names.items()} for names in each)
    return days, months
