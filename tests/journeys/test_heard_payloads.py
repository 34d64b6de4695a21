"""C57: forty scripts as devices and telephones bring them, by MQTT and by SMS, all the way to the pages."""

from sqlmodel import select

from carehub.store import tables
from tests.injection import PAYLOADS, injected, shown
from tests.journeys.building import INGRID, Night
from tests.journeys.desk import desk

_PATHS = (
    "/tablet", "/nurse", "/admin", "/admin/devices", "/admin/devices?show=unknown", "/admin/dead-letters",
    "/admin/events", "/admin/ledger", "/silences", "/blind", "/visits", "/admin/tasks", "/admin/load",
    "/admin/join", "/messages",
)  # fmt: skip


async def _said(night: Night, payload: str) -> None:
    """By every road: as a device's name, as a kind, as a value, as an id, as what cannot be read, and as a reply."""
    name = payload.replace("+", "").replace("#", "")
    await night.hear(
        night.message(f"zigbee2mqtt/{name}", {"action": payload, "contact": payload, "battery": payload}),
        night.message(f"zigbee2mqtt/{name}", {"contact": False, "device": {"friendlyName": payload, "model": payload}}),
        night.message(f"carehub/v1/{name[:60]}/event", {"id": payload, "kind": "door.opened", "at": payload}),
        night.message("carehub/v1/knapp-anna/event", {"id": f"v-{payload}", "kind": payload, "value": payload}),
        night.message("carehub/v1/knapp-anna/alarm", {"id": f"a-{payload}", "kind": payload, "detail": payload}),
        night.message(f"zigbee2mqtt/{name}", payload.encode()),
    )
    await night.reply(INGRID, payload)
    await night.reply("+4799999999", payload)


async def test_what_devices_and_telephones_say_is_text_on_every_page_c57(night: Night) -> None:
    """On a server every list and a few pages of each sort: a page of one thing is drawn by the same code on both."""
    few = None if night.database.is_sqlite else 5
    for payload in PAYLOADS:
        await _said(night, payload)
    async with night.database.read() as session:
        devices = (await session.exec(select(tables.Device.id))).all()
        alerts = (await session.exec(select(tables.Alert.id))).all()
        seqs = (await session.exec(select(tables.Event.seq))).all()
    paths = [
        *_PATHS, *(f"/admin/devices/{one}" for one in devices[:few]),
        *(f"/admin/join/{one}" for one in devices[:few]), *(f"/nurse/{one}" for one in alerts[:few]),
        *(f"/admin/events/{one}" for one in seqs[: few or 80]),
        *(f"/admin/devices?page={number}" for number in (2, 3)), *(f"/admin/dead-letters?page={n}" for n in (2, 3, 4)),
    ]  # fmt: skip
    found, seen = {}, set[str]()
    async with await desk(night) as client:
        for path in paths:
            answer = await client.get(path, follow_redirects=True)
            assert answer.status_code < 500, path
            if bad := injected(answer.text):
                found[path] = bad
            seen |= shown(answer.text)

    assert found == {}
    assert len(devices) > len(PAYLOADS) / 2, "each name that is heard is listed"
    assert len(seen) >= 30, sorted(set(PAYLOADS) - seen)
