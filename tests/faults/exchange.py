"""A telephone network that takes every text, signs its reports as Twilio does, and repeats what nobody heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.brokers import free_port
from tests.faults.town import TOKEN

_REPORTED_AGAIN_AFTER_S, _TIMES = 0.5, 120


@dataclass
class Exchange:
    """One for all hubs of a run; each text says itself where its reports go.

    Attributes:
        sent: Every text that was accepted: (the hub's callback, number, words).
    """

    url: str
    client: httpx2.AsyncClient
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    _sids: "count[int]" = field(default_factory=lambda: count(1))
    _reports: set["asyncio.Task[None]"] = field(default_factory=set)

    async def take(self, request: web.Request) -> web.Response:
        """POST …/Messages.json, as the hub's channel sends it."""
        form = await request.post()
        sid, callback = f"SM{next(self._sids):032x}", str(form["StatusCallback"])
        self.sent.append((callback, str(form["To"]), str(form["Body"])))
        report = asyncio.create_task(self._report(callback, {"MessageSid": sid, "MessageStatus": "delivered"}))
        self._reports.add(report)
        report.add_done_callback(self._reports.discard)
        return web.json_response({"sid": sid, "status": "queued"}, status=201)

    async def _report(self, url: str, form: dict[str, str]) -> None:
        for _ in range(_TIMES):
            if await self._posted(url, form) is not None:
                return
            await asyncio.sleep(_REPORTED_AGAIN_AFTER_S)

    async def reply(self, hub_url: str, number: str, words: str) -> str | None:
        """A text from a telephone to the hub; gives its answer, None where the hub did not take it."""
        form = {"MessageSid": f"SM{next(self._sids):032x}", "From": number, "To": "+4759440000", "Body": words}
        return await self._posted(f"{hub_url}/webhooks/twilio/sms", form)

    async def _posted(self, url: str, form: dict[str, str]) -> str | None:
        """A signed request; gives the answer's body, None where there was none."""
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        try:
            answer = await self.client.post(url, data=form, headers={"X-Twilio-Signature": signature})
        except httpx2.HTTPError:
            return None
        return answer.text if answer.is_success else None


def browser(timeout_s: float = 5.0, **more: Any) -> httpx2.AsyncClient:
    """A client for loopback; without certificates, since to read them takes longer than a hub's answer."""
    return httpx2.AsyncClient(timeout=timeout_s, verify=False, **more)


@asynccontextmanager
async def open_exchange() -> AsyncIterator[Exchange]:
    """Run it on loopback for as long as the block lasts."""
    port = free_port()
    exchange = Exchange(f"http://127.0.0.1:{port}", browser())
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", exchange.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield exchange
    finally:
        for report in list(exchange._reports):
            report.cancel()
        await exchange.client.aclose()
        await runner.cleanup()
