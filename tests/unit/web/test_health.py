from datetime import timedelta

from carehub.core.watching.audit import Concern
from carehub.flow.hub import AuditorState, Hub
from carehub.store.database import Database
from tests.unit.web.conftest import Browse, Clock, logged_in


async def test_ready_when_store_broker_and_worker_are(hub: Hub, browser: Browse) -> None:
    answer = await browser().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "reasons": [], "auditor": "unknown"})


async def test_not_ready_says_every_reason(hub: Hub, browser: Browse, clock: Clock) -> None:
    hub.health.broker = False
    clock.passes(timedelta(seconds=10))
    hub.database = Database("postgresql://nobody@127.0.0.1:1/nothing")

    answer = await browser().get("/readyz")

    assert answer.status_code == 503
    assert len(answer.json()["reasons"]) == 3
    await hub.database.close()


async def test_a_clock_that_was_set_back_hides_no_worker_that_stands_f34(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """F34, F81: its last sign of life lies in the time to come, and is none."""
    hub.health.auditor = AuditorState(at=clock())
    clock.passes(timedelta(hours=-1))

    answer = await browser().get("/readyz")

    assert (answer.status_code, answer.json()["auditor"]) == (503, "silent")
    assert answer.json()["reasons"] == ["no sign of life from the worker for 10 s"]


async def test_a_hub_without_a_broker_of_its_own_can_be_ready(hub: Hub, browser: Browse) -> None:
    hub.health.broker = None

    assert (await browser().get("/readyz")).status_code == 200


async def test_what_the_auditor_says_is_told_and_keeps_no_hub_from_being_ready(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """A restart mends nothing that the auditor shouts about."""
    said = []
    for concerns in ({}, {Concern.STUCK: 3}):
        hub.health.auditor = AuditorState(at=clock(), concerns=concerns)
        answer = await browser().get("/readyz")
        said.append((answer.status_code, answer.json()["auditor"]))
    meters = (await browser().get("/metrics")).text
    hub.health.auditor = AuditorState(at=clock() - timedelta(seconds=61))

    assert said == [(200, "content"), (200, "shouts")]
    assert 'carehub_auditor_concerns{concern="stuck"} 3.0' in meters
    assert (await browser().get("/readyz")).json()["auditor"] == "silent"


async def test_the_meters_count_alerts_and_answers_and_name_nobody(hub: Hub, browser: Browse) -> None:
    await (await logged_in(browser(), hub, "ingrid")).get("/nurse/a4f2")

    text = (await browser().get("/metrics")).text

    assert 'carehub_open_alerts{severity="critical"} 2.0' in text
    assert "carehub_outbox_waiting 0.0" in text
    assert 'route="/nurse/{alert_id}"' in text
    for name in ("a4f2", "astrid", "Nordby", "ingrid"):
        assert name not in text


async def test_the_meters_are_not_for_whoever_asks_through_a_proxy(browser: Browse) -> None:
    assert (await browser().get("/metrics", headers={"x-forwarded-for": "10.0.0.1"})).status_code == 403
    assert (await browser(address="10.0.0.9").get("/metrics")).status_code == 403
