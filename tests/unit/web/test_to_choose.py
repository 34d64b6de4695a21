"""Residents as the options of a field: the chosen one is selected, and what people wrote is escaped."""

from carehub.store.registers import Named
from carehub.web.render import to_choose

_BOTH = (Named("a", "Åse", "Berg"), Named('b"', "<Kari>", "O'Neill"))


def test_the_chosen_one_is_selected_and_names_are_escaped() -> None:
    assert to_choose(_BOTH, "a") == (
        '<option value="a" selected>Berg, Åse</option><option value="b&#34;">O&#39;Neill, &lt;Kari&gt;</option>'
    )


def test_nobody_is_selected_where_nobody_was_chosen() -> None:
    assert "selected" not in to_choose(_BOTH)
    assert to_choose(()) == ""
