"""Who may what, as one table: each route by role and by what ties the asker to the one whom it is about.

The roles are read from the doors themselves, the ties from `core.access`, the consents from `core.consent`: what is
printed is what is asked. What each route reads of a resident is written here, and a test holds the running application
against it; a route that takes an id and has no line here fails the build (C31).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from carehub.core.people.access import SEES, About, Errand, Mark, Permission, Role, Tie, Where, roles_with, tells
from carehub.core.people.consent import KNOWS, OWN, Insight
from carehub.web.security import OPENS_FOR
from carehub.web.words import ROLES


class By(StrEnum):
    """What lets somebody read on a route."""

    ALERT = "alert"
    """The tie to the alert: also that nobody has answered it."""
    RESIDENT = "resident"
    """The tie to the resident."""
    MASKED = "masked"
    """It opens for all of its roles, and names only whom the asker may see."""
    CONSENT = "consent"
    """What the resident agreed to, or the resident's own right."""
    BOND = "bond"
    """Any tie to the resident that holds, whatever was agreed: one's own words and decisions (test_family.py)."""
    ROLE = "role"
    """The role alone: nothing of a resident is shown."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a route reads of a resident, and by what it is decided."""

    by: By
    about: About = About.IDENTITY


_ACT = Read(By.ROLE, About.WAITING)
"""Whoever sees that an alert waits may take it: a colleague in need is never stopped."""
READS: dict[str, Read] = {
    "/tablet": Read(By.MASKED, About.ALERT),
    "/tablet/handover": Read(By.MASKED, About.ALERT),
    "/tablet/handover/notes/{note_id}": Read(By.RESIDENT),
    "/tablet/rounds": Read(By.MASKED),
    "/tablet/rounds/{turn_id}/done": Read(By.RESIDENT),
    "/tablet/rounds/plans/{round_id}/end": Read(By.RESIDENT),
    "/tablet/screens/walls/{link_id}/end": Read(By.ROLE),
    "/nurse": Read(By.MASKED, About.ALERT),
    "/nurse/{alert_id}": Read(By.ALERT, About.ALERT),
    "/nurse/{alert_id}/access": Read(By.ALERT, About.WAY_IN),
    "/a/{number}": _ACT,
    "/alerts/{alert_id}/why": Read(By.ALERT, About.ALERT),
    "/alerts/{alert_id}/open": _ACT,
    **{f"/alerts/{{alert_id}}/{act}": _ACT for act in ("take", "arrive", "release", "confirm", "undo", "help",
                                                       "hand-over", "close")},
    **{f"/api/v1/alerts/{{alert_id}}/{act}": _ACT for act in (
        "acknowledge", "take", "arrive", "release", "resolve", "close")},
    **{f"/nurse/visits/{{visit_id}}/{act}": Read(By.RESIDENT) for act in ("done", "move", "undo")},
    "/nurse/visits/{visit_id}/access": Read(By.RESIDENT, About.WAY_IN),
    "/api/v1/alerts": Read(By.MASKED, About.ALERT),
    "/api/v1/alerts/{alert_id}": Read(By.MASKED, About.ALERT),
    "/api/v1/residents": Read(By.MASKED),
    "/api/v1/residents/{resident_id}": Read(By.RESIDENT),
    "/api/v1/reports/load": Read(By.MASKED),
    "/residents/{resident_id}/days": Read(By.RESIDENT, About.DAYS),
    "/residents/{resident_id}/planned": Read(By.RESIDENT),
    "/residents/{resident_id}/planned/{visit_id}/cancel": Read(By.RESIDENT),
    "/residents/{resident_id}/planned/{visit_id}/restore": Read(By.RESIDENT),
    "/blind": Read(By.MASKED),
    "/visits": Read(By.MASKED),
    "/silences": Read(By.MASKED),
    "/silences/{silence_id}": Read(By.RESIDENT),
    "/silences/{silence_id}/{act}": Read(By.RESIDENT),
    **{f"/admin/dead-letters/{{letter_id}}{rest}": Read(By.ROLE) for rest in ("", "/read", "/aside")},
    "/admin/tasks": Read(By.MASKED),
    "/admin/tasks/{task_id}/{act}": Read(By.RESIDENT),
    "/admin/models": Read(By.MASKED, About.DAYS),
    "/admin/events": Read(By.MASKED, About.DAYS),
    "/admin/events/{seq}": Read(By.RESIDENT, About.DAYS),
    "/admin/why-not": Read(By.MASKED, About.DAYS),
    "/admin/people": Read(By.MASKED),
    **{f"/admin/people/{{person_id}}{rest}": Read(By.ROLE) for rest in (
        "", "/duty", "/active", "/password", "/ways", "/ways/{method_id}/send", "/ways/{method_id}/verify",
        "/competences", "/ways/email", "/ways/{method_id}/also", "/ways/{method_id}/move", "/ways/{method_id}/remove",
        "/ways/{method_id}/undo", "/identities", "/identities/remove",
    )},
    "/kiosk/in/{person_id}": Read(By.ROLE),
    "/admin/rules/backtest/{run_id}": Read(By.MASKED, About.DAYS),
    "/admin/rules/backtest/{run_id}/cancel": Read(By.ROLE),
    "/admin/rules/backtest/{run_id}/{sort}/{number}": Read(By.MASKED, About.DAYS),
    "/admin/rules/decisions/{override_id}/{act}": Read(By.RESIDENT),
    "/admin/residents/{resident_id}": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/about": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/move": Read(By.RESIDENT),
    **{f"/admin/residents/{{resident_id}}/address{rest}": Read(By.RESIDENT) for rest in ("", "/lower", "/lower/{act}")},
    "/admin/residents/{resident_id}/care/{act}": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/state": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/erasure": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/erasure/{act}": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/hold": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/hold/end": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/basis": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/basis/{basis_id}/{act}": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/readings": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/export.json": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/export.pdf": Read(By.RESIDENT),
    "/record/{resident_id}/export.json": Read(By.CONSENT, About.RECORD),
    "/record/{resident_id}/export.pdf": Read(By.CONSENT, About.RECORD),
    "/relatives": Read(By.CONSENT, About.WELL),
    "/relatives/asked/{alert_id}": Read(By.BOND, About.WAITING),
    **{f"/relatives/{{resident_id}}{rest}": Read(By.BOND) for rest in (
        "/messages", "/visits", "/visits/{visit_id}/cancel", "/availability", "/about", "/leave",
    )},
    "/resident": Read(By.CONSENT, About.RECORD),
    "/resident/{resident_id}/pause": Read(By.CONSENT, About.RECORD),
    "/resident/{resident_id}/wish": Read(By.CONSENT, About.RECORD),
    "/resident/{resident_id}/consent/{relation_id}": Read(By.BOND, About.RECORD),
    "/resident/{resident_id}/say-no": Read(By.BOND, About.RECORD),
    "/messages": Read(By.MASKED),
    "/messages/{resident_id}/{person_id}": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/relatives": Read(By.RESIDENT),
    "/admin/residents/{resident_id}/relatives/{relation_id}/{act}": Read(By.RESIDENT),
    "/record/{resident_id}/readings": Read(By.CONSENT, About.RECORD),
}  # fmt: skip
"""By path. Routes that are not here read nothing of a resident."""

WITHIN: dict[str, frozenset[Role]] = {
    "/account/pin": roles_with(Permission.ANSWER_ALERTS),
    "/account": frozenset(Role),
    "/api/v1/live": frozenset(Role),
    "/my/ways": roles_with(Permission.SEE_ALERTS),
    "/admin/people/{person_id}/ways": roles_with(Permission.ADMINISTER),
    "/api/v1/events": roles_with(Permission.SEND_EVENTS),
    "/metrics": roles_with(Permission.ADMINISTER),
}
"""Routes that ask for the role behind the door, by the beginning of their path: half a login, a device's own token."""


def roles_of(route: APIRoute) -> frozenset[Role] | None:
    """For whom a route opens; None where nobody has to be logged in."""
    within = next((roles for start, roles in WITHIN.items() if route.path.startswith(start)), None)
    found = _roles(route.dependant)
    return within if found is None else found


def _roles(dependant: Dependant) -> frozenset[Role] | None:
    if dependant.call in OPENS_FOR:
        return OPENS_FOR[dependant.call]
    found = [one for one in map(_roles, dependant.dependencies) if one is not None]
    return frozenset.intersection(*found) if found else None


def written(routes: Iterable[APIRoute]) -> str:
    """The whole table as Markdown, with the number of its decisions."""
    rows = list(_route_rows(routes))
    ties, consents = list(_tie_rows()), list(_consent_rows())
    places = list(_where_rows())
    many = len(rows) * (len(Role) + 1) + len(ties) * len(Tie) + len(consents) * len(About) + len(places) * len(Where)
    counted = (
        f"{many} decisions: {len(rows)} routes by {len(Role)} roles and nobody, {len(About)} kinds of information by "
        f"{len(Tie)} ties of staff and by {len(consents)} agreements of those outside the staff, and {len(Where)} "
        f"parts of where somebody lives by {len(Mark)} gradings of the address and {len(Errand)} errands."
    )
    return "\n".join([
        "# Who may what", "", counted, "",
        "## Routes", "", *_table(["Route", *(ROLES[one] for one in Role), "Nobody", "Reads", "Decided by"], rows),
        "## Staff who may see residents, by tie", "", *_table(["About", *Tie], ties),
        "## Outside the staff, by agreement", "", *_table(["Agreement", *About], consents),
        "## Where somebody lives, by grading of the address", "", *_table(["Grading, to whom", *Where], places),
    ])  # fmt: skip


def _route_rows(routes: Iterable[APIRoute]) -> Iterator[list[str]]:
    for route in sorted(routes, key=lambda one: one.path):
        roles, read = roles_of(route), READS.get(route.path)
        for method in sorted(route.methods or ()):
            opens = [_mark(roles is None or role in roles) for role in Role]
            said = [read.about.value if read else "–", read.by.value if read else "role"]
            yield [f"`{method} {route.path}`", *opens, _mark(roles is None), *said]


def _tie_rows() -> Iterator[list[str]]:
    return ([about.value, *(_mark(about in SEES[tie]) for tie in Tie)] for about in About)


def _consent_rows() -> Iterator[list[str]]:
    for level in Insight:
        yield [f"relative: {level.value}", *(_mark(about in KNOWS[level]) for about in About)]
    yield ["resident, or guardian while the decision lasts", *(_mark(about in OWN) for about in About)]
    yield ["any, once it has ended", *(_mark(held=False) for _ in About)]


def _where_rows() -> Iterator[list[str]]:
    for mark in Mark:
        for errand in Errand:
            yield [f"{mark}, {errand}", *(_mark(tells(mark, errand, what)) for what in Where)]


def _mark(held: bool) -> str:  # noqa: FBT001 - one cell
    return "yes" if held else "–"


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)] + [""]
