"""Ids and codes are random, short and made of letters that survive paper and a loud factory floor."""

from __future__ import annotations

from config.keyboards import CODE_LETTERS
from models.store.ids import is_id, new_case_code, new_id, random_code


def test_ids_are_unique_and_in_no_order() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert len(set(ids)) == len(ids)
    assert all(map(is_id, ids))
    assert ids != sorted(ids)
    for place in (0, 6, 12):
        assert len({one[place] for one in ids}) == 32, "every letter in every place"


def test_what_is_no_id() -> None:
    for text in ("", "a" * 12, "a" * 14, "A" * 13, "a" * 12 + "1", "á" * 13, "a" * 12 + ":", "a" * 12 + "\n", "%" * 13):
        assert not is_id(text)


def test_codes_use_no_letter_that_looks_like_another() -> None:
    assert len(set(CODE_LETTERS)) == len(CODE_LETTERS) == 23
    for alike in ("0O", "1IL", "5S", "2Z", "8B", "UV"):
        assert len(set(CODE_LETTERS) & set(alike)) <= 1
    assert not set(CODE_LETTERS) & set("AEIOUYDW"), "letters of which Vietnamese keyboards make others"
    assert CODE_LETTERS.upper() == CODE_LETTERS
    letters = set(random_code(5000))
    assert letters == set(CODE_LETTERS)


def test_case_codes() -> None:
    codes = {new_case_code() for _ in range(2000)}
    assert len(codes) > 1990, "148 million: two thousand seldom meet"
    assert all(code.startswith("PA-") and len(code) == 9 and set(code[3:]) <= set(CODE_LETTERS) for code in codes)


def test_a_token_of_two_ids_fits_a_button() -> None:
    assert len(f"unsettled:{new_id()}:language:acknowledged:{new_id()[:3]}".encode()) <= 64
