"""All that the fold remembers of one scope, as it is stored."""

from datetime import datetime, timedelta

from msgspec import Struct

from carehub.core.days.usual import Usual
from carehub.core.events import Value
from carehub.core.findings import Held
from carehub.core.folding.silence import Silence
from carehub.core.kinds import EventKind
from carehub.core.rules.overrides import NOTHING, Tuning
from carehub.core.rules.state import RuleState

_FALLS_ASLEEP = timedelta(minutes=20)
_STALE = timedelta(hours=16)


class Seen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last state that a device told of one aspect, and since when.

    Attributes:
        both: True once the device has told of more than one state; one that only ever says
            "motion" never says that it stopped, and its repeats are new motion.
        kept: Known only from what the broker had kept; no rule was shown it, so that the device says it again is news.
    """

    kind: str
    at: datetime
    value: Value = None
    both: bool = False
    kept: bool = False


class ScopeState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that the fold remembers of one scope; it goes to JSON and back unchanged.

    Attributes:
        version: Rises by one with every change; writes compare it.
        rules: Per state key: the rule's id, or "id/device" for a rule that is kept per device.
        seen: Per "device/aspect".
        flags: "away" and "staff_present", until when; None means until told otherwise.
        usual: By resident, what is usual for them.
        silences: By id, those in force; each has its deadline row under "silence/<id>".
        held: What they hold and what has not ended meanwhile, by rule key and device.
        tuning: What was decided about rules here; the next change has its deadline row under "tuning".
        armed: Per state key, the deadline row that is known to exist; never later than the wanted due.
    """

    scope: str
    version: int = 0
    rules: dict[str, RuleState] = {}
    seen: dict[str, Seen] = {}
    flags: dict[str, datetime | None] = {}
    armed: dict[str, datetime] = {}
    usual: dict[str, Usual] = {}
    silences: dict[str, Silence] = {}
    held: dict[str, Held] = {}
    tuning: Tuning = NOTHING

    def lies_in_bed(self, moment: datetime) -> bool:
        """Whether a bed's own sensor has said for a while, and lately enough, that somebody lies there."""
        return any(
            one.kind == EventKind.BED_ENTERED and _FALLS_ASLEEP <= moment - one.at <= _STALE
            for one in self.seen.values()
        )
