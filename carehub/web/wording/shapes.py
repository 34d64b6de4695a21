"""A sentence with values as a pattern: by its shape, what was stored as words is known again."""

import re
from collections.abc import Mapping

_VALUE = re.compile(r"%\((\w+)\)s")


def shape_of(sentence: str, values: Mapping[str, str]) -> str:
    """The regular expression of what `sentence % {...}` gives, each value a group of its name.

    Args:
        values: What some values look like, as regular expressions; the others are any words.
    """
    parts = enumerate(_VALUE.split(sentence.replace("%%", "%")))  # every second part is the name of a value
    return "".join(f"(?P<{part}>{values.get(part, '.+?')})" if place % 2 else re.escape(part) for place, part in parts)
