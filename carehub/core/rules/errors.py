"""What is wrong with a rule, said so that the person who wrote it can mend it.

RuleError: the text is not a rule; mend the text. Nothing else is raised on purpose here.
"""

from collections.abc import Collection
from difflib import get_close_matches

from pydantic import ValidationError

_MOST_SHOWN = 5


class RuleError(ValueError):
    """The text is not a rule of the language; the message is a sentence for its author."""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Suggest the nearest known word, or nothing."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def explained(error: ValidationError, words: Collection[str]) -> RuleError:
    """Turn pydantic's list of faults into at most five short sentences."""
    faults = error.errors(include_url=False, include_context=True)
    lines = [_sentence(".".join(map(str, fault["loc"])), fault["type"], fault["msg"], words) for fault in faults]
    if len(lines) > _MOST_SHOWN:
        lines = [*lines[:_MOST_SHOWN], f"and {len(lines) - _MOST_SHOWN} more faults"]
    return RuleError("; ".join(lines))


def _sentence(place: str, fault: str, message: str, words: Collection[str]) -> str:
    last = place.rpartition(".")[2]
    match fault:
        case "extra_forbidden":
            return f"'{place}' is not a word that may stand here{did_you_mean(last, words)}"
        case "missing":
            return f"'{place}' is missing"
        case _:
            text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
            return f"{place}: {text}" if place else text
