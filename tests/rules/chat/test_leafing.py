"""A long text by leaves: nothing is lost, and a phone shows each whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.chat.leafing import LINES, WIDTH, height, leaf, leaves

LINE = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=WIDTH * 3)
PARTS = st.lists(st.lists(LINE, min_size=1, max_size=20).map("\n".join), max_size=12)


@given(PARTS)
def test_every_line_is_on_one_leaf_in_order(parts: list[str]) -> None:
    assert "\n".join(leaves(parts)).split("\n") == "\n".join(parts).split("\n")


@given(PARTS)
def test_a_phone_shows_each_leaf_whole(parts: list[str]) -> None:
    assert all(height(one) <= LINES for one in leaves(parts))


@given(PARTS, st.integers(-3, 99))
def test_there_is_always_a_leaf(parts: list[str], number: int) -> None:
    shown = leaf(parts, number)
    assert 1 <= shown.number <= shown.of and shown.rows == [leaves(parts)[shown.number - 1]]


def test_a_part_that_fits_is_not_torn() -> None:
    assert leaves(["a\nb\nc", "1\n2\n3\n4\n5\n6"]) == ["a\nb\nc", "1\n2\n3\n4\n5\n6"]
