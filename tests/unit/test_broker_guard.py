"""What a device may not do to another, nor a stolen one to anybody: the real broker, configured as it ships."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.guarded import DENIED, SOON_S, Broker, Client, hub, running

_WITHIN_S = 60.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with running(tmp_path) as broker:
        yield broker


def test_a_device_that_gives_itself_anothers_name_throws_nobody_out_c5(broker: Broker) -> None:
    with Client(broker, "pendant-2") as victim, Client(broker, "pendant-1", client_id="pendant-2") as thief:
        victim.subscribe("carehub/v1/pendant-2/ack")
        assert thief.publish("carehub/v1/pendant-2/alarm") == DENIED

        assert victim.publish("carehub/v1/pendant-2/alarm") != DENIED
        assert victim.ended.empty()


@pytest.mark.parametrize(("topic", "is_heard"), [("pendant-1", True), ("pendant-2", False)])
def test_a_last_will_is_heard_only_where_its_device_may_speak_c6(broker: Broker, topic: str, *, is_heard: bool) -> None:
    """It is an alarm or an event like any other: no topic of the hub's closes or lowers an alert."""
    with hub(broker) as ours:
        ours.subscribe("carehub/v1/+/alarm")
        device = Client(broker, "pendant-1", will=f"carehub/v1/{topic}/alarm")
        assert device.connect() == 0

        device.cut()

        heard = ours.hears(within_s=SOON_S if is_heard else 1.0)
        assert (heard is not None and heard[0] == f"carehub/v1/{topic}/alarm") is is_heard


def test_a_stolen_device_is_thrown_out_while_it_talks_and_does_not_come_back_c14(broker: Broker) -> None:
    with Client(broker, "pendant-2") as another:
        stolen = Client(broker, "pendant-1")
        assert stolen.connect() == 0
        assert stolen.publish("carehub/v1/pendant-1/alarm") != DENIED

        broker.shut_out("pendant-1")

        assert stolen.ended.get(timeout=_WITHIN_S) != 0
        stolen.mqtt.loop_stop()
        assert Client(broker, "pendant-1").connect() in {0x86, DENIED}
        assert another.publish("carehub/v1/pendant-2/alarm") != DENIED
        assert another.ended.empty()


def test_whoever_opens_connections_and_says_nothing_keeps_no_alarm_out_c16(broker: Broker) -> None:
    with ExitStack() as held, hub(broker) as ours:
        ours.subscribe("carehub/v1/+/alarm")
        for _ in range(min(300, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 3)):
            held.enter_context(socket.create_connection(("127.0.0.1", broker.devices), timeout=SOON_S))

        with Client(broker, "pendant-1") as device:
            assert device.publish("carehub/v1/pendant-1/alarm", b"help") == 0

        assert ours.hears() == ("carehub/v1/pendant-1/alarm", b"help")
