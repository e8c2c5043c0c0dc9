"""Long text in parts: nothing lost, nothing too long, no character cut in two."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.base import Capabilities
from bot.channels.text import fit, split, units
from models.messages.message import Media, Option, Outgoing

WORDS = st.text(st.sampled_from("aế😀 \n\t👩\u200d"), max_size=300) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=200
)
FILE = Media("m", "c", "document", "tep-1.pdf", "application/pdf")
LABELS = st.lists(st.text(st.sampled_from("abcế 😀"), min_size=1, max_size=12), max_size=12)


@given(WORDS, st.integers(min_value=2, max_value=60))
@example(" " * 50 + "x", 8)
@example("\n" * 200, 2)
@example("😀" * 40, 3)
def test_no_part_is_too_long_and_only_white_space_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert parts
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(parts) or not text.strip(), "a service refuses an empty part"
    for part in parts:
        part.encode()  # no half of a pair


@given(WORDS, st.integers(min_value=2, max_value=60))
def test_what_fits_is_left_alone(text: str, limit: int) -> None:
    if units(text) <= limit:
        assert split(text, limit) == [text]


def test_cuts_at_the_kindest_border() -> None:
    assert split("Một hai.\n\nBa bốn.", 12) == ["Một hai.", "Ba bốn."]
    assert split("Một hai\nba bốn", 10) == ["Một hai", "ba bốn"]
    assert split("Một hai ba", 8) == ["Một hai", "ba"]
    assert split("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert split("😀😀", 3) == ["😀", "😀"]
    assert split("", 5) == [""]


def options(labels: list[str]) -> tuple[Option, ...]:
    return tuple(Option(f"a:{number}:::", label) for number, label in enumerate(labels))


@given(WORDS, LABELS, st.integers(min_value=0, max_value=10))
def test_options_are_buttons_or_numbers_never_neither(text: str, labels: list[str], buttons: int) -> None:
    message = Outgoing("id", "7", text, options(labels), commands="worker")
    parts = fit(message, Capabilities(text=50, buttons=buttons, button_title=8))
    assert all(units(part.text) <= 50 for part in parts)
    assert not any(part.options or part.commands for part in parts[:-1])
    assert parts[-1].commands == "worker"
    assert {part.recipient for part in parts} == {"7"}
    whole = "".join("".join(part.text for part in parts).split())
    if labels and (len(labels) > buttons or any(len(label) > 8 for label in labels)):
        assert not parts[-1].options
        listed = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
        assert all("".join(unicodedata.normalize("NFC", one).split()) in whole for one in listed)
    else:
        assert parts[-1].options == message.options


@given(WORDS, st.integers(min_value=0, max_value=4), st.booleans())
def test_attachments_follow_the_words_without_any(text: str, count: int, uploads: bool) -> None:
    files = tuple(Media(f"m{number}", "c", "document", f"tep-{number}.pdf", "application/pdf") for number in range(count))
    message = Outgoing("id", "7", text, options(["Đã đọc"]), commands="worker", also=files)
    parts = fit(message, Capabilities(text=50, buttons=3, uploads=uploads))
    words, enclosed = parts[: len(parts) - count * uploads], parts[len(parts) - count * uploads :]
    assert [part.media for part in enclosed] == (list(files) if uploads else [])
    assert not any(part.text or part.options or part.commands for part in enclosed)
    assert not any(part.media for part in words) and words[-1].options and words[-1].commands
    assert not any(part.also for part in parts)
    assert parts[0].id == "id" and len({part.id for part in parts}) == len(parts)


@pytest.mark.parametrize(
    ("text", "more", "edits", "in_place"),
    [
        ("ngắn", {}, True, True),
        ("ngắn", {"also": (FILE,)}, True, True),
        ("ngắn", {"media": FILE}, True, False),
        ("dài " * 20, {}, True, False),
        ("ngắn", {}, False, False),
    ],
)
def test_only_words_in_one_part_take_the_place_of_others(text: str, more: Any, edits: bool, in_place: bool) -> None:
    message = Outgoing("id", "7", text, edits="123", **more)
    first, *others = fit(message, Capabilities(text=50, buttons=3, edits=edits, uploads=True))
    assert first.edits == ("123" if in_place else "")
    assert not any(part.edits for part in others)


def test_words_are_composed_before_they_are_counted() -> None:
    [part] = fit(Outgoing("id", "7", "tie\u0302\u0300n" * 10), Capabilities(text=40, buttons=1))
    assert part.text == "tiền" * 10
