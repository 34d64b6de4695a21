"""What is read past paho is what paho's own decoder reads, however the socket cuts it."""

import asyncio
from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish  # noqa: TID251 - its word against ours
from paho.mqtt.client import MQTTv311  # noqa: TID251 - as above

from integrations.mqtt.connection import Broker, Connection
from integrations.mqtt.packets import Arrived, publishes, topic_of

HEADS = (0x30, 0x31, 0x32, 0x33, 0x38, 0x3A, 0x3B)
"""QoS 0 and 1, with and without the marks of what was kept and what comes again."""
messages = st.lists(
    st.tuples(
        st.sampled_from(HEADS),
        st.one_of(st.text(min_size=1, max_size=40).map(str.encode), st.binary(min_size=1, max_size=200)),
        st.integers(1, 0xFFFF),
        st.one_of(st.binary(max_size=120), st.integers(100, 20_000).map(bytes)),
    ),
    min_size=1,
    max_size=12,
)
BROKEN = {
    "no topic": b"\x32\x06\x00\x00\x00\x07hi",
    "a topic longer than the packet": b"\x32\x06\x00\x09abcd",
    "no room for the packet id": b"\x32\x04\x00\x02ab",
    "nothing at all": b"\x32\x00",
    "a length without an end": b"\x32\xff\xff\xff\xff\xff",
}
PONG = b"\xd0\x00"


def packed(head: int, topic: bytes, mid: int, payload: bytes) -> bytes:
    """A PUBLISH as MQTT 3.1.1 has it."""
    body = len(topic).to_bytes(2, "big") + topic + (mid.to_bytes(2, "big") if head & 6 else b"") + payload
    length, left = bytearray(), len(body)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes([head]) + bytes(length) + body


def as_paho_reads(head: int, topic: bytes, mid: int, payload: bytes) -> Arrived:
    """By paho's decoder, which is given the packet without its head."""
    whole = packed(head, topic, mid, payload)
    body = whole[len(whole) - len(topic) - len(payload) - (4 if head & 6 else 2) :]
    read = decode_publish(head, body, MQTTv311)
    return Arrived(read.topic, bytes(read.payload), read.mid, read.qos, read.retain, read.dup)


@given(messages, st.integers(0, 5))
@example([(0x32, b"zigbee2mqtt/1 etasje/d\xc3\xb8r", 7, bytes(2_097_152))], 0)
def test_any_messages_are_read_as_paho_reads_them(sent: list[tuple[int, bytes, int, bytes]], before: int) -> None:
    piece = bytes(before) + b"".join(packed(*one) for one in sent)
    found, place = publishes(piece, before)
    assert found == [as_paho_reads(*one) for one in sent]
    assert place == len(piece)
    assert all(isinstance(topic_of(one), str) for one in found)


@given(messages, st.data())
def test_what_is_not_all_there_stays(sent: list[tuple[int, bytes, int, bytes]], data: st.DataObject) -> None:
    whole = [packed(*one) for one in sent]
    piece = b"".join(whole)[: -data.draw(st.integers(1, len(whole[-1])))]
    found, place = publishes(piece, 0)
    assert found == [as_paho_reads(*one) for one in sent[:-1]]
    assert place == len(b"".join(whole[:-1]))


@given(messages)
def test_what_is_broken_or_no_message_is_left_to_paho(sent: list[tuple[int, bytes, int, bytes]]) -> None:
    whole = b"".join(packed(*one) for one in sent)
    for what in (*BROKEN.values(), PONG):
        found, place = publishes(whole + what + whole, 0)
        assert len(found) == len(sent)
        assert place == len(whole)


@given(messages, st.lists(st.integers(1, 3000), max_size=20))
def test_a_connection_hears_all_in_order_however_the_socket_cuts_it(
    sent: list[tuple[int, bytes, int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(packed(*one) + PONG * (one[2] % 2) for one in sent)
    assert asyncio.run(heard(stream, cuts)) == [as_paho_reads(*one) for one in sent]


async def heard(stream: bytes, cuts: list[int]) -> list[Arrived]:
    """What a connection takes of the stream, given to it in such pieces."""
    connection = Connection(Broker.at("mqtt://127.0.0.1:1"), "hub", clean_session=False)
    pieces = cut(stream, cuts)
    more = True

    def receive(_: int) -> bytes:
        nonlocal more
        piece = next(pieces, None)
        if piece is None:
            more = False
            raise BlockingIOError
        return piece

    found: list[Arrived] = []
    connection._receive = receive
    connection._client._sock = object()  # type: ignore[assignment] # that there is one, not what it does
    connection.begin(found.extend)
    while more:
        connection._read_all()
    connection._client._sock = None
    assert not connection._disconnected.done(), connection._disconnected.exception()
    return found


def cut(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    """Pieces of these lengths, then the rest."""
    for length in cuts:
        if stream:
            yield stream[:length]
            stream = stream[length:]
    if stream:
        yield stream
