"""Logging in by a real provider on loopback: npm's oidc-provider, which is certified, in the shape of HelseID (C51).

PAR, private_key_jwt, PKCE, DPoP with nonces, the issuer in the answer, and a back-channel logout that it sends itself.
What it will not do wrong is tried against our own (tests/unit/web/test_providers.py).
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

import pytest
from httpx2 import AsyncClient

from carehub.core.people.oidc import PROFILES, Provider
from carehub.flow.hub import Hub
from carehub.kit.clock import utc_now
from carehub.store import identities, tables
from carehub.store.database import Database
from tests.brokers import free_port
from tests.browser.seed import fill
from tests.providers import OUR_KEY, jwk_text
from tests.shared import ROOT
from tests.unit.web.conftest import hub_with
from tests.web_server import served

HERE = ROOT / "tests/oidc"
CLIENT = "carehub-real"


@pytest.fixture(scope="module")
def modules() -> Path:
    """The provider's packages, by the lock's hashes; installed once for each lock, in `build/`."""
    if shutil.which("npm") is None:
        pytest.skip("npm is absent")
    lock = HERE / "package-lock.json"
    folder = ROOT / "build" / f"oidc-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not (folder / "node_modules/oidc-provider").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", "provider.mjs"):
            shutil.copy(HERE / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    shutil.copy(HERE / "provider.mjs", folder)
    return folder


@pytest.fixture
def hub_port() -> int:
    return free_port()


@pytest.fixture
def issuer(modules: Path, hub_port: int) -> Iterator[str]:
    port, here = free_port(), f"http://127.0.0.1:{hub_port}/login/with/helseid"
    client = {
        "client_id": CLIENT, "redirect_uris": [f"{here}/back"], "response_types": ["code"],
        "grant_types": ["authorization_code"], "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256", "jwks": {"keys": [OUR_KEY.as_dict(private=False)]},
        "backchannel_logout_uri": f"{here}/ended", "backchannel_logout_session_required": True,
        "post_logout_redirect_uris": [f"http://127.0.0.1:{hub_port}/login"], "dpop_bound_access_tokens": True,
        "require_pushed_authorization_requests": True,
    }  # fmt: skip
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), json.dumps(client)], cwd=modules, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "ready" in process.stdout.readline()
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
async def hub(sqlite_url: str, issuer: str, hub_port: int) -> AsyncIterator[Hub]:
    database = Database(sqlite_url)
    async with database.write() as session:
        await fill(session, utc_now(), stream=False)
    hub = hub_with(database, utc_now)
    hub.public_url = f"http://127.0.0.1:{hub_port}"
    hub.providers = {"helseid": Provider(profile=PROFILES["helseid"], issuer=issuer, client_id=CLIENT, key=jwk_text())}
    async with served(hub, hub_port):
        yield hub
    await database.close()


async def browse(client: AsyncClient, address: str) -> str:
    """Follow every redirect as a browser does; gives the last address."""
    for _ in range(12):
        answer = await client.get(address)
        if not answer.is_redirect:
            return address
        address = urljoin(address, answer.headers["location"])
    raise AssertionError(address)


async def test_in_by_a_real_provider_and_out_when_it_says_so_c51_c49(hub: Hub, issuer: str) -> None:
    async with hub.database.write() as session:
        row = tables.PersonIdentity(
            issuer=issuer, subject="nurse-7", person_id="ingrid", provider="helseid", linked_at=hub.clock()
        )
        assert await identities.link(session, row)
    async with AsyncClient(headers={"sec-fetch-site": "same-origin"}, timeout=10) as client:
        home = await browse(client, f"{hub.public_url}/login/with/helseid?next=/nurse")
        assert home == f"{hub.public_url}/nurse"

        async with client.stream("GET", f"{hub.public_url}/api/v1/live") as live, asyncio.timeout(30):
            lines = live.aiter_lines()
            assert "change" in await anext(lines)
            out = asyncio.create_task(_log_out_there(hub, issuer, client))
            async for line in lines:
                if "ended" in line:
                    break
            await out
        assert (await client.get(f"{hub.public_url}/nurse")).headers["location"].startswith("/login")


async def _log_out_there(hub: Hub, issuer: str, client: AsyncClient) -> None:
    """At the provider's own page; it then tells us by itself, from server to server."""
    ask = await client.get(f"{hub.public_url}/login/with/helseid/leave")
    assert ask.headers["location"].startswith(f"{issuer}/session/end?")
    page = await client.get(ask.headers["location"])
    secret = page.text.split('name="xsrf" value="')[1].split('"')[0]
    answer = await client.post(f"{issuer}/session/end/confirm", data={"xsrf": secret, "logout": "yes"})
    assert answer.headers["location"].startswith(f"{hub.public_url}/login")


async def test_a_stranger_with_a_real_identity_stays_outside(hub: Hub) -> None:
    async with AsyncClient(timeout=10) as client:
        last = await browse(client, f"{hub.public_url}/login/with/helseid")

        assert "/login/with/helseid/back" in last
        assert (await client.get(f"{hub.public_url}/nurse")).headers["location"].startswith("/login")
