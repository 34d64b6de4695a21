"""What whoever puts up a device asks: how its test went, what else alarmed meanwhile, and what is not finished."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, or_, select

from carehub.core.answers.alerts import PERSONAL
from carehub.core.folding.silence import Why
from carehub.store import registry, tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus

_LATELY = timedelta(hours=1)
_FEW = 5


async def last_test(session: Session, device_id: str, now: datetime) -> tables.Silence | None:
    """The newest time within the hour in which its alarm was to be a test."""
    one = tables.Silence
    asked = select(one).where(one.device_id == device_id, one.why == Why.TEST, one.since > now - _LATELY)
    return (await session.exec(asked.order_by(col(one.since).desc()).limit(1))).first()


async def alarmed_instead(
    session: Session, device_id: str, scope: str, since: datetime
) -> Sequence[tuple[tables.Device, tables.Alert]]:
    """What else in this home, or standing nowhere, has alarmed since then: the wrong button, or the wrong code."""
    alert, device = tables.Alert, tables.Device
    near = or_(alert.scope_id == scope, alert.scope_id == registry.unknown_scope("") + col(alert.device_id))
    asked = (
        select(device, alert)
        .join(alert, col(alert.device_id) == col(device.id))
        .where(alert.raised_at >= since, device.id != device_id, near, col(alert.kind).in_(PERSONAL))
    )
    return (await session.exec(asked.order_by(col(alert.raised_at).desc()).limit(_FEW))).all()


async def unfinished(session: Session, units: Collection[str] | None) -> Sequence[tuple[tables.Device, tables.Scope]]:
    """What was put up and has not been seen to work yet, the newest first: a few, to go on with.

    Args:
        units: Only in these; None for all of them.
    """
    device, stands, scope = tables.Device, tables.Assignment, tables.Scope
    asked = (
        select(device, scope)
        .join(stands, (col(stands.device_id) == col(device.id)) & col(stands.until).is_(None))
        .join(scope, col(scope.id) == col(stands.scope_id))
        .where(device.status == DeviceStatus.NOT_IN_SERVICE)
        .order_by(col(stands.since).desc(), device.id)
        .limit(_FEW)
    )
    if units is not None:
        asked = asked.where(or_(col(scope.unit_id).is_(None), col(scope.unit_id).in_(units)))
    return (await session.exec(asked)).all()
