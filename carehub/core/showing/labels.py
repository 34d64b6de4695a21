"""What the code on a device says: our own label, LoRaWAN's, and Zigbee's with its install code.

Pure. Sources: LoRa Alliance TR005 (`LW:D0:JoinEUI:DevEUI:ProfileID:...`); the forms of Zigbee install codes that
zigbee-herdsman 5.0 reads; Silicon Labs, "Installation Code CRC" (CRC-16/X-25, the low byte first).
"""

import re
from dataclasses import dataclass

from carehub.core.watching.supervision import DeviceKind

OURS = "CAREHUB1"
ZIGBEE, LORA, OWN = "zigbee2mqtt", "chirpstack", "carehub_v1"
_CRC_SIZES = frozenset({8, 10, 14, 18})
"""Bytes of an install code with its checksum."""
_EUI = r"[0-9A-Fa-f]{16}"
_HEX = r"[0-9A-Fa-f]+"
_ZIGBEE_FORMS = (
    re.compile(rf"Z:(?P<eui>{_EUI})\$I:(?P<code>{_HEX})"),
    re.compile(rf"G\$M:.+\$A:(?P<eui>{_EUI})\$I:(?P<code>{_HEX})"),
    re.compile(rf"HUE:Z:(?P<code>{_HEX}) M:(?P<eui>{_EUI})"),
    re.compile(rf"(?P<eui>{_EUI})\|(?P<code>{_HEX})"),
)
_LORA = re.compile(rf"LW:D0:(?P<join>{_EUI}):(?P<eui>{_EUI})(:.*)?")
_ADDRESS = re.compile(r"[^\s#+]{1,200}")
_TYPED_EUI = re.compile(r"(?:0x)?([0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){7})")


class LabelError(ValueError):
    """The code says nothing that we know; the message says what to do, in bokmål."""


class NoLabel(LabelError):
    """It is no label; it may be an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A device as its label names it.

    Attributes:
        source: The road on which it speaks.
        address: Its own name on that road.
        secret: A Zigbee install code, for the gateway alone: it is shown once and never stored.
    """

    source: str
    address: str
    kind: DeviceKind = DeviceKind.UNKNOWN
    secret: str | None = None


def read(text: str) -> Label:
    """What a code says, scanned or typed.

    >>> read("LW:D0:0011223344556677:AABBCCDDEEFF0011:AABB1122").address
    'aabbccddeeff0011'

    Raises:
        NoLabel: No known form.
        LabelError: One that is damaged, or an install code with a wrong checksum: a sign was misread.
    """
    said = text.strip()
    if said.startswith(f"{OURS}:"):
        return _ours(said)
    if found := _LORA.fullmatch(said):
        return Label(source=LORA, address=found["eui"].lower())
    for form in _ZIGBEE_FORMS:
        if found := form.search(said):
            return Label(source=ZIGBEE, address=f"0x{found['eui'].lower()}", secret=_checked(found["code"]))
    if said.startswith("LW:"):
        raise LabelError("Koden er LoRaWAN, men ikke i formen TR005. Skriv DevEUI fra etiketten i stedet.")
    if found := _TYPED_EUI.fullmatch(said):
        raise NoLabel("Det er et EUI-nummer. Velg om det er Zigbee eller LoRaWAN, og prøv igjen.")
    raise NoLabel("Vi kjenner ikke denne koden. Les av QR-koden på utstyret, eller skriv adressen og velg tilkobling.")


def named(source: str, text: str) -> Label:
    """A label says by itself what it is; what is none is an address on the chosen road.

    Args:
        source: The road; empty where none was chosen.

    Raises:
        LabelError: It is neither.
    """
    try:
        return read(text)
    except NoLabel:
        if not source:
            raise
        return typed(source, text)


def typed(source: str, text: str) -> Label:
    """An address that somebody has typed, on the road that they chose.

    Raises:
        LabelError: It can be no address there.
    """
    said = text.strip()
    if source in {ZIGBEE, LORA} and (found := _TYPED_EUI.fullmatch(said)):
        eui = re.sub("[:-]", "", found[1]).lower()
        return Label(source=source, address=f"0x{eui}" if source == ZIGBEE else eui)
    if source == LORA:
        raise LabelError("DevEUI har seksten tegn: tallene 0–9 og bokstavene A–F.")
    if not _ADDRESS.fullmatch(said):
        raise LabelError("Adressen kan ikke ha mellomrom, # eller +, og ikke være tom.")
    return Label(source=source, address=said)


def written(source: str, kind: DeviceKind, address: str) -> str:
    """The text of our own label, which `read` understands.

    >>> written("carehub_v1", DeviceKind.BUTTON, "knapp-7")
    'CAREHUB1:carehub_v1:button:knapp-7'
    """
    return f"{OURS}:{source}:{kind}:{address}"


def _ours(said: str) -> Label:
    _, _, rest = said.partition(":")
    source, kind, address = [*rest.split(":", 2), "", ""][:3]
    if not re.fullmatch(r"[a-z0-9_]{1,40}", source) or kind not in set(DeviceKind) or not _ADDRESS.fullmatch(address):
        raise LabelError("Etiketten er vår, men skadet. Skriv ut en ny fra utstyrets side, eller skriv adressen.")
    return Label(source=source, address=address, kind=DeviceKind(kind))


def _checked(code: str) -> str:
    if len(code) % 2 or len(code) // 2 not in _CRC_SIZES:
        raise LabelError("Installasjonskoden har feil lengde. Les av koden en gang til.")
    raw = bytes.fromhex(code)
    if crc(raw[:-2]) != int.from_bytes(raw[-2:], "little"):
        raise LabelError("Kontrollsifrene i installasjonskoden stemmer ikke: et tegn er lest feil. Les av en gang til.")
    return code.upper()


def crc(raw: bytes) -> int:
    """CRC-16/X-25 of an install code without its last two bytes.

    >>> hex(crc(bytes.fromhex("83FED3407A939723A5C639B26916D505")))
    '0xb5c3'
    """
    value = 0xFFFF
    for byte in raw:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value ^ 0xFFFF
