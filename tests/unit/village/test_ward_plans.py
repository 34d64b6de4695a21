"""The village's wards are drawn so that the drawing could be saved by hand, and every room is on it."""

from carehub.app.ward_plans import ward
from carehub.core.showing.floor_plan import PartKind, faults
from carehub.village.homes import directory


def test_both_wards_are_drawn_whole_and_without_faults() -> None:
    village = directory(1)
    for unit in ("ward-furu", "ward-bjork"):
        rooms = [(one.id, one.name) for one in village.dwellings if one.unit_id == unit]

        parts = list(ward([scope for scope, _ in rooms]))

        assert faults(parts, rooms) == []
        assert [one.scope for one in parts if one.kind is PartKind.ROOM] == [scope for scope, _ in rooms]
