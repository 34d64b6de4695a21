"""What the `action` of a Zigbee button means: a press, a cancellation, a lock, or nothing to us.

zigbee-herdsman-converters knows some 1,900 actions. They are read word by word, without the
words that only say which button ("1_single", "single_left", "button_2_hold"). A word that is
not known at all is not passed over: the message is then unreadable, which is an alert where it may be an alarm.

A press counts whichever half of a rocker is pressed: somebody who needs help does not aim.
Repeats while a button is held count too (invariant 9: in doubt, it is another press).
"""

import re
from enum import Enum, auto
from functools import lru_cache


class Meaning(Enum):
    """What we make of an action."""

    PRESSED = auto()
    CANCELLED = auto()
    LOCKED = auto()
    UNLOCKED = auto()
    NOTHING = auto()
    UNKNOWN = auto()


_SEPARATOR = re.compile(r"[\d_\s/*+]+")
_LOCKING = re.compile(r"(?:^|_)lock$")
_UNLOCKING = re.compile(r"(?:^|_)unlock$")

_HELP = frozenset({"emergency", "panic", "sos", "help", "alarm"})
_CANCEL = frozenset({"disarm", "cancel"})
_LET_GO = frozenset({"release", "released", "releases", "stop", "stopped"})
_PRESS = frozenset(
    {
        "press", "pressed", "longpress", "single", "double", "triple", "tripple", "quadruple", "quintuple",
        "sextuple", "many", "multiple", "click", "clicked", "hold", "held", "long", "short", "tap",
    }
)  # fmt: skip
_QUIET = frozenset(
    {
        # what a hand does to a lamp, a blind or music
        "brightness", "color", "colour", "colortemp", "hue", "saturation", "enhanced", "temperature", "move",
        "moving", "step", "scene", "recall", "recal", "store", "add", "remove", "rotate", "rotated", "rotating",
        "rotation", "rotates", "started", "dial", "slider", "select", "refresh", "identify", "level", "effect",
        "loop", "volume", "track", "cw", "ww", "inc", "dec", "r", "g", "b", "light", "curtain", "opening", "closing",
        "boost", "cinema", "repast",
        # arming and coming home are not asking
        "arm", "exit", "entry", "delay", "invalid", "code", "already", "not", "ready", "home", "away", "at", "go",
        "out", "daytime", "enter", "leave", "region",
        # a cube or a sensor was moved, fell from the wall or woke up: no person did
        "shake", "flip", "fall", "slide", "tilt", "drop", "vibration", "wakeup", "throw", "knock", "sleep", "awake",
        "crow", "side", "wake", "movement", "motion", "orientation", "static", "min", "inactivity",
        # the book-keeping of locks, doorbells and thermostats
        "failure", "operational", "event", "access", "finger", "password", "rfid", "card", "user", "language",
        "bell", "ring", "change", "match", "opened", "locked", "unlocked", "reverse", "inside", "outside",
        "fingerprint", "pin", "door", "closed", "pmtsd",
        # nothing at all
        "none", "unknown", "idle",
    }
)  # fmt: skip
_WHICH = frozenset(
    {
        "on", "off", "toggle", "open", "close", "button", "key", "up", "down", "left", "right", "center", "centre",
        "top", "bottom", "both", "all", "row", "wireless", "one", "two", "three", "four", "five", "six", "seven",
        "eight", "nine", "ten", "red", "blue", "green", "yellow", "hexagon", "square", "triangle", "circle", "arrow",
        "dot", "dots",
    }
)  # fmt: skip
"""Which part of the button; with nothing else said, it was pressed."""


@lru_cache(maxsize=4096)
def meaning(action: str) -> Meaning:
    """Judge one action; the same text always means the same."""
    action = action.lower()
    if _UNLOCKING.search(action):
        return Meaning.UNLOCKED
    if _LOCKING.search(action) and "reverse" not in action:
        return Meaning.LOCKED
    return _by_words(set(_SEPARATOR.split(action)) - {""}, bare=action)


def _by_words(words: set[str], bare: str) -> Meaning:
    if words & _HELP:
        return Meaning.PRESSED
    if words and words <= _CANCEL:
        return Meaning.CANCELLED
    if words & _LET_GO and "press_or_release" not in bare:
        return Meaning.NOTHING
    if words & _PRESS:
        return Meaning.PRESSED
    if words & _QUIET:
        return Meaning.NOTHING
    return Meaning.PRESSED if words & _WHICH or bare.isdigit() else Meaning.UNKNOWN
