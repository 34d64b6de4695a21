"""A provider is answered within a second, however slow the store is, and what it brought is kept (C20)."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from httpx2 import Response
from sqlalchemy.engine import make_url
from sqlmodel import select

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from carehub.flow import deliver
from carehub.flow.answering import promptly, replies
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.intake import Intake
from carehub.flow.worker import Worker
from carehub.store import tables
from carehub.store.registry import Registry
from carehub.store.tables.alerts import NoticeState
from tests.refusing import at_first
from tests.unit.web.conftest import BOTH, NOW, PUBLIC, Browse
from tests.unit.web.test_webhooks import SMS, STATUS, TOKEN, signed

NUMBER, CODE, ALERT = "+4790055444", "K7M2PT", "a4f2".ljust(32, "0")
TEXT = {"From": NUMBER, "Body": CODE, "MessageSid": "SM" + "7" * 32}
Asked = Callable[[str, dict[str, str]], Coroutine[object, object, Response]]
Held = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
async def asked(hub: Hub, browser: Browse) -> Asked:
    """Ingrid was asked about an alert and has its code; posts as the provider does, and sees that it need not wait."""
    hub.twilio_tokens = (TOKEN,)
    async with hub.database.write() as session:
        later = NOW + timedelta(hours=12)
        session.add(
            tables.ContactMethod(
                id="own", person_id="ingrid", channel="sms", address=NUMBER, created_at=NOW, verified_at=NOW
            )
        )
        session.add(tables.ReplyCode(code=CODE, alert_id=ALERT, person_id="ingrid", created_at=NOW, expires_at=later))

    async def post(path: str, form: dict[str, str]) -> Response:
        began = time.monotonic()
        answer = await browser(raw=True).post(
            path, data=form, headers={"x-twilio-signature": signed(PUBLIC + path, form)}
        )
        assert time.monotonic() - began < 1, "a provider waits for a second"
        return answer

    return post


@pytest.fixture
def held(hub: Hub, hub_url: str) -> Held:
    """Somebody else writes, for as long as the block lasts: a backup, a long report."""

    @asynccontextmanager
    async def sqlite() -> AsyncIterator[None]:
        other = sqlite3.connect(make_url(hub_url).database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()

    @asynccontextmanager
    async def postgresql() -> AsyncIterator[None]:
        other = await asyncpg.connect(
            make_url(hub_url).set(drivername="postgresql").render_as_string(hide_password=False)
        )
        async with other.transaction():
            await other.execute("LOCK TABLE alert, notice, status_report IN EXCLUSIVE MODE")
            yield
        await other.close()

    return sqlite if hub.database.is_sqlite else postgresql


async def stored(hub: Hub) -> None:
    """Until nothing is worked on any more."""
    async with asyncio.timeout(20):
        while hub.brought:  # noqa: ASYNC110 - the work of tasks that nobody hands out
            await asyncio.sleep(0.01)


async def the_alert(hub: Hub) -> tables.Alert:
    async with hub.database.read() as session:
        return await session.get_one(tables.Alert, ALERT)


async def texts_to(hub: Hub) -> list[str]:
    async with hub.database.read() as session:
        rows = await session.exec(select(tables.Notice).where(tables.Notice.address == NUMBER))
        return [one.text for one in rows.all() if one.cycle.startswith("answer:")]


@BOTH
async def test_a_text_takes_its_alert_when_the_store_has_time_again_c20(hub: Hub, asked: Asked, held: Held) -> None:
    """C20: no yes before it is stored; taken as soon as it can be; and whoever texted is told by a text of its own."""
    async with held():
        first, again = await asyncio.gather(asked(SMS, TEXT), asked(SMS, TEXT))
        assert [first.status_code, again.status_code] == [503, 503]
        assert first.headers["retry-after"] == "2"
        assert (await the_alert(hub)).status is Status.OPEN
    await stored(hub)

    taken = await the_alert(hub)
    assert (taken.status, taken.owner_id) == (Status.TAKEN, "ingrid")
    (told,) = await texts_to(hub)
    assert told.startswith("Du har varsel A4F2.")
    assert "Du har allerede varsel A4F2" in (await asked(SMS, TEXT)).text


@BOTH
async def test_a_repetition_that_comes_while_it_is_worked_on_gets_the_answer_c20(
    hub: Hub, asked: Asked, held: Held
) -> None:
    """C20: worked on once, and answered once: by the repetition's own answer, and by no text beside it."""
    async with held():
        assert (await asked(SMS, TEXT)).status_code == 503
        waiting = asyncio.create_task(asked(SMS, TEXT))
        await asyncio.sleep(0.1)
    answer = await waiting

    assert (answer.status_code, "Du har varsel A4F2." in answer.text) == (200, True)
    assert await texts_to(hub) == []


@BOTH
async def test_a_report_moves_its_notice_when_the_store_has_time_again_c20(hub: Hub, asked: Asked, held: Held) -> None:
    async with hub.database.write() as session:
        session.add(
            tables.Notice(
                id="told", alert_id=ALERT, person_id="ingrid", channel="sms", address=NUMBER, text="x",
                severity=Severity.CRITICAL, cycle="rung:1", state=NoticeState.ACCEPTED, created_at=NOW, not_before=NOW,
                sent_at=NOW, reference="SM1", attempts=1,
            )
        )  # fmt: skip
    report = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    async with held():
        assert (await asked(STATUS, report)).status_code == 503
    await stored(hub)

    async with hub.database.read() as session:
        assert (await session.get_one(tables.Notice, "told")).state is NoticeState.DELIVERED
    assert (await asked(STATUS, report)).status_code == 204


async def test_a_text_outlives_a_store_that_fails_c20(hub: Hub, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """C20: the disk is full, the server restarts: it is tried again until it is stored."""
    monkeypatch.setattr(promptly, "AGAIN_AFTER_S", 0.05)
    monkeypatch.setattr(promptly, "ANSWER_WITHIN_S", 0.1)
    monkeypatch.setattr(replies, "receive_reply", at_first(replies.receive_reply, 5, "database or disk is full"))
    assert (await asked(SMS, TEXT)).status_code == 503
    await stored(hub)

    assert (await the_alert(hub)).status is Status.TAKEN


async def test_what_would_fail_for_ever_is_told_at_once_and_not_tried_again(
    hub: Hub, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    async def receive_status(*said: object) -> None:
        tries.append(said)
        raise ValueError("a fault of ours")

    monkeypatch.setattr(deliver, "receive_status", receive_status)
    answer = await asked(STATUS, {"MessageSid": "SM1", "MessageStatus": "delivered"})

    assert (answer.status_code, len(tries), hub.brought) == (500, 1, {})


async def test_more_than_a_thousand_at_once_are_asked_to_come_again(
    hub: Hub, asked: Asked, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promptly, "MOST_AT_ONCE", 1)
    async with held():
        first = asyncio.create_task(asked(SMS, TEXT))
        await asyncio.sleep(0.1)
        second = await asked(SMS, TEXT | {"MessageSid": "SM8"})
        assert (second.status_code, len(hub.brought)) == (503, 1)
        assert (await first).status_code == 503
    await stored(hub)


async def test_a_hub_that_stops_stores_first_what_was_texted_f21(hub: Hub, asked: Asked, held: Held) -> None:
    """C20, F21: SIGTERM while the store is busy."""
    worker = Worker(hub, Ingest(hub, Intake(hub.sources, Registry({}, {}, {}))))
    async with held():
        assert (await asked(SMS, TEXT)).status_code == 503
        stopping = asyncio.create_task(worker.finish())
        await asyncio.sleep(0.2)
    await stopping

    assert hub.brought == {}
    assert (await the_alert(hub)).status is Status.TAKEN
