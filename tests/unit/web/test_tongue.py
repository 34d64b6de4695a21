"""One request, one language: how it is chosen, and that what follows from it follows."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup
from starlette.datastructures import Headers

from carehub.core.languages import Language
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import render, tongue, words
from tests.unit.web.conftest import Browse, logged_in

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "cookie", "chosen"),
    [
        ("", "", "nb"), ("nn-NO,nn;q=0.9,nb;q=0.8", "", "nn"), ("no", "", "nb"), ("de,fr", "", "nb"),
        ("de, nn;q=0.8, en-US;q=0.9", "", "en"), ("en;q=0, nn;q=0.1", "", "nn"), ("en;q=much", "", "nb"),
        ("nn", "language=en", "en"), ("nn", "language=klingon", "nn"), ("en", "carehub=x; language=nb", "nb"),
    ],
)  # fmt: skip
def test_the_browser_asks_and_the_visitor_decides(asked: str, cookie: str, chosen: str) -> None:
    assert tongue.choose(Headers({"accept-language": asked, "cookie": cookie})) == chosen


def test_dates_ages_and_numbers_follow_the_language() -> None:
    said = {}
    for one in Language:
        tongue.speak(one)
        said[one.value] = (
            render.day(NOW, OSLO), render.ago(NOW - timedelta(minutes=9), NOW), tongue.decimal(2.5),
            words.age(NOW - timedelta(hours=2, minutes=5), NOW), words.age(NOW - timedelta(days=3), NOW),
        )  # fmt: skip

    assert said == {
        "nb": ("torsdag 15. januar", "for 9 minutter siden", "2,5", "2 t 5 min", "3 døgn"),
        "nn": ("torsdag 15. januar", "for 9 minutt sidan", "2,5", "2 t 5 min", "3 døgn"),
        "en": ("Thursday 15 January", "9 minutes ago", "2.5", "2 h 5 min", "3 days"),
    }


def test_somebodys_own_words_stay_words() -> None:
    """C53: translated texts and their values are escaped; only a template's own block may hold markup."""
    made = render.environment(OSLO)
    bad = "<script>alert(1)</script>"
    text = made.from_string(
        '{{ _(bad) }}|{{ _("Rom %(name)s", name=bad) }}|{{ ngettext("%(num)d %(w)s", "%(num)d %(w)s", 2, w=bad) }}'
        "|{% trans name=bad %}<b>{{ name }}</b>{% endtrans %}|{{ _('%(x)s', x=kept) }}|{{ _('100 %') }}"
    )

    said = text.render(bad=bad, kept=Markup("<i>x</i>"))

    assert "<script" not in said
    assert said.count("&lt;script&gt;") == 4
    assert "<b>&lt;" in said
    assert said.endswith("|<i>x</i>|100 %")


def test_words_that_are_the_same_as_our_own_markup_are_escaped() -> None:
    """C53: what was said once is kept, and is not taken for what somebody else wrote."""
    made = render.environment(OSLO)
    text = made.from_string('{{ _(words) }}{{ _("%(x)s", x=words) }}{{ _(words, y=1) }}')
    ours = Markup("<em>100</em>")

    said = [text.render(words=words) for words in (ours, str(ours), ours)]

    assert said == ["<em>100</em>" * 3, "&lt;em&gt;100&lt;/em&gt;" * 3, "<em>100</em>" * 3]


async def test_a_choice_before_the_login_is_kept_by_the_browser(browser: Browse) -> None:
    client = browser()

    answer = await client.post("/language", data={"language": "nn", "back": "//elsewhere.example"})
    page = await client.get("/login")

    assert answer.headers["location"] == "/"
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert '<html lang="nn"' in page.text


async def test_a_choice_follows_the_person_to_every_browser(browser: Browse, hub: Hub) -> None:
    client = await logged_in(browser(), hub, "ingrid")

    await client.post("/language", data={"language": "en", "back": "/account"})
    other = await logged_in(browser(), hub, "ingrid")
    page = await other.get("/account", headers={"accept-language": "nn"})

    async with hub.database.read() as session:
        assert (await session.get_one(tables.Person, "ingrid")).language is Language.EN
    assert '<html lang="en"' in page.text
    assert 'lang="en" aria-current="true"' in page.text
    assert '<html lang="nb"' in (await browser().get("/login")).text


async def test_a_language_that_we_do_not_speak_is_refused(browser: Browse) -> None:
    assert (await browser().post("/language", data={"language": "klingon"})).status_code == 422


@pytest.mark.parametrize(
    ("ours", "other"), [("svarar", "svarer"), ("svara", "svarte"), ("vart", "blei"), ("brukar", "bruker")]
)
def test_nynorsk_has_one_form_of_a_verb_that_has_two(ours: str, other: str) -> None:
    """Both are right, and a page that says "svarar" beside one that says "svarer" was written by two."""
    said = [form for forms in tongue.catalogue(Language.NN).values() for form in forms]

    assert any(re.search(rf"\b{ours}\b", one) for one in said)
    assert [one for one in said if re.search(rf"\b{other}\b", one, re.IGNORECASE)] == []
