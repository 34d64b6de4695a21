"""A night whose telephones are real: the hub's own door, the exchange's own door, and HTTP between them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from pydantic import SecretStr

from carehub.contracts import Channel
from carehub.kit.ids import new_id
from carehub.kit.late import load_late
from carehub.store import tables
from carehub.village.behaviour import Order
from carehub.village.calls import Call
from carehub.village.exchange import ExchangeSettings, create_exchange
from carehub.village.switchboard import Switchboard
from carehub.web import create_web
from integrations.channels import sms, twilio_webhooks, voice
from integrations.channels._twilio import TwilioSettings
from tests.journeys.building import PUBLIC, Night
from tests.unit.village.lines import listening, until

ACCOUNT, TOKEN, OURS = "AC" + "0" * 31 + "7", "only-for-this-test", "+4799900001"


@dataclass
class Exchange:
    """The exchange's memory, and what a test may order of it."""

    app: FastAPI
    origin: str

    @property
    def board(self) -> Switchboard:
        board: Switchboard = self.app.state.board
        return board

    @property
    def calls(self) -> list[Call]:
        placed: list[Call] = self.app.state.calls
        return placed

    def behave(self, **order: object) -> None:
        self.board.behaviours.order(Order.model_validate(order))

    async def ended(self, count: int = 1) -> None:
        """Wait until so many calls are over, and the hub has been told."""
        await until(lambda: sum(call.status not in {"queued", "in-progress"} for call in self.calls) >= count)
        await until(lambda: sum("CallStatus" in report.form and "CallbackSource" in report.form
                                and report.form["CallStatus"] != "in-progress" and report.status != 0
                                for report in self.board.reports) >= count)  # fmt: skip


@asynccontextmanager
async def telephones(night: Night) -> AsyncIterator[Exchange]:
    """Give the night an exchange, and the channels that lead to it."""
    night.hub.webhooks, night.hub.twilio_tokens = twilio_webhooks, (TOKEN,)
    night.lines_are_real = True
    load_late()  # the first call would load its provider's library, while the others' receipts wait for it
    async with AsyncExitStack() as stack:
        origin = await stack.enter_async_context(listening(create_web(night.hub)))
        settings = ExchangeSettings(
            account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), numbers=(OURS,), reach=origin, step_s=0.01,
            inbound_url=f"{PUBLIC}/webhooks/twilio/sms",
        )  # fmt: skip
        app = create_exchange(settings)
        exchange = Exchange(app, await stack.enter_async_context(listening(app)))
        account = TwilioSettings(
            twilio_account_sid=ACCOUNT, twilio_auth_token=SecretStr(TOKEN), twilio_from=OURS,
            twilio_base_url=exchange.origin,
        )  # fmt: skip
        made: list[Channel] = [sms.SmsChannel(account, PUBLIC), voice.VoiceChannel(account, PUBLIC)]
        for channel in made:
            stack.push_async_callback(channel.close)
            night.channels[channel.name] = channel
        yield exchange


async def reach_by(night: Night, who: str, channel: str, address: str, position: int = 1) -> None:
    """One more way to reach somebody."""
    async with night.database.write() as session:
        session.add(
            tables.ContactMethod(
                id=new_id(), person_id=who, channel=channel, address=address, position=position,
                created_at=night.clock(), verified_at=night.clock(),
            )
        )  # fmt: skip


async def only_by(night: Night, who: str, channel: str, address: str) -> None:
    """Their one way from now on."""
    async with night.database.write() as session:
        for method in await night.rows(tables.ContactMethod):
            if method.person_id == who:
                await session.delete(method)
        await session.flush()
    await reach_by(night, who, channel, address, position=0)
