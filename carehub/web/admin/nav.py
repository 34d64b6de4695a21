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


_SEES, _PLANS = Permission.SEE_RESIDENTS, Permission.PLAN_SHIFTS
_Page = tuple[str, str, Permission | None]
_GROUPS: tuple[tuple[str, tuple[_Page, ...]], ...] = (
    (later("I dag"), (
        ("/admin", later("Oversikt"), None), ("/admin/tasks", later("Oppgaver"), None),
        ("/admin/reviews", later("Vurderinger"), _SEES),
    )),
    (later("Beboere og utstyr"), (
        ("/admin/residents", later("Beboere"), _SEES), ("/admin/places", later("Hjem og rom"), None),
        ("/admin/devices", later("Utstyr"), None), ("/admin/join", later("Sett opp utstyr"), None),
        ("/silences", later("Stille"), None),
    )),
    (later("Folk og vakter"), (
        ("/admin/people", later("Personer"), None), ("/admin/shifts", later("Vakter"), _PLANS),
        ("/admin/tablets", later("Felles nettbrett"), None), ("/tablet/screens", later("Skjermer"), _PLANS),
        ("/admin/ladders", later("Varslingsstige"), None),
    )),
    (later("Regler"), (
        ("/admin/rules", later("Regler"), None), ("/admin/rules/backtest", later("Prøv regler"), _SEES),
        ("/admin/why-not", later("Hvorfor ikke?"), _SEES), ("/admin/models", later("Modeller"), None),
    )),
    (later("Svar og tall"), (
        ("/admin/answers", later("Svartider"), None), ("/admin/load", later("Belastning"), None),
        ("/admin/promises", later("Løfter og bevis"), None), ("/admin/retention", later("Lagringstid"), _SEES),
    )),
    (later("Hendelser"), (
        ("/admin/events", later("Hendelser"), None), ("/admin/ledger", later("Regnskap"), None),
        ("/admin/dead-letters", later("Uleselige meldinger"), None),
        ("/admin/transfer", later("Import og eksport"), None),
    )),
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
