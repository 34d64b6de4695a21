"""Switching notifications on and off: only for whoever is logged in, and only by push services that we know (C27)."""

import json

from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlmodel import select

from carehub.flow.hub import Hub
from carehub.store import people, tables
from integrations.channels import push
from tests.push_keys import PRIVATE_KEY, subscription
from tests.unit.web.conftest import Browse, logged_in

GOOD = "https://fcm.googleapis.com/fcm/send/abc"
JSON = {"content-type": "application/json"}


def with_push(hub: Hub) -> push.PushChannel:
    channel = push.PushChannel(push.PushSettings(vapid_private_key=SecretStr(PRIVATE_KEY)))
    hub.channels = {"push": channel}
    return channel


async def switched_on(client: AsyncClient, endpoint: str) -> int:
    return (await client.post("/push/subscribe", content=subscription(endpoint), headers=JSON)).status_code


async def test_a_browser_is_kept_and_forgotten_by_its_own_person(hub: Hub, browser: Browse) -> None:
    with_push(hub)
    client = await logged_in(browser(), hub, "ingrid")

    assert await switched_on(client, GOOD) == 204
    async with hub.database.read() as session:
        details = await people.details_of(session, "push", [await address(hub)])
    assert json.loads(next(iter(details.values())))["endpoint"] == GOOD

    assert (await client.post("/push/unsubscribe", json={"endpoint": GOOD})).status_code == 204
    assert await address(hub) == ""


async def address(hub: Hub) -> str:
    """The short name under which the one browser is kept; empty for none."""
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.ContactMethod))).all()
    return next((one.address for one in rows if one.channel == "push"), "")


async def test_an_endpoint_that_is_no_push_service_is_refused_c27(hub: Hub, browser: Browse) -> None:
    """C27: also the cloud's own address, and a name that only looks like a push service."""
    with_push(hub)
    client = await logged_in(browser(), hub, "ingrid")

    for endpoint in ("https://169.254.169.254/latest", "https://evilgoogleapis.com/", "http://fcm.googleapis.com/"):
        assert await switched_on(client, endpoint) == 422
    assert await address(hub) == ""


async def test_without_a_key_nothing_is_offered_and_nothing_kept(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")

    assert await switched_on(client, GOOD) == 422
    assert "data-push-key" not in (await client.get("/my")).text


async def test_the_page_offers_notifications_and_names_no_code(hub: Hub, browser: Browse) -> None:
    channel = with_push(hub)
    client = await logged_in(browser(), hub, "ingrid")
    await switched_on(client, GOOD)

    page = (await client.get("/my")).text

    assert f'data-push-key="{channel.public_key}"' in page
    assert "/static/push.js" in page
    assert await address(hub) not in page


async def test_the_worker_comes_from_the_root_and_is_not_kept(browser: Browse) -> None:
    answer = await browser().get("/sw.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "showNotification" in answer.text


async def test_a_device_that_shows_what_nobody_sent_changes_nothing(hub: Hub, browser: Browse) -> None:
    assert (await browser().post("/push/seen/no-such-notice")).status_code == 204
