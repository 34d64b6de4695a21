"""Whether a text holds what somebody looks for, whatever the case: asked in the store, where a list is long."""

from sqlalchemy import ColumnElement
from sqlmodel import col, or_


def holds(words: str, *places: str | None) -> ColumnElement[bool]:
    """Where one of these columns holds the words.

    SQLite knows the case of A to Z alone, and a name begins with Ø as well: of other letters each common way of
    writing is looked for.
    """
    ways = {words} if words.isascii() else {words, words.lower(), words.upper(), words.capitalize(), words.title()}
    return or_(*(col(place).icontains(way, autoescape=True) for way in sorted(ways) for place in places))
