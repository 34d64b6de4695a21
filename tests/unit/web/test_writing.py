"""What templates write is what Jinja itself would write, to the letter."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from carehub.web.render import environment
from carehub.web.writing import Pages, written
from tests.journeys.building import OSLO


class _Word(StrEnum):
    SHARP = "<&>"


class _Drawn:
    def __html__(self) -> str:
        return "<svg>"


class _Said(str):
    __slots__ = ()


_VALUES = st.one_of(
    st.text(), st.text("ab<>&'\"ø"), st.text("ab<>&'\"ø").map(Markup), st.integers(), st.floats(), st.booleans(),
    st.none(), st.just(_Word.SHARP), st.builds(_Drawn), st.text("ab<>&'\"ø").map(_Said), st.lists(st.text("a<'")),
)  # fmt: skip
_TEMPLATES = {
    "parts.html": "{% macro card(one) %}<b title='{{ one }}'>{{ one }}{{ caller() if caller }}</b>{% endmacro %}",
    "base.html": "<i>{{ one }}</i>{% block main %}{% endblock %}{% autoescape false %}{{ one }}{% endautoescape %}",
    "page.html": """{% extends "base.html" %}{% from "parts.html" import card %}{% block main %}
        {{ one }}{{ card(one) }}{% call card(other) %}{{ one ~ other }}{% endcall %}{% set kept %}{{ one }}{% endset %}
        {% for each in (one, other, kept) %}{{ each }}{{ each|string|upper }}{% endfor %}{{ '<&>' }}{{ 1 + 1 }}
        {% endblock %}""",
}


@given(_VALUES)
def test_a_value_stands_in_a_page_as_it_would_if_it_were_escaped(value: Any) -> None:
    assert str(written(value)) == str(escape(value))


@given(_VALUES, _VALUES)
def test_a_page_is_the_same_as_one_of_jinja_itself(one: Any, other: Any) -> None:
    ours, plain = (
        made(loader=DictLoader(_TEMPLATES), autoescape=True).get_template("page.html").render(one=one, other=other)
        for made in (Pages, Environment)
    )
    assert ours == plain


def test_the_pages_of_a_hub_are_written_so() -> None:
    assert "environment.written(" in str(environment(OSLO).compile("{{ one }}", raw=True))


def test_a_name_that_is_not_given_is_an_error_and_no_blank() -> None:
    template = Pages(autoescape=True, undefined=StrictUndefined).from_string("{{ one }}")

    with pytest.raises(UndefinedError):
        template.render()
