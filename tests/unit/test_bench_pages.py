"""What `make bench` says of pages is said of all of them: each that a person opens is measured, or named here."""

import re

from benchmarks.pages import OPENS
from tests.unit.web.test_routes import EXPECTED

_NO_PAGE = {
    "/a/{number}": "leads on", "/admin/ladders": "leads on", "/account/with/{provider}": "leads to the provider",
    "/here": "nothing to see", "/api/v1/live": "a stream: `benchmarks.live`",
    "/metrics": "for a program", "/openapi.json": "for a program",
    **dict.fromkeys(
        (
            "/admin/load.csv", "/admin/transfer/{name}.csv", "/audit/log.csv",
            "/admin/residents/{resident_id}/export.json",
            "/admin/residents/{resident_id}/export.pdf", "/record/{resident_id}/export.json",
            "/record/{resident_id}/export.pdf",
        ),
        "a file, which is waited for",
    ),
}  # fmt: skip
"""Routes that a login opens and that are no page, and why; the API's lists come in parts, for programs."""


def _of(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", path))


def test_every_page_that_a_login_opens_is_measured() -> None:
    measured = {path.partition("?")[0] for _, paths in OPENS.values() for path in paths}
    pages = {
        path for (method, path), roles in EXPECTED.items()
        if method == "GET" and roles is not None and path not in _NO_PAGE and not path.startswith("/api/v1/")
    }  # fmt: skip

    assert sorted(page for page in pages if not any(_of(page).fullmatch(one) for one in measured)) == []


def test_what_is_named_as_no_page_is_a_route() -> None:
    assert {path for path in _NO_PAGE if ("GET", path) not in EXPECTED} == set()
