"""How many a notice does not reach here, as its sender is told: roughly, as of last night, and of few nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import language
from handlers.broadcasts.forecast import missed_lines, size_line
from models.anonymity.counts import Size, enough, step

READER = language("en")
KS = st.integers(5, 10)


def number(said: list[str]) -> int:
    found = re.search(r"\d+", "".join(said).replace(",", ""))
    return int(found[0]) if found else 0


@pytest.mark.parametrize(
    ("size", "heads", "told"),
    [
        (Size("exact", 130), 110, 20),
        (Size("exact", 136), 110, 30),
        (Size("exact", 22), 0, 0),  # nothing is known of who has joined
        (Size("exact", 22), 20, 0),  # so few that one of them could be known
        (Size("least", 121), 20, 100),
        (Size("few"), 0, 0),
    ],
)
def test_the_number_is_rounded(size: Size, heads: int, told: int) -> None:
    assert number(missed_lines(READER, size, heads, 5)) == told


def test_of_whom_something_fits_nothing_is_said() -> None:
    assert missed_lines(READER, Size("some", 100), 20, 5) == []


@given(KS, st.integers(0, 500), st.integers(0, 500))
def test_few_are_told_like_nobody_knows(k: int, people: int, heads: int) -> None:
    """No number below 2k, none that is not a step, and of fewer the sentence that is said where nothing is known."""
    said = missed_lines(READER, Size("exact", people), min(heads, people), k)
    assert number(said) % step(k) == 0 and number(said) not in range(1, enough(k))
    if people - min(heads, people) < enough(k):
        assert said == missed_lines(READER, Size("exact", people), 0, k)


@pytest.mark.parametrize("code", ["vi", "en"])
def test_who_is_told_no_number_reads_no_colon_before_nothing(code: str) -> None:
    said = [size_line(language(code), Size("few")), *missed_lines(language(code), Size("few"), 0, 5)]
    assert not any(line.endswith(":") or ": " in line for line in said)
