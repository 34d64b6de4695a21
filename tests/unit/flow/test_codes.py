"""Reply codes: the check sign shows every slip (F50), and the random part is wide enough (C22)."""

from math import log2

from hypothesis import given
from hypothesis import strategies as st

from carehub.core.answers.codes import LENGTH, codes_in, is_whole, looks_mistyped, with_check
from carehub.kit.ids import CODE_ALPHABET, new_code, new_digits

SIGNS = st.text(CODE_ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
CODES = SIGNS.map(with_check)


@given(CODES, st.integers(0, LENGTH - 1), st.sampled_from(CODE_ALPHABET))
def test_one_wrong_sign_always_shows_f50(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]

    assert is_whole(wrong) == (wrong == code)


@given(CODES, st.integers(0, LENGTH - 2))
def test_two_neighbours_that_changed_places_always_show_f50(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert is_whole(swapped) == (swapped == code)


_AROUND = st.text(" .,!?()«»\n\t😊æøå", max_size=20)


@given(CODES, _AROUND, _AROUND)
def test_a_code_is_found_whatever_stands_around_it_f50(code: str, before: str, after: str) -> None:
    assert codes_in(f"ok {before}{code.lower()}{after} på vei") == [code]


@given(st.text(max_size=60))
def test_any_text_is_read_without_harm(body: str) -> None:
    assert all(is_whole(word) for word in codes_in(body))
    looks_mistyped(body)


def test_the_random_part_is_wider_than_twenty_bits_c22() -> None:
    """C22: at least 20 random bits, of which the check sign is none."""
    codes = {new_code() for _ in range(500)}

    assert log2(len(set("".join(codes)))) * (LENGTH - 1) >= 20
    assert len(codes) > 490
    assert {len(new_digits()) for _ in range(50)} == {3}


def test_chance_spells_no_word_in_a_code() -> None:
    """A text to a telephone has once said "SYK": a word of health, and it was a code."""
    drawn = set(new_code(5000))

    assert drawn <= set(CODE_ALPHABET)
    assert not drawn & set("AEIOUYÆØÅ")
