"""A siren sounds while nobody has the alert, and falls silent when somebody does; a second gateway's reports count."""

import json
from dataclasses import dataclass
from typing import ClassVar

import httpx2
import pytest

from carehub.contracts import Fate, OutgoingNotice, Receipt
from carehub.flow.reaching.telling import about
from carehub.store import outbox
from carehub.store.tables.alerts import NoticeState
from carehub.web import create_web
from integrations.channels import sms_gateway
from tests.journeys.building import INGRID, MARIA, Night, Recorder, accepts, refuses_for_now
from tests.journeys.telephones import only_by
from tests.journeys.test_storm import build, offline


@dataclass
class Siren(Recorder):
    """Writes down when it sounds and when it falls silent; or its road is gone."""

    name: ClassVar[str] = "siren"
    heard_within_s: ClassVar[float | None] = None
    fate: Fate = Fate.ACCEPTED

    async def send(self, notice: OutgoingNotice) -> Receipt:
        self.tried.append((self.clock.now, notice))
        if self.fate is Fate.ACCEPTED:
            self.sent.append((self.clock.now, notice))
        return Receipt(fate=self.fate, reference=notice.id)

    @property
    def heard(self) -> list[str]:
        return ["off" if notice.ends else "on" for _, notice in self.sent]


@pytest.fixture
async def siren(night: Night) -> Siren:
    """The ward's siren stands in Ingrid's list of ways, so that the first rung sounds it."""
    built = Siren(night.clock)
    night.channels["siren"] = built
    await only_by(night, "ingrid", "siren", "sol")
    return built


async def test_a_siren_falls_silent_when_somebody_takes_the_alert(night: Night, siren: Siren) -> None:
    await night.press()
    assert siren.heard == ["on"]

    await night.take("maria")
    await night.work()

    assert siren.heard == ["on", "off"]
    assert siren.sent[-1][1].address == "sol"
    await night.arrive("maria")
    await night.close("maria")
    await night.work()
    assert set(siren.heard[2:]) <= {"off"}


async def test_a_siren_that_another_alert_needs_goes_on(night: Night, siren: Siren) -> None:
    await night.press("knapp-anna")
    await night.press("knapp-bjarne")
    await night.take("maria", 0)
    await night.work()
    assert siren.heard == ["on", "on"]

    await night.take("maria", 1)
    await night.work()

    assert siren.heard[2:] == ["off"]


async def test_a_siren_falls_silent_when_its_alert_is_put_to_rest_with_another(night: Night, siren: Siren) -> None:
    """A call for help ends with the alert that it was for, and so does its siren."""
    await night.press()
    await night.take("maria")
    await night.pass_time(1)
    await night.call_help("maria")
    await night.work()
    assert siren.heard == ["on", "off", "on"]

    await night.close("maria")
    await night.work()

    assert siren.heard[3:] == ["off"]


async def test_a_siren_falls_silent_when_its_alert_becomes_part_of_an_outage(night: Night) -> None:
    """F69: what single devices began ends when many are silent together."""
    night.channels["siren"] = siren = Siren(night.clock)
    await build(night, homes=12, sensors=1)
    mine = [f"føler-hus{n:03}-0" for n in range(0, 12, 2)]
    for device in mine[:4]:
        await night.hear(offline(night, device))
    alert = (await night.alerts())[0]
    async with night.database.write() as session:
        await outbox.write(session, [about(alert, "rung:1", night.clock()).row("siren", "gang", "x")])
    await night.work()
    assert siren.heard == ["on"]

    await night.hear(*(offline(night, device) for device in mine[4:]))
    await night.work()

    assert [notice.address for _, notice in siren.sent if notice.ends] == ["gang"]


async def test_a_siren_whose_road_is_gone_is_switched_off_when_it_is_back_f40(night: Night, siren: Siren) -> None:
    """F40 for sirens: the word "off" is never given up, and closing the alert does not cancel it."""
    await night.press()
    siren.fate = Fate.FAILED_FOR_NOW
    await night.take("maria")
    await night.close("maria")
    await night.pass_time(5)
    assert siren.heard == ["on"]

    siren.fate = Fate.ACCEPTED
    await night.pass_time(1)

    assert "off" in siren.heard


async def test_a_summons_that_could_not_be_sent_is_not_sent_after_somebody_came(night: Night) -> None:
    night.phones.network = {INGRID: accepts, MARIA: refuses_for_now()}
    night.ingest.deliver(night.pressed())
    await night.fold()
    await night.take("ingrid")
    async with night.database.write() as session:
        for notice in await night.notices():
            notice.state = NoticeState.WAITING  # as if it had been on its way just then
            await session.merge(notice)

    await night.work()
    await night.pass_time(1)

    (late,) = [one for one in await night.notices() if one.address == MARIA]
    assert (late.state, late.reason, late.attempts) == (NoticeState.FAILED, "answered before it was sent", 1)


async def test_what_a_second_gateway_reports_moves_its_notice_c28(night: Night) -> None:
    """C28: 403 for whoever lacks the secret, 404 for a channel that reports nothing, 422 for what says nothing."""
    settings = {"gateway_url": "http://127.0.0.1:9/", "gateway_token": "hemmelig"}
    channel = sms_gateway.GatewayChannel(sms_gateway.GatewaySettings.model_validate(settings))
    night.phones.network = {INGRID: lambda _: Receipt(fate=Fate.ACCEPTED, reference="gateway:77")}
    await night.press()
    night.channels["sms_gateway"] = channel
    body = json.dumps({"id": "77", "status": "delivered"})

    transport = httpx2.ASGITransport(app=create_web(night.hub))
    async with httpx2.AsyncClient(transport=transport, base_url="https://hub.example") as provider:
        for path, content, status in (
            ("sms_gateway/feil", body, 403), ("sms/hemmelig", body, 404), ("sms_gateway/hemmelig", "{}", 422),
            ("sms_gateway/hemmelig", body, 204), ("sms_gateway/hemmelig", body, 204),
        ):  # fmt: skip
            assert (await provider.post(f"/webhooks/report/{path}", content=content)).status_code == status

    (told,) = [one for one in await night.notices() if one.reference == "gateway:77"]
    assert told.state is NoticeState.DELIVERED
    await channel.close()
