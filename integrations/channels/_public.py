"""Where Web Push may connect to: public addresses only."""

from ipaddress import ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class Public(AbstractResolver):
    """Resolves names to public addresses only. The connection is made to what it gives: no name changes its mind."""

    def __init__(self) -> None:
        self._names = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        """The public addresses of a host; OSError where there is none."""
        found = [one for one in await self._names.resolve(host, port, family) if ip_address(one["host"]).is_global]
        if not found:
            raise OSError(None, "no public address")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._names.close()
