"""Who decided that a rule is not as the rulebook has it, in words, for "Hvorfor?" and "Hvorfor ikke?"."""

from collections.abc import Sequence

from carehub.store import tuning
from carehub.store.database import Session
from carehub.web.tongue import _, later
from carehub.web.wording.tuning_words import decision_words

_OBJECTED = later("Beboeren har sagt nei til det som regelen bygger på, så den er slått av.")


async def in_words(session: Session, ids: Sequence[str]) -> list[str]:
    """A sentence for each decision, the nearest last; nobody is named but who decided."""
    if not ids:
        return []
    found = {line.row.id: line for line in await tuning.lines(session, ids=ids)}
    told = [_sentence(found[one]) for one in dict.fromkeys(ids) if one in found]
    return told + ([_(_OBJECTED)] if any(one.startswith("no-") for one in ids) else [])


def _sentence(line: tuning.Line) -> str:
    whom = "beboeren" if line.row.resident_id else "enheten"
    what = decision_words(line.values, line.was, off=line.row.off)
    return f"Bestemt for {whom}: {what}. {line.by or 'Ukjent'}, {line.row.made_at:%d.%m.%Y}: {line.row.why}"
