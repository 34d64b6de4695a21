"""C38: a hub is one municipality's. Two of them share no table, so no question can forget whose it is."""

from pathlib import Path

from sqlmodel import SQLModel, select

from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.places import UnitKind

_TENANT = ("tenant", "municipality", "kommune", "customer", "organisation", "organization")


def test_no_table_says_whose_it_is_because_all_are_one_municipalitys_c38() -> None:
    """Should a hub ever serve two, this fails, and every question needs its municipality."""
    found = [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if any(word in column.name for word in _TENANT)
    ]
    assert found == []


async def test_two_hubs_on_one_machine_know_nothing_of_each_other_c38(tmp_path: Path) -> None:
    one, other = (Database(f"sqlite:///{tmp_path / name}.db") for name in ("halden", "moss"))
    for database in (one, other):
        await database.migrate()
    async with one.write() as session:
        session.add(tables.Unit(id="sol", name="Solsiden", kind=UnitKind.WARD))

    async with other.read() as session:
        assert (await session.exec(select(tables.Unit))).all() == []
    for database in (one, other):
        await database.close()
