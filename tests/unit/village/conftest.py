"""The exchange and the hub's webhooks as fixtures, each on a port of its own."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr

from carehub.village.exchange import create_exchange
from carehub.village.switchboard import ExchangeSettings, Telephone
from tests.unit.village.lines import ACCOUNT, NURSE, OURS, TOKEN, Hub, Line, listening


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub, app = Hub(), FastAPI()

    @app.post("/webhooks/twilio/sms")
    @app.post("/webhooks/twilio/status")
    async def webhook(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        hub.heard.append((request.url.path, request.headers["X-Twilio-Signature"], form))
        return Response(hub.answer, media_type="text/xml")

    async with listening(app) as hub.origin:
        yield hub


@pytest.fixture
async def line(hub: Hub) -> AsyncIterator[Line]:
    settings = ExchangeSettings(
        account_sid=ACCOUNT,
        auth_token=SecretStr(TOKEN),
        numbers=(OURS,),
        inbound_url=f"{hub.origin}/webhooks/twilio/sms",
        telephones=(Telephone(number=NURSE, label="Sykepleier <sone> nord"),),
        step_s=0.01,
    )
    async with (
        listening(create_exchange(settings)) as origin,
        httpx2.AsyncClient(base_url=origin, auth=(ACCOUNT, TOKEN), timeout=3) as client,
    ):
        yield Line(client, f"{hub.origin}/webhooks/twilio/status")
