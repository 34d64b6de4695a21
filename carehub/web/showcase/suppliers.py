"""Where suppliers try a device before anybody owns it: a form, and a home of their own for a day. Public."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from carehub.contracts import DecodeError
from carehub.core.showing.terms import PLACES
from carehub.flow.hub import Hub
from carehub.flow.receiving.intake import MAX_PAYLOAD
from carehub.flow.sandbox import TooMany, empty
from carehub.web import words
from carehub.web.problems import problem
from carehub.web.render import page
from carehub.web.security import bearer_of
from carehub.web.showcase.trials import as_json, in_words
from carehub.web.showcase.window import Kept, Window
from carehub.web.tongue import _, later

router = APIRouter(prefix="/showcase")
_SLOW_DOWN = later("Det er prøvd mye det siste minuttet. Vent litt, og prøv igjen.")
_FULL = later("Alle prøvehjemmene er i bruk. Prøv igjen senere; hvert av dem varer et døgn.")
_NOT_YOURS = "No sandbox has this credential, or its day is over. Ask for a new one at /showcase/suppliers."


@dataclass(frozen=True, slots=True)
class Given:
    """What a device would send: its topic, its payload, and where it stands (empty where it is worn)."""

    topic: str
    payload: str
    place: str = ""


_V1, _EUI = "carehub/v1/prove-1/alarm", "a84041d21182b879"
EXAMPLES: tuple[tuple[str, Given], ...] = (
    (later("Alarmknapp, CareHub v1"), Given(_V1, '{"id": "1", "seq": 1, "kind": "button.pressed"}')),
    (later("Dørsensor, zigbee2mqtt"), Given("zigbee2mqtt/Ytterdør", '{"contact": false, "battery": 88}', "entrance")),
    (later("Temperatur, zigbee2mqtt"), Given("zigbee2mqtt/Stue", '{"temperature": 5.5}', "living_room")),
    (later("Vannlekkasje, zigbee2mqtt"), Given("zigbee2mqtt/Bad", '{"water_leak": true}', "bathroom")),
    (
        later("Vannlekkasje, LoRaWAN"),
        Given(f"application/1/device/{_EUI}/event/up", '{"object": {"WATER_LEAK_STATUS": 1}}', "bathroom"),
    ),
    (
        later("Dør, LoRaWAN (The Things Stack)"),
        Given(
            "v3/prove@ttn/devices/dor-1/up",
            '{"uplink_message": {"f_port": 10, "f_cnt": 7, "decoded_payload": {"DOOR_OPEN_STATUS": 1}}}',
            "entrance",
        ),
    ),
    (
        later("Ut av området, OwnTracks"),
        Given("owntracks/prove/1/event", '{"_type": "transition", "event": "leave", "desc": "Hjemme"}'),
    ),
    (later("En alarm som ikke kan leses"), Given(_V1, '{"id": 2, "kind": "button.presed"}')),
)

ROADS: dict[str, tuple[str, int]] = {
    "carehub_v1": (later("En enhet eller sentral som dere programmerer selv"), 0),
    "zigbee2mqtt": (later("Zigbee-utstyr bak Zigbee2MQTT"), 1),
    "chirpstack": (later("LoRaWAN-utstyr bak ChirpStack, med et oppsett som leser rammene (codec)"), 4),
    "things_stack": (later("LoRaWAN-utstyr bak The Things Stack, med et oppsett som leser rammene (formatter)"), 5),
    "owntracks": (later("En telefon eller GPS-sender med OwnTracks"), 6),
}
"""By the name of a source: what a supplier has who uses it, and which example shows it."""


@router.get("/suppliers")
async def suppliers(request: Request, hub: Window, example: Annotated[int, Query(ge=0, le=1000)] = 0) -> Response:
    """What a device must say, and a form that tells what would happen."""
    return _page(request, hub, EXAMPLES[min(example, len(EXAMPLES) - 1)][1])


@router.post("/suppliers")
async def try_payload(
    request: Request, hub: Window, kept: Kept, topic: Annotated[str, Form(max_length=200)],
    payload: Annotated[str, Form(max_length=MAX_PAYLOAD)], place: Annotated[str, Form(max_length=20)] = "",
) -> Response:  # fmt: skip
    """One message in an empty home: nothing is stored, and nobody is told."""
    given = Given(topic.strip(), payload, place)
    if not kept.tries.take(_address(request), hub.passed()):
        return _page(request, hub, given, 429, wrong=_(_SLOW_DOWN))
    heard = empty(hub.sources, hub.rulebook, hub.clock()).hear(
        given.topic, payload.encode(), place if place in PLACES else None, hub.clock()
    )
    return _page(request, hub, given, trial=in_words(heard, hub.rulebook, hub.zone, hub.public_url))


def _page(request: Request, hub: Hub, given: Given, status: int = 200, **context: Any) -> Response:
    common = {"trial": None, "wrong": None, "secret": None, "sandbox": None} | context
    return page(
        request, "showcase_suppliers.html", status=status, examples=EXAMPLES, places=words.places(),
        sources=hub.sources, roads=ROADS, given=given, address=hub.public_url, **common,
    )  # fmt: skip


@router.post("/sandbox")
async def begin(request: Request, hub: Window, kept: Kept) -> Response:
    """A home of one's own for a day, with a credential that is shown once."""
    given = EXAMPLES[0][1]
    if not kept.begun.take(_address(request), hub.passed()):
        return _page(request, hub, given, 429, wrong=_(_SLOW_DOWN))
    try:
        made, secret = kept.sandboxes.begin(hub.sources, hub.rulebook, hub.clock())
    except TooMany:
        return _page(request, hub, given, 503, wrong=_(_FULL))
    return _page(request, hub, given, secret=secret, sandbox=made)


@router.get("/sandbox/{identity}")
async def sandbox(request: Request, hub: Window, kept: Kept, identity: str) -> Response:
    """What was heard there, the newest first. Its name is as hard to guess as a password."""
    found = kept.sandboxes.named(identity, hub.clock())
    if found is None:
        raise HTTPException(404)
    trials = [in_words(one, hub.rulebook, hub.zone, hub.public_url) for one in found.heard]
    return page(request, "showcase_sandbox.html", stream="/showcase/live", sandbox=found, trials=trials)


@router.post("/api/v1/events")
async def receive(
    request: Request, hub: Window, kept: Kept, topic: Annotated[str | None, Query(max_length=200)] = None,
    place: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:  # fmt: skip
    """As `POST /api/v1/events`, in a sandbox; with `topic`, the body is what a device of any road would publish."""
    home = kept.sandboxes.of(bearer_of(request.headers) or "", hub.clock())
    if home is None:
        return problem(401, _NOT_YOURS)
    body = await request.body()
    where = place if place in PLACES else None
    try:
        heard = [home.hear(*one, where, hub.clock()) for one in _messages(hub, topic, body)]
    except DecodeError as error:
        return problem(422, str(error))
    except TooMany:
        return problem(429, "Sixty messages a minute are heard here. Send it again in a minute.")
    hub.live.change()
    return JSONResponse({"sandbox": home.id, "stored": False, "messages": [as_json(one) for one in heard]})


def _messages(hub: Hub, topic: str | None, body: bytes) -> list[tuple[str, bytes]]:
    if topic is not None:
        return [(topic, body)]
    if hub.read_body is None:
        raise DecodeError("this hub reads no bodies of its own: say ?topic=")
    return [(one.topic, one.payload) for one in hub.read_body(body, hub.clock())]


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
