"""The administration's rooms: pages in groups, so that one finds one's way among thirty of them."""

from dataclasses import dataclass

from carehub.core.people.access import Permission
from carehub.web.security import Visitor
from carehub.web.tongue import _, later


@dataclass(frozen=True, slots=True)
class Link:
    """One page."""

    address: str
    name: str
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together; the group's own link is its first page."""

    name: str
    links: tuple[Link, ...]

    @property
    def here(self) -> bool:
        """Whether one of its pages is the one that is shown."""
        return any(link.here for link in self.links)


_SEES, _PLANS, _AUDITS = Permission.SEE_RESIDENTS, Permission.PLAN_SHIFTS, Permission.AUDIT
_RUNS = Permission.ADMINISTER
_Page = tuple[str, str, Permission | None]
"""None: for auditors as well."""
_GROUPS: tuple[tuple[str, tuple[_Page, ...]], ...] = (
    (later("I dag"), (
        ("/admin", later("Oversikt"), _RUNS), ("/admin/tasks", later("Oppgaver"), _RUNS),
        ("/admin/reviews", later("Vurderinger"), _SEES),
    )),
    (later("Beboere og utstyr"), (
        ("/admin/residents", later("Beboere"), _SEES), ("/admin/places", later("Hjem og rom"), _RUNS),
        ("/admin/devices", later("Utstyr"), _RUNS), ("/admin/join", later("Sett opp utstyr"), _RUNS),
        ("/silences", later("Stille"), _RUNS),
    )),
    (later("Folk og vakter"), (
        ("/admin/people", later("Personer"), _RUNS), ("/admin/shifts", later("Vakter"), _PLANS),
        ("/admin/tablets", later("Felles nettbrett"), _RUNS), ("/tablet/screens", later("Skjermer"), _PLANS),
        ("/admin/ladders", later("Varslingsstige"), _RUNS),
    )),
    (later("Regler"), (
        ("/admin/rules", later("Regler"), _RUNS), ("/admin/rules/backtest", later("Prøv regler"), _SEES),
        ("/admin/why-not", later("Hvorfor ikke?"), _SEES), ("/admin/models", later("Modeller"), _RUNS),
    )),
    (later("Svar og tall"), (
        ("/admin/answers", later("Svartider"), _RUNS), ("/admin/load", later("Belastning"), _RUNS),
        ("/admin/promises", later("Løfter og bevis"), _RUNS), ("/admin/retention", later("Lagringstid"), _SEES),
    )),
    (later("Hendelser"), (
        ("/admin/events", later("Hendelser"), None), ("/admin/ledger", later("Regnskap"), None),
        ("/admin/dead-letters", later("Uleselige meldinger"), _RUNS),
        ("/admin/transfer", later("Import og eksport"), _RUNS),
    )),
    (later("Revisjon"), (("/audit", later("Oppslag"), _AUDITS),)),
)  # fmt: skip


def groups(path: str, visitor: Visitor | None) -> list[Group]:
    """The groups and pages that a visitor may open; the page with the longest address that fits is where they are."""
    mine = [
        (name, [page for page in pages if visitor is not None and (page[2] is None or visitor.may(page[2]))])
        for name, pages in _GROUPS
    ]
    here = _here(path, [address for _name, pages in mine for address, *_rest in pages])
    return [
        Group(_(name), tuple(Link(address, _(word), address == here) for address, word, _may in pages))
        for name, pages in mine
        if pages
    ]


def _here(path: str, addresses: list[str]) -> str:
    fits = [one for one in addresses if path == one or (one != "/admin" and path.startswith(f"{one}/"))]
    return max(fits, key=len, default="")
