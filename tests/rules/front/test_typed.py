"""A label that is typed means the option with that label, and no other that only looks like it without its accents."""

from __future__ import annotations

import unicodedata

import pytest

from handlers.front import typed
from models.messages.message import Option

DISHES = (Option("fish", "○ Bún cá"), Option("tomato", "● Bún cà"), Option("chicken", "○ Phở gà"))


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("Bún cá", "fish"),
        ("bún cà", "tomato"),
        ("BÚN  CÀ", "tomato"),
        (unicodedata.normalize("NFD", "Bún cà"), "tomato"),
        ("bun ca", None),  # either
        ("Bún cả", None),
        ("pho ga", "chicken"),
        ("Phở", None),
    ],
)
def test_accents_tell_two_labels_apart(text: str, token: str | None) -> None:
    found = typed.labelled(DISHES, text, words=False)
    assert (found.token if found else None) == token


@pytest.mark.parametrize(("text", "token"), [("Phở gà", "chicken"), ("pho ga", None), ("bun ca", None)])
def test_where_words_are_wanted_a_label_counts_only_as_it_is_written(text: str, token: str | None) -> None:
    found = typed.labelled(DISHES, text, words=True)
    assert (found.token if found else None) == token
