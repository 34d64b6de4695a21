"""Open numbers: what only a few people stand behind is neither shown nor to be worked out."""

from hypothesis import given
from hypothesis import strategies as st

from carehub.core.showing.open_numbers import FEWEST, published

COLUMNS = ("natt", "dag", "kveld")
_found = st.lists(
    st.tuples(st.sampled_from(["fall", "dør"]), st.sampled_from(COLUMNS), st.sampled_from("abcdefgh")), max_size=60
)


@given(_found)
def test_no_number_of_fewer_than_five_people_is_shown_or_can_be_had_by_subtraction(
    found: list[tuple[str, str, str]],
) -> None:
    table = published(found, COLUMNS)

    for row, cells in table.rows.items():
        assert table.sums[row] == sum(one[0] == row for one in found)
        for column, shown in zip(COLUMNS, cells, strict=True):
            who = {one[2] for one in found if one[:2] == (row, column)}
            assert shown is None or not who or len(who) >= FEWEST
        hidden = [column for column, shown in zip(COLUMNS, cells, strict=True) if shown is None]
        assert len(hidden) != 1


def test_a_row_of_four_people_is_left_out_and_counted() -> None:
    table = published([("fall", "natt", who) for who in "abcd"], COLUMNS)

    assert (table.rows, table.left_out) == ({}, 1)


def test_what_many_stand_behind_is_shown_with_its_zeros() -> None:
    table = published([("fall", "natt", who) for who in "abcdefgh"], COLUMNS)

    assert (table.rows["fall"], table.sums["fall"]) == ([8, 0, 0], 8)


def test_a_lone_hidden_cell_takes_the_smallest_other_with_it() -> None:
    found = [
        ("fall", column, who) for column, many in (("natt", 8), ("dag", 6), ("kveld", 2)) for who in "abcdefgh"[:many]
    ]

    assert published(found, COLUMNS).rows["fall"] == [8, None, None]
