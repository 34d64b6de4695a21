"""Part of station 2: a device that comes and goes is one alert, "ustabil", and at most one an hour.

Its alarms are never here. When it stays away for good, the watch finds it silent, and that alerts by itself.
"""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import structs

from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.flow.grouping import equipment
from carehub.store import flapping, reports
from carehub.store.database import Session

Finds = Sequence[tuple[Finding, Event | None]]
KIND, CALM = equipment.COMES_AND_GOES, "device-silent"
TOGGLES, WITHIN, ONE_EACH = 4, timedelta(minutes=10), timedelta(hours=1)


async def fold_together(session: Session, findings: Finds) -> Finds:
    """Give the silences of a device that comes and goes one name; what was told within the hour is only counted."""
    kept: list[tuple[Finding, Event | None]] = []
    for finding, event in findings:
        if finding.kind != CALM or finding.device is None or not await _is_unstable(session, finding, finding.device):
            kept.append((finding, event))
            continue
        await flapping.rename(session, finding.device, CALM, KIND)
        await equipment.take_back(session, finding.device)
        closed = await flapping.closed_since(session, finding.device, KIND, finding.at - ONE_EACH)
        if closed is None:
            kept.append((structs.replace(finding, kind=KIND), event))
        else:
            await reports.add_reports(session, closed, [finding])
    return kept


async def _is_unstable(session: Session, finding: Finding, device: str) -> bool:
    return await flapping.times_lost(session, finding.scope, device, finding.at - WITHIN) > TOGGLES
