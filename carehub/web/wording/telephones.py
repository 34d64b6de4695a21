"""Telephone numbers as people write them, and as one taps them."""

import re

from markupsafe import Markup

_NORWEGIAN = re.compile(r"\+47([2-9]\d{7})")
_IN_THREES = ("4", "8", "9")
"""Mobiles and 800-numbers are written "999 00 117"; lines in houses "69 00 00 17"."""


def written(number: str) -> str:
    """A number of Norway's eight digits in groups; what is anything else (abroad, an e-mail address) as it is.

    >>> written("+4799900117"), written("+4769000017"), written("+46701234567")
    ('999 00 117', '69 00 00 17', '+46701234567')
    """
    found = _NORWEGIAN.fullmatch(number)
    if found is None:
        return number
    digits = found[1]
    if digits.startswith(_IN_THREES):
        return f"{digits[:3]} {digits[3:5]} {digits[5:]}"
    return f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"


def tel(number: str) -> Markup:
    """A link that rings."""
    return Markup('<a class="ds-link tel" href="tel:{}">{}</a>').format(number, written(number))
