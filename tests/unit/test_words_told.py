"""Three languages, whole: nothing shown lacks its nynorsk or its English, and no page speaks bokmål alone."""

from pathlib import Path

import pytest

from tools import check_words

NOT_WORDS = frozenset({"_thumb.html", "readings.html", "showcase_suppliers.html"})
"""Templates that name things of programs, which are the same in every language."""


def test_every_text_has_its_translations() -> None:
    assert [*check_words.faults()] == []


@pytest.mark.parametrize("path", sorted((check_words.WEB / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_page_speaks_bokmaal_alone(path: Path) -> None:
    said = check_words.bare_words(path)

    assert not said or path.name in NOT_WORDS, said


def test_an_entry_that_stands_twice_in_a_file_is_found() -> None:
    file = 'msgid "Bytt"\nmsgstr "Swap"\n\nmsgid "Bytt"\nmsgstr "Replace"\n\nmsgctxt "dag"\nmsgid "Bytt"\nmsgstr "x"\n'

    assert check_words.said_twice(file) == ['msgid "Bytt"\n']


def test_what_is_not_translated_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p title="Tittel">Hei {{ name }}</p>{{ "Ja, takk" if name else "Nei" }}{{ _("Sagt") }}'
        "{% trans %}Hele <b>setningen</b>{% endtrans %}<b>CareHub</b>",
        encoding="utf-8",
    )

    assert sorted(check_words.bare_words(page)) == ["Hei", "Ja, takk", "Nei", "Tittel"]


def test_a_programs_own_sentences_are_found(tmp_path: Path) -> None:
    program = tmp_path / "page.py"
    program.write_text('"""Doc."""\nx = "Det er ikke mulig."\ny = f"Se på {x} igjen."\nz = f"{x}"\n', encoding="utf-8")

    assert [*check_words.written(program)] == ["Det er ikke mulig.", "Se på 7 igjen.", "7"]


def test_values_and_markup_must_be_the_same() -> None:
    assert check_words.values_in("%(a)s av %(b)d, \\1 {}") == {"a", "b", "1", ""}
    assert [*check_words.bare_faults("x", "<b>Hei</b>", ("<i>Hello</i>",))] != []
    assert [*check_words.bare_faults("x", "carehub/v1/<enhet>/event", ("carehub/v1/<device>/event",))] == []
