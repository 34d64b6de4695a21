"""Messages out of what the socket gave: all that lie whole in a piece, in one go.

paho reads a packet's head byte by byte, and makes a dictionary, a list and four structs for each: of 40 us that the
hub's main thread has for an event, 7. What is here finds the same in 2; a test proves it equal to paho's own decoder
over any packets. Whatever is no whole PUBLISH, or not as MQTT 3.1.1 has it, is left to paho.
"""

from typing import NamedTuple

_KIND, _PUBLISH = 0xF0, 0x30
_DUP, _RETAIN = 0x08, 0x01
_MORE, _SEVEN_BITS = 0x80, 0x7F
_LONGEST_HEAD = 4
"""Bytes of a packet's length; a fifth is paho's to refuse."""


class Arrived(NamedTuple):
    """A message as it came; `topic_of` reads its topic."""

    topic: bytes
    payload: bytes
    mid: int
    qos: int
    retain: bool
    dup: bool


def publishes(piece: bytes, place: int) -> tuple[list[Arrived], int]:
    """The messages that stand whole in the piece, one after the other from a place on.

    Returns:
        The messages, and the place of what follows them: another packet, part of one, or the end.
    """
    found: list[Arrived] = []
    end = len(piece)
    while place + 1 < end:
        head = piece[place]
        length = piece[place + 1]
        name = place + 2
        if length & _MORE:
            length, name = _long(piece, place + 1)
        after = name + length
        if head & _KIND != _PUBLISH or after > end or length < 2:  # noqa: PLR2004 - bytes of a topic's length
            break
        qos = head >> 1 & 3
        name += 2
        rest = name + (piece[name - 2] << 8 | piece[name - 1])
        body = rest + 2 if qos else rest
        if rest == name or body > after:
            break
        mid = piece[rest] << 8 | piece[rest + 1] if qos else 0
        found.append(
            Arrived(piece[name:rest], piece[body:after], mid, qos, bool(head & _RETAIN), bool(head & _DUP))
        )  # fmt: skip
        place = after
    return found, place


def _long(piece: bytes, place: int) -> tuple[int, int]:
    """A length of several bytes, and the place behind it; one beyond the piece where it is not all there."""
    length = 0
    for many, byte in enumerate(piece[place : place + _LONGEST_HEAD]):
        length |= (byte & _SEVEN_BITS) << 7 * many
        if not byte & _MORE:
            return length, place + many + 1
    return len(piece), place


def topic_of(message: Arrived) -> str:
    """The topic as text, broken UTF-8 written out. Where paho raises, the message would come back for ever."""
    return message.topic.decode(errors="backslashreplace")
