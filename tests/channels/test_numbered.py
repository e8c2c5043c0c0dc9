"""Options as a numbered list: whole, readable, and with the sentence that says how to choose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Capabilities
from bot.channels.text import fit, is_numbered, units
from models.messages.message import Option, Outgoing

ZALO = Capabilities(text=2000, buttons=0)
HOW = "Trả lời bằng số, ví dụ: 1."


def message(text: str, *labels: str) -> Outgoing:
    options = tuple(Option(f"menu:::{number}:", label) for number, label in enumerate(labels))
    return Outgoing(id="a" * 13, recipient="1", text=text, options=options, commands="worker")


def test_a_list_and_how_to_choose_from_it() -> None:
    [part] = fit(message("Gửi cho ai?", "Tổ trưởng", "Ban chấp hành"), ZALO, HOW)
    assert part.text == f"Gửi cho ai?\n\n1. Tổ trưởng\n2. Ban chấp hành\n\n{HOW}"
    assert part.options == ()


def test_nothing_to_choose_nothing_to_say() -> None:
    assert [part.text for part in fit(message("Đã gửi."), ZALO, HOW)] == ["Đã gửi."]


def test_buttons_need_no_numbers() -> None:
    [part] = fit(message("Gửi cho ai?", "Tổ trưởng"), Capabilities(text=4096, buttons=40), HOW)
    assert part.text == "Gửi cho ai?" and len(part.options) == 1


def test_a_label_stays_on_its_line() -> None:
    [part] = fit(message("?", "Một\ndòng  khác", "Hai"), ZALO)
    assert part.text == "?\n\n1. Một dòng khác\n2. Hai"


def test_a_list_that_does_not_fit_under_its_text_has_a_message_of_its_own() -> None:
    labels = [f"Lựa chọn số {number}" for number in range(1, 13)]
    first, second = fit(message("a " * 950, *labels), ZALO, HOW)
    assert first.text == ("a " * 950).rstrip() or first.text == "a " * 950
    assert second.text.startswith("1. Lựa chọn số 1\n2. ") and second.text.endswith(f"12. Lựa chọn số 12\n\n{HOW}")
    assert (first.commands, second.commands) == ("", "worker")


@given(
    text=st.text(max_size=5000),
    labels=st.lists(st.text(min_size=1, max_size=90), max_size=40),
    how=st.sampled_from(["", HOW]),
)
def test_every_part_fits_and_no_option_is_lost(text: str, labels: list[str], how: str) -> None:
    whole = message(text, *labels)
    parts = fit(whole, ZALO, how)
    assert all(units(part.text) <= 2000 and not part.options for part in parts)
    said = "\n".join(part.text for part in parts)
    assert is_numbered(whole, ZALO) == bool(labels)
    assert all(f"{number}. " in said or f"{number}." in said for number in range(1, len(labels) + 1))
