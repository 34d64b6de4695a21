"""The telephone as an app: what makes it installable, its service worker, and the page for no coverage."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from carehub.core.showing.wording import alert_number
from carehub.web.cards import AlertView
from carehub.web.render import STATIC, asset, page
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import _, language

router = APIRouter()
SCOPE = "/nurse"
"""The service worker answers for these pages and no others."""
OFFLINE = f"{SCOPE}/offline"
_KEPT = (
    "designsystemet/theme.css", "designsystemet/index.css", "carehub.css", "phone.css", "unsent.js", "offline.js",
    "redraw.js", "acts.js", "live.js", "carehub.svg", "app-192.png", "inter/inter-latin-wght-normal.woff2",
)  # fmt: skip
"""What the telephone keeps of us: files that are the same for everybody."""
_COLOUR = "#0062ba"


def given(visitor: Visitor | None) -> dict[str, Any]:
    """What the telephone's pages need besides: whose telephone it is, and the words of unsent.js."""
    return {"person_key": key_of(visitor.person.id) if visitor else None, "unsent_words": unsent_words()}


def key_of(person_id: str) -> str:
    """Tells a telephone whether two logins are the same person's, and nothing else."""
    return sha256(f"telephone|{person_id}".encode()).hexdigest()[:16]


def kept(alerts: list[AlertView]) -> str:
    """What a telephone may keep of the list while it has no coverage (C68): no name, no place, nothing of health."""
    return json.dumps(
        [
            {
                "id": one.id, "number": alert_number(one.id), "urgency": one.urgency, "severity": int(one.severity),
                "unit": one.unit if one.open_to_me else one.room, "since": one.raised_at.isoformat(),
                "waits": one.waits, "mine": one.mine, "may": sorted(one.may & {"take", "arrive"}),
            }
            for one in alerts
        ]
    )  # fmt: skip


def unsent_words() -> Mapping[str, str]:
    """Every text of unsent.js and offline.js; `{…}` is filled in there."""
    return {
        "waits": _("Ikke sendt ennå – huben vet det ikke."),
        "take": _("Ta varselet"),
        "arrive": _("Jeg er der"),
        "what": _("{action}, varsel {number}. Du trykket kl. {clock}."),
        "goes_on": _("Varselet går videre til andre så lenge."),
        "ring": _("Haster det: ring."),
        "ring_number": _("Haster det: ring {number}."),
        "retry": _("Prøv å sende nå"),
        "withdraw": _("Trekk tilbake"),
        "ok": _("OK"),
        "told": _("Varsel {number}: {words}"),
        "void": _("Svaret ditt gjelder ikke: {action}, trykket kl. {clock}."),
        "see": _("Se varselet"),
        "logout": _("Du har svar som ikke er sendt. Logger du ut, slettes de, og huben får dem aldri."),
        "login": _("Innloggingen er over. Logg inn, så sendes svaret ditt."),
        "login_link": _("Logg inn"),
        "too_old": _("Svaret er over fire timer gammelt og ble aldri sendt."),
        "somebody_else": _("En kollegas usendte svar er slettet fra telefonen. Huben fikk det aldri."),
        "no_room": _("Telefonen kan ikke ta vare på svaret. Ring vaktrommet."),
        "last": _("Sist oppdatert {clock}, for {age} siden – uten dekning"),
        "nothing": _("Telefonen har ingen liste. Den slettes når du logger ut, og etter fire timer."),
        "calm": _("Da var det ingen åpne varsler. Nye varsler vises ikke uten dekning."),
        "waiting": _("Ingen hadde tatt det"),
        "mine": _("Du hadde det"),
        "held": _("En kollega hadde det"),
        "since": _("fra kl. {clock}"),
        "number": _("Varsel {number}"),
    }


@router.get("/manifest.webmanifest", include_in_schema=False)
async def manifest(hub: TheHub) -> JSONResponse:
    """What a browser needs to put CareHub on the home screen."""
    icons = [
        {"src": asset("app-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": asset("app-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": asset("app-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        {"src": asset("carehub.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
    ]
    told = {
        "id": SCOPE, "name": f"CareHub – {hub.municipality}", "short_name": "CareHub", "lang": language().value,
        "description": _("Varsler, besøk og vakt for hjemmetjenesten."), "start_url": SCOPE, "scope": "/",
        "display": "standalone", "orientation": "portrait", "theme_color": _COLOUR, "background_color": "#ffffff",
        "icons": icons,
        "shortcuts": [
            {"name": _("Besøk i vakten"), "url": f"{SCOPE}/visits"}, {"name": _("Min vakt"), "url": "/my"},
        ],
    }  # fmt: skip
    return JSONResponse(told, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@router.get("/sw.js", include_in_schema=False)
async def service_worker() -> Response:
    """The worker with the names of what it keeps: when one changes, so does it, and the browser takes it anew."""
    files = [asset(name) for name in _KEPT]
    head = (
        f"const FILES = {json.dumps(files)};\nconst UNSENT = {json.dumps(asset('unsent.js'))};\n"
        f"const ICON = {json.dumps(asset('app-192.png'))};\nconst BADGE = {json.dumps(asset('badge-96.png'))};\n"
        f"const OFFLINE = {json.dumps(OFFLINE)};\n"
    )
    body = (STATIC / "sw.js").read_text(encoding="utf-8")
    version = sha256((head + body).encode()).hexdigest()[:10]
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": SCOPE}
    text = f'const VERSION = "{version}";\n{head}{body}'
    return Response(text, media_type="text/javascript", headers=headers)


@router.get(OFFLINE)
async def offline(request: Request) -> Response:
    """Shown by the worker when nothing answers. The same for everybody: what it lists is on the telephone already."""
    return page(request, "offline.html", None, **given(None))
