"""Providers on loopback that misbehave on demand: HTTP, SMTP and MQTT, over real connections."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

CLIENT_WAITS_S = 5.0
"""How long our channels wait for an answer: waited for shortly, and charged to the night's clock in full."""
SHORT_WAIT_S = 0.15


@dataclass
class HttpProvider:
    """One provider with an HTTP door; `way` says how it fails.

    Attributes:
        accepted: What it answers when it takes a notice: status and body.
        passes: Lets time pass on the night's clock, while somebody waits for an answer that does not come.
    """

    accepted: tuple[int, str]
    passes: Callable[[float], object]
    way: str = "accepts"
    asked: int = 0
    url: str = ""
    _runner: web.AppRunner | None = field(default=None)

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.asked += 1
        match self.way:
            case "429":
                return web.Response(status=429, headers={"Retry-After": "300"}, text="{}")
            case "500" | "503" | "401":
                return web.Response(status=int(self.way), text='{"code": 20500}', content_type="application/json")
            case "garbage":
                return web.Response(status=200, text="<html>Velkommen</html>", content_type="text/html")
            case "slow 60 s":
                self.passes(CLIENT_WAITS_S)
                await asyncio.sleep(2 * SHORT_WAIT_S)
                return web.Response(status=500)
            case "killed line":
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)
            case _:
                pass
        status, body = self.accepted
        return web.Response(status=status, text=body, content_type="application/json")


@dataclass
class MailServer:
    """aiosmtpd's handler: refuses, hangs or breaks off when the recipient is named."""

    passes: Callable[[float], object]
    way: str = "accepts"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer as ordered."""
        match self.way:
            case "451" | "550":
                return f"{self.way} no"
            case "slow 60 s":
                self.passes(8.0)
                await asyncio.sleep(4 * SHORT_WAIT_S)
            case "killed line":
                transport: Any = server.transport
                transport.abort()
            case _:
                pass
        envelope.rcpt_tos.append(address)
        return "250 OK"
