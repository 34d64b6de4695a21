"""What the sensors of published recordings are, in the hub's words: what they say, and where they hang."""

import re
from typing import NamedTuple


class Thing(NamedTuple):
    """One sensor.

    Attributes:
        name: The recording's own name for it.
        place: entrance, hall, bathroom, bedroom, living_room, kitchen or outside; None if unknown.
        on: The kind that it says when it begins; None where every reading brings its own.
        off: What it says when it ends; None for what merely happens.
        unit: Of its measurements, UCUM-like.
    """

    name: str
    place: str | None
    on: str = ""
    off: str | None = None
    unit: str | None = None


MOTION = ("motion.detected", "motion.cleared")
DOOR = ("door.opened", "door.closed")
BED = ("bed.entered", "bed.left")
CHAIR = ("chair.entered", "chair.left")
# words that the hub does not know; it stores and lists them
LIGHT = ("light.on", "light.off")
TAP = ("tap.on", "tap.off")
APPLIANCE = ("appliance.on", "appliance.off")
FLUSH = ("toilet.flushed", None)
USED = ("object.used", None)

# --- CASAS ---------------------------------------------------------------------------------

CASAS_PLACES = {
    "Bathroom": "bathroom",
    "Bedroom": "bedroom",
    "Kitchen": "kitchen",
    "LivingRoom": "living_room",
    "LoungeChair": "living_room",  # a motion sensor above the chair, so no chair.entered
    "OutsideDoor": "entrance",
    "WorkArea": "living_room",  # the hub has no word for a study
}

CASAS_KINDS = {"ON": MOTION[0], "OFF": MOTION[1], "OPEN": DOOR[0], "CLOSE": DOOR[1]}
CASAS_LIGHT_KINDS = {"ON": LIGHT[0], "OFF": LIGHT[1]}

# --- TIHM ----------------------------------------------------------------------------------

TIHM_ROOMS = {
    "Back Door": Thing("Back Door", "entrance", DOOR[0]),
    "Bathroom": Thing("Bathroom", "bathroom", MOTION[0]),
    "Bedroom": Thing("Bedroom", "bedroom", MOTION[0]),
    "Fridge Door": Thing("Fridge Door", "kitchen", DOOR[0]),
    "Front Door": Thing("Front Door", "entrance", DOOR[0]),
    "Hallway": Thing("Hallway", "hall", MOTION[0]),
    "Kitchen": Thing("Kitchen", "kitchen", MOTION[0]),
    "Lounge": Thing("Lounge", "living_room", MOTION[0]),
}

TIHM_VITALS = {
    "Body Temperature": Thing("Body Temperature", None, "body_temperature", unit="°C"),
    "Body weight": Thing("Body weight", None, "body_weight", unit="kg"),
    "Diastolic blood pressure": Thing("Blood pressure", None, "blood_pressure.diastolic", unit="mmHg"),
    "Heart rate": Thing("Heart rate", None, "pulse", unit="/min"),
    "O/E - muscle mass": Thing("Muscle mass", None, "muscle_mass", unit="kg"),
    "Skin Temperature": Thing("Skin Temperature", None, "skin_temperature", unit="°C"),
    "Systolic blood pressure": Thing("Blood pressure", None, "blood_pressure.systolic", unit="mmHg"),
    "Total body water": Thing("Total body water", None, "body_water", unit="%"),
}

# --- UCI ADL -------------------------------------------------------------------------------

_UCI_TYPES: dict[str, tuple[str, str | None]] = {
    "PIR": MOTION, "Magnetic": DOOR, "Flush": FLUSH, "Electric": APPLIANCE,
}  # fmt: skip
_UCI_PLACES = {
    "Bathroom": "bathroom", "Bedroom": "bedroom", "Kitchen": "kitchen", "Living": "living_room", "Entrance": "entrance",
}  # fmt: skip


def uci_thing(location: str, sort: str, place: str) -> Thing | None:
    """A row's sensor; None for a sort of sensor that we do not know.

    Pressure under "Bed" is a bed sensor, any other pressure ("Seat") a chair sensor.
    """
    kinds = (BED if location == "Bed" else CHAIR) if sort == "Pressure" else _UCI_TYPES.get(sort)
    if kinds is None:
        return None
    return Thing(f"{location} {place}", _UCI_PLACES.get(place), *kinds)


# --- van Kasteren and MIT ------------------------------------------------------------------

_NAMED: tuple[tuple[str, tuple[str, str | None]], ...] = (
    (r"toilet.*flush", FLUSH),
    (r"\bpir\b", MOTION),
    (r"press bed|bed mat|mat bed", BED),
    (r"couch", CHAIR),
    (r"light switch|lamp", LIGHT),
    (r"faucet|gootsteen|sink", TAP),
    (r"burner", ("stove.on", "stove.off")),
    (r"door|fridge|refrigerator|freezer|cupboard|cabinet|drawer|container|hamper|dresser|kwik|pans", DOOR),
    (r"microwave|magnetron|toaster|dishwasher|washing|laundry|tv|stereo|telephone|disposal|computer|oven", APPLIANCE),
)
"""The first that fits decides; Dutch words where the house is Dutch. Anything else is merely used."""

_ROOMS = (
    (r"front ?door|^foyer|^porch|keys", "entrance"),
    (r"bathroom|badkamer|toilet|bath|shower", "bathroom"),
    (r"bedroom|slaapkamer|\bbed\b|dresser", "bedroom"),
    (r"^hall", "hall"),
    (r"living|couch|^den\b|^din+ing|^office", "living_room"),  # the day rooms; the hub has no word for a study
    (r"kitchen|keuken|pantry|cup|plates|fridge|refrig|freez|dish|pans|micro|magnet|toast|kwik|gootsteen", "kitchen"),
    (r"groc|cutl|table|containers|cabinet", "kitchen"),
)  # fmt: skip


def kasteren_thing(sensor: int, name: str | None) -> Thing:
    """A sensor by its number and, where the names file has it, its name ("Hall-Bedroom door", "Kitchen,Drawer")."""
    if not name:
        return Thing(f"sensor {sensor}", None, *USED)
    words = name.lower()
    kinds = next((kinds for pattern, kinds in _NAMED if re.search(pattern, words)), USED)
    place = next((place for pattern, place in _ROOMS if re.search(pattern, words.partition(",")[0])), None)
    return Thing(f"{name} {sensor}", place, *kinds)
