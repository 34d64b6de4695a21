"""How a text fits an SMS: the GSM 03.38 alphabet, and what a segment holds."""

import unicodedata

_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_PLACES = frozenset("^{}\\[~]|€")
_ONE_SEGMENT, _IN_A_CHAIN = 160, 153
_MOST_SEGMENTS = 2
_TYPOGRAPHIC = {
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0x2022, 0x00B7], "-"),  # hyphens, dashes, minus, bullets
    **dict.fromkeys([0x00AB, 0x00BB, *range(0x201C, 0x2020)], '"'),  # « » and curved double quotation marks
    **dict.fromkeys(range(0x2018, 0x201C), "'"),  # curved single ones
    **dict.fromkeys([0x00A0, 0x2009, 0x202F, 0x0009], " "),
    0x2026: "...",
    0x000D: "",
}


def fit(text: str) -> str:
    """The text in GSM-7 and at most two segments, the end cut off with three dots where it is longer.

    One letter outside the alphabet would make every letter cost two bytes and the message three times as long;
    accents that GSM-7 lacks are dropped, other letters become a question mark.
    """
    plain = "".join(map(_in_alphabet, unicodedata.normalize("NFC", text).translate(_TYPOGRAPHIC)))
    return plain if segments(plain) <= _MOST_SEGMENTS else _cut(plain)


def segments(text: str) -> int:
    """How many messages a GSM-7 text is charged as."""
    places = sum(map(_places, text))
    return 1 if places <= _ONE_SEGMENT else -(-places // _IN_A_CHAIN)


def _places(letter: str) -> int:
    return 2 if letter in _TWO_PLACES else 1


def _in_alphabet(letter: str) -> str:
    if letter in _ALPHABET or letter in _TWO_PLACES:
        return letter
    bare = unicodedata.normalize("NFKD", letter)[:1]
    if bare in _ALPHABET:
        return bare
    return "" if unicodedata.category(letter).startswith(("C", "M")) else "?"


def _cut(text: str) -> str:
    left, end = _IN_A_CHAIN * _MOST_SEGMENTS - len("..."), 0
    while left >= _places(text[end]):
        left -= _places(text[end])
        end += 1
    return f"{text[:end]}..."
