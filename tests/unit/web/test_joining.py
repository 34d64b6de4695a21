"""A device joins by its code, and is in service when somebody has answered its alarm where it stands."""

from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.showing import labels
from carehub.core.showing.labels import Label, LabelError
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Hub
from carehub.plugins import load_sources
from carehub.store import devices, registry, tables
from carehub.store.tables.places import DeviceStatus
from tests.unit.web.conftest import Browse, Clock, logged_in
from tests.unit.web.test_devices import _open_alert

ZIGBEE_CODE = "83FED3407A939723A5C639B26916D505"
"""Silicon Labs' own example, whose checksum is B5C3."""


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("LW:D0:0011223344556677:AABBCCDDEEFF0011:AABB1122:O1", Label(source="chirpstack", address="aabbccddeeff0011")),
        (f"Z:00158D0001234567$I:{ZIGBEE_CODE}C3B5%M:x",
         Label(source="zigbee2mqtt", address="0x00158d0001234567", secret=f"{ZIGBEE_CODE}C3B5")),
        (f"00158D0001234567|{ZIGBEE_CODE}C3B5",
         Label(source="zigbee2mqtt", address="0x00158d0001234567", secret=f"{ZIGBEE_CODE}C3B5")),
        (f"HUE:Z:{ZIGBEE_CODE}C3B5 M:00158D0001234567",
         Label(source="zigbee2mqtt", address="0x00158d0001234567", secret=f"{ZIGBEE_CODE}C3B5")),
        (" CAREHUB1:carehub_v1:cord:snor:7 ", Label(source="carehub_v1", address="snor:7", kind=DeviceKind.CORD)),
    ],
)  # fmt: skip
def test_codes_that_are_read(said: str, label: Label) -> None:
    assert labels.read(said) == label


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("hei", "Vi kjenner ikke denne koden"),
        (f"Z:00158D0001234567$I:{ZIGBEE_CODE}C3B6", "Kontrollsifrene"),
        ("Z:00158D0001234567$I:83FED3", "feil lengde"),
        ("LW:D1:x", "TR005"),
        ("00:15:8D:00:01:23:45:67", "EUI-nummer"),
        ("CAREHUB1:carehub_v1:bombe:x", "skadet"),
        ("CAREHUB1:carehub_v1:cord:a/#", "skadet"),
    ],
)
def test_codes_that_are_not_read_say_what_to_do(said: str, words: str) -> None:
    with pytest.raises(LabelError, match=words):
        labels.read(said)


def test_typed_addresses_are_written_as_their_road_writes_them() -> None:
    assert labels.typed("zigbee2mqtt", "00:15:8D:00:01:23:45:67").address == "0x00158d0001234567"
    assert labels.typed("chirpstack", "AABBCCDDEEFF0011").address == "aabbccddeeff0011"
    assert labels.typed("carehub_v1", "knapp-7").address == "knapp-7"
    for source, wrong in (("chirpstack", "xyz"), ("carehub_v1", "a b"), ("carehub_v1", "")):
        with pytest.raises(LabelError):
            labels.typed(source, wrong)


def test_a_label_is_read_as_one_whatever_road_was_chosen_for_an_address() -> None:
    """With Zigbee chosen, a label of ours that was typed became a device by that name, and a damaged one did too."""
    assert labels.named("zigbee2mqtt", "CAREHUB1:carehub_v1:cord:snor-7").address == "snor-7"
    assert labels.named("zigbee2mqtt", "stue/snor").source == "zigbee2mqtt"
    for source, wrong in (("zigbee2mqtt", f"Z:00158D0001234567$I:{ZIGBEE_CODE}C3B6"), ("", "stue/snor")):
        with pytest.raises(LabelError):
            labels.named(source, wrong)


async def test_a_technician_joins_a_button_in_a_home_and_each_step_says_what_comes_next(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """F67, F68: from the code on the button to its alarm on the tablet and the answer there."""
    tor = await logged_in(browser(), hub, "tor")
    begun = await tor.post("/admin/join", data={"code": "CAREHUB1:carehub_v1:button:knapp-7", "scope": "rom-104"})
    steps = begun.headers["location"].partition("?")[0]
    device_id = steps.rpartition("/")[2]
    assert '<option value="rom-104" selected>' in (await tor.get(begun.headers["location"])).text
    placed = {"scope_id": "rom-104", "place": "bedroom", "back": steps}
    assert (await tor.post(f"/admin/devices/{device_id}/assign", data=placed)).headers["location"] == steps
    waiting = (await tor.get(steps)).text
    assert "venter på å høre fra utstyret" in waiting
    assert "data-poll" in waiting
    assert "uten prøve er den ekte" in waiting
    assert "Gi det et navn" in waiting

    clock.passes(timedelta(minutes=1))
    async with hub.database.write() as session:
        await devices.write_heard(session, {device_id: clock.now})
    assert "Steg 4 av 4: prøv alarmen" in (await tor.get(steps)).text
    await tor.post(f"{steps}/test")
    assert "utløs alarmen nå" in (await tor.get(steps)).text
    async with hub.database.write() as session:
        alert = await _open_alert(session)
        alert.kind, alert.device_id, alert.raised_at = "test-alarm", device_id, clock.now
    assert "Alarmen kom frem" in (await tor.get(steps)).text
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, alert.id)
        alert.taken_at = clock.now
        assert await devices.note_seen_alarms(session, clock.now) == 1
    over = (await tor.get(steps)).text
    assert "Ferdig: utstyret er i drift" in over
    assert "data-poll" not in over
    assert 'href="/admin/join?scope=rom-104">Neste utstyr her</a>' in over


async def test_a_test_that_came_to_nothing_says_so_and_what_alarmed_instead(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """It fell back to "begin the test", and whoever had pressed another button had called the staff unknowingly."""
    async with hub.database.write() as session:
        known = [registry.KnownDevice(one, one, "carehub_v1", can_alarm=True) for one in ("d1", "d2")]
        await registry.add_unknown(session, known, clock.now)
        (await session.get_one(tables.Device, "d1")).kind = DeviceKind.BUTTON
        await registry.assign_device(session, "d1", "rom-104", None, None, clock.now)
    tor = await logged_in(browser(), hub, "tor")
    assert '<a class="ds-link" href="/admin/join/d1">d1</a>' in (await tor.get("/admin/join")).text  # the page was lost
    await tor.post("/admin/join/d1/test")
    assert "alarmerte kl." not in (await tor.get("/admin/join/d1")).text
    async with hub.database.write() as session:
        alert = await _open_alert(session)
        alert.kind, alert.device_id, alert.scope_id, alert.raised_at = "social-alarm", "d2", "device:d2", clock.now

    assert "Noe annet alarmerte kl. 02:14: d2. Det er en ekte alarm." in (await tor.get("/admin/join/d1")).text
    clock.passes(timedelta(minutes=11))
    assert "Prøven tok slutt kl. 02:24 uten at alarmen kom frem." in (await tor.get("/admin/join/d1")).text


async def test_a_code_that_is_known_leads_to_the_same_device_and_a_secret_is_shown_once_and_never_stored(
    hub: Hub, browser: Browse
) -> None:
    tor = await logged_in(browser(), hub, "tor")
    code = {"code": f"Z:00158D0001234567$I:{ZIGBEE_CODE}C3B5"}
    shown = await tor.post("/admin/join", data=code)
    assert f"{ZIGBEE_CODE}C3B5" in shown.text
    await tor.post("/admin/join", data=code)
    async with hub.database.read() as session:
        (device,) = await devices.by_address(session, "0x00158d0001234567")
    assert device.status is DeviceStatus.UNKNOWN
    assert device.last_seen_at is None
    page = await tor.get(f"/admin/join/{device.id}")
    assert ZIGBEE_CODE not in page.text
    wrong = await tor.post("/admin/join", data={"code": "tull"})
    assert (wrong.status_code, "Vi kjenner ikke denne koden" in wrong.text) == (422, True)
    assert "camera=(self)" in (await tor.get("/admin/join")).headers["permissions-policy"]
    assert "camera=()" in page.headers["permissions-policy"]


async def test_a_code_that_is_known_elsewhere_says_so_and_is_moved_here(hub: Hub, browser: Browse) -> None:
    """Its page said that all was done, and its alarms went on being the other home's."""
    tor = await logged_in(browser(), hub, "tor")
    async with hub.database.write() as session:
        await registry.add_unknown(
            session, [registry.KnownDevice("d1", "snor-1", "carehub_v1", can_alarm=True)], hub.clock()
        )
        await registry.assign_device(session, "d1", "rom-104", None, "bathroom", hub.clock())

    begun = await tor.post("/admin/join", data={"code": "snor-1", "source": "carehub_v1", "scope": "rom-112"})
    shown = (await tor.get(begun.headers["location"])).text

    assert "Det er registrert her fra før, og ikke i Rom 112" in shown
    placed = {"scope_id": "rom-112", "back": "/admin/join/d1"}
    assert 'name="scope_id" value="rom-112"' in shown
    await tor.post("/admin/devices/d1/assign", data=placed)
    assert "registrert her fra før" not in (await tor.get("/admin/join/d1?scope=rom-112")).text


async def test_nobody_is_led_to_a_kind_or_told_that_it_works_before_it_is_known(hub: Hub, browser: Browse) -> None:
    """An alarm button stood chosen, and what was of no kind was said to raise no alarm."""
    tor = await logged_in(browser(), hub, "tor")
    async with hub.database.write() as session:
        device = await session.get_one(tables.Device, "astrid-bathroom")
        device.kind, device.status = DeviceKind.UNKNOWN, DeviceStatus.IN_SERVICE

    shown = (await tor.get("/admin/join/astrid-bathroom")).text

    assert 'name="kind" required><option value="">Velg</option>' in shown
    assert "Det alarmerer ikke selv" not in shown


async def test_each_place_in_a_home_can_be_chosen_once(hub: Hub, browser: Browse) -> None:
    tor = await logged_in(browser(), hub, "tor")
    shown = (await tor.get("/admin/devices/astrid-bathroom")).text
    assert (shown.count(">Gang</option>"), shown.count(">Stue</option>")) == (1, 1)


async def test_a_label_says_its_address_and_nobodys_name_and_a_device_is_taken_down_and_out_of_use(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    tor = await logged_in(browser(), hub, "tor")
    async with hub.database.write() as session:
        known = registry.KnownDevice("d1", "snor-1", "carehub_v1", can_alarm=True)
        await registry.add_unknown(session, [known], clock.now)
        await registry.assign_device(session, "d1", "rom-104", "astrid", "bathroom", clock.now)
    label = (await tor.get("/admin/join/d1/label")).text
    assert "<svg" in label
    assert "Rom 104" not in label
    assert "Nordby" not in (await tor.get("/admin/devices/d1")).text
    await tor.post("/admin/devices/d1/take-down")
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.Assignment).where(tables.Assignment.device_id == "d1"))).all()
    assert [row.until for row in rows] == [clock.now]
    await tor.post("/admin/devices/d1/retire")
    assert "/admin/devices/d1" not in (await tor.get("/admin/devices?q=snor-1")).text
    assert "/admin/devices/d1" in (await tor.get("/admin/devices?q=snor-1&show=retired")).text
    retired = (await tor.get("/admin/devices/d1")).text
    assert ("Angre: skal brukes igjen" in retired, "Sett på prøve" in retired, "Lagre plassen" in retired) == (
        True,
        False,
        False,
    )
    await tor.post("/admin/devices/d1/restore")
    assert "/admin/devices/d1" in (await tor.get("/admin/devices?q=snor-1")).text
    assert (await tor.post("/admin/devices/d1/explode")).status_code == 404


TR005 = "LW:D0:0011223344556677:AABBCCDDEEFF0011:AABB1122"


async def _heard_by_the_things_stack(hub: Hub, *addresses: str) -> None:
    async with hub.database.write() as session:
        heard = [
            registry.KnownDevice(f"tts-{n}", one, "things_stack", can_alarm=True) for n, one in enumerate(addresses)
        ]
        await registry.add_unknown(session, heard, hub.clock())


async def test_a_lorawan_code_finds_the_device_that_the_things_stack_hears(hub: Hub, browser: Browse) -> None:
    """It was joined again as ChirpStack's: placed, on test and never heard, while its alarms were a stranger's."""
    await _heard_by_the_things_stack(hub, "omsorg@ttn/eui-aabbccddeeff0011", "omsorg@ttn/eui-ffffffffffff0011")
    page = await logged_in(browser(), hub, "kari")

    answer = await page.post("/admin/join", data={"code": TR005})

    assert answer.headers["location"] == "/admin/join/tts-0"
    async with hub.database.read() as session:
        assert await devices.by_address(session, "aabbccddeeff0011") == []


async def test_of_two_by_one_name_or_none_the_code_joins_it_and_the_page_says_where_to_look(
    hub: Hub, browser: Browse
) -> None:
    await _heard_by_the_things_stack(hub, "a@ttn/eui-aabbccddeeff0011", "b@ttn/eui-aabbccddeeff0011")
    hub.sources = load_sources(("integrations.sources.chirpstack", "integrations.sources.things_stack"))
    page = await logged_in(browser(), hub, "kari")

    joined = (await page.post("/admin/join", data={"code": TR005})).headers["location"]
    async with hub.database.write() as session:
        (made,) = await devices.by_address(session, "aabbccddeeff0011")
        await registry.assign_device(session, made.id, "rom-104", None, None, hub.clock())

    assert made.source == "chirpstack"
    assert "Tar The Things Stack det imot" in (await page.get(joined)).text
    hub.sources = load_sources(("integrations.sources.chirpstack",))
    assert "The Things Stack" not in (await page.get(joined)).text
