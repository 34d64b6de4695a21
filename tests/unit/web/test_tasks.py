from datetime import timedelta

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import tables, tasks
from carehub.store.tasks import Wanted
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in


@BOTH
async def test_a_task_is_done_and_undone_and_a_technician_sees_only_their_own(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        due = clock.now - timedelta(days=1)
        wanted = Wanted(kind="x", subject="1", words="Fornye vedtaket.", due_at=due, resident="gerd", link="/blind")
        one = await tasks.ask(session, wanted, clock.now)
        two = await tasks.ask(
            session, Wanted(kind="x", subject="2", words="Bytt sensor.", due_at=due, role=Role.TECHNICIAN), clock.now
        )
        assert one is not None
        assert two is not None
        names = [(await session.get_one(tables.Resident, "gerd")).family_name, one.id, two.id]
    kari, tor = await logged_in(browser(), hub, "kari"), await logged_in(browser(), hub, "tor")
    listed = (await kari.get("/admin/tasks")).text
    assert "Fornye vedtaket." in listed
    assert names[0] in listed
    assert "gått ut" in listed
    assert "Bytt sensor." in listed
    assert "Fornye" not in (await tor.get("/admin/tasks")).text
    assert (await tor.post(f"/admin/tasks/{names[1]}/done")).status_code == 403

    assert (await kari.post(f"/admin/tasks/{names[1]}/done")).status_code == 303
    assert "Angre" in (await kari.get("/admin/tasks")).text
    assert (await kari.post(f"/admin/tasks/{names[1]}/undo")).status_code == 303
    await tor.post(f"/admin/tasks/{names[2]}/done")
    assert "Ingen oppgaver venter" in (await tor.get("/admin/tasks")).text
    assert (await kari.post(f"/admin/tasks/{names[1]}/shout")).status_code == 404


@BOTH
async def test_what_a_colleague_has_done_meanwhile_is_told_and_is_not_called_saved(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        wanted = Wanted(kind="x", subject="1", words="Fornye vedtaket.", due_at=clock.now)
        task = await tasks.ask(session, wanted, clock.now)
        assert task is not None
        here = f"/admin/tasks/{task.id}"
    kari, admin = await logged_in(browser(), hub, "kari"), await logged_in(browser(), hub, "admin")

    await kari.post(f"{here}/done")
    late = await admin.post(f"{here}/done")
    undone, again = await kari.post(f"{here}/undo"), await admin.post(f"{here}/undo")

    assert [one.status_code for one in (late, undone, again)] == [409, 303, 409]
    assert "har alt meldt den som gjort." in late.text
    assert "Den er alt åpnet igjen." in again.text
    assert "set-cookie" not in late.headers
