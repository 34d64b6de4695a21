from carehub.contracts import Message
from carehub.core.watching import canary
from carehub.flow.receiving.intake import Intake
from carehub.flow.receiving.queue import BATCH, TELEMETRY_BESIDE_ALARMS, Queue
from carehub.plugins import load_sources
from carehub.store.registry import Registry
from tests.journeys.building import NIGHT, SOURCES


def _queue() -> Queue:
    return Queue(Intake(load_sources(SOURCES), Registry({}, {}, {})))


def _hear(queue: Queue, reports: int = 0, presses: int = 0) -> None:
    for _ in range(reports):
        queue.deliver(Message(topic="carehub/v1/sensor/reading", payload=b"{}", received_at=NIGHT))
    for _ in range(presses):
        queue.deliver(Message(topic="carehub/v1/button/alarm", payload=b"{}", received_at=NIGHT))


async def test_on_a_quiet_hub_much_telemetry_shares_a_commit() -> None:
    queue = _queue()
    queue.lasted(BATCH, 5.0)
    _hear(queue, reports=2 * BATCH)

    assert len(queue.take().messages) == BATCH


async def test_a_press_goes_first_and_little_telemetry_rides_with_it() -> None:
    queue = _queue()
    _hear(queue, reports=2 * BATCH, presses=1)

    taken = queue.take().messages

    assert taken[0].topic.endswith("/alarm")
    assert len(taken) == 1 + TELEMETRY_BESIDE_ALARMS


async def test_while_alarms_come_a_slow_hub_takes_small_batches_so_that_the_next_press_waits_less() -> None:
    queue = _queue()
    _hear(queue, reports=5 * BATCH, presses=1)
    queue.take()

    sizes = []
    for _ in range(8):
        sizes.append(len(queue.take().messages))
        queue.lasted(sizes[-1], sizes[-1] * 0.0001)

    assert sizes[0] == BATCH
    assert sizes[-1] < 200


async def test_the_canary_goes_first_like_a_press_and_leaves_the_batches_large() -> None:
    queue = _queue()
    queue.lasted(BATCH, 5.0)
    _hear(queue, reports=2 * BATCH)
    queue.deliver(Message(topic=canary.topic(), payload=b"{}", received_at=NIGHT))

    assert queue.take().messages[0].topic == canary.topic()
    assert len(queue.take().messages) == BATCH


async def test_a_batch_is_never_so_small_that_telemetry_stands_still() -> None:
    queue = _queue()
    _hear(queue, reports=5 * BATCH, presses=1)
    queue.take()
    for _ in range(20):
        queue.lasted(BATCH, 60.0)

    assert len(queue.take().messages) == 100
