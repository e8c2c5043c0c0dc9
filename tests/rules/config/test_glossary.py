"""One word for one thing: the catalogs beside the glossary of README's words, and labels that say what they do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from config.i18n import language
from tests import catalogs

ROOT = Path(__file__).resolve().parents[3]

FORBIDDEN = {
    r"[«»]": "quotation marks are “ ”",
    r"\d[\s\u00a0]+%|\}[\s\u00a0]+%": "85% is written without a space",
    r"\bkhép lại\b": "a case is ended: kết thúc",
    r"\bBCH\b": "the committee is written out",
}
ABOVE = re.compile("công đoàn cấp trên", re.IGNORECASE)
TRULY_ABOVE = {
    "The union above",
    "officer of the union above",
    "The union above has given your grievance {code} back to the grassroots union, to go on with it: {who} ({unit}).",
    "There is no unit below yours, comrade. The union above enters how many people work in yours.",
}
"""What may say “công đoàn cấp trên”: unions above the grassroots union, never its own committee. What is said to officers of
whoever stands above them, whichever that is (`_OF_OFFICERS`), may as well."""
_OF_OFFICERS = ("officer above", "officers above", "⚠ This needs a second officer")

SENDS = {
    "Send": "the preview of an answer, an addition, a notice",
    "Send without delay": "the preview of an addition",
    "Send after {minutes} minutes": "the preview of an addition, under cover",
    "Send my answers": "the review of a vote",
    "Send {count} answer": "the preview of one answer to several",
    "Send for approval": "the preview of a notice or a poll that needs a second officer",
    "Send to the union team leader": "the review of a grievance",
    "Send to the executive committee": "the review of a grievance",
    "Send to {unit}": "the review of a grievance",
    "Send to: {roles}": "the review of a grievance of a kind that has a route",
    "Go on": "a notice that was stopped goes on being sent",
}
"""Labels that begin with “Gửi”: each sends when it is tapped."""
TEXTS = {
    "At least {count} people will receive it.",
    "To case {code}:",
    "To each reporter by itself: {codes}",
    "To the reporter of {code}, who wrote “{about}”:",
    "Who of {units}?",
    "Which units is it for? Tap them, or write the name or code of a unit.",
    "It takes {time}.",
    "{count} person will receive it.",
    "Send this, comrade?",
}
"""No labels: sentences above what is sent."""


def said() -> Iterator[tuple[str, str]]:
    for message in catalogs.read("vi"):
        assert isinstance(message, Message)
        if message.id:
            msgid = message.id if isinstance(message.id, str) else message.id[0]
            yield from ((msgid, text) for text in ([message.string] if isinstance(message.string, str) else message.string))


def faults(text: str) -> list[str]:
    return [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text)]


def test_each_thing_has_one_word() -> None:
    wrong = [(text, faults(text)) for _, text in said() if faults(text)]
    wrong += [(msgid, faults(msgid)) for msgid, _ in said() if re.search("[«»]", msgid)]
    assert not wrong


@pytest.mark.parametrize("text", ["bấm «Gửi»", "85 % số người", "85\u00a0% số người", "đã khép lại", "Chỉ BCH biết"])
def test_another_word_is_noticed(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("text", ["bấm “Gửi”", "85% số người", "đã kết thúc", "Chỉ Ban chấp hành biết tên tôi"])
def test_the_word_itself_is_none(text: str) -> None:
    assert not faults(text)


def test_a_percentage_has_no_space() -> None:
    assert [language(code).percent(0.855, 1) for code in ("vi", "en")] == ["85,5%", "85.5%"]


def test_where_a_case_goes_is_named() -> None:
    """“Công đoàn cấp trên” of a committee of the same union is wrong, and leads who fears the committee to it."""
    found = {msgid for msgid, text in said() if ABOVE.search(text)}
    assert not [one for one in found - TRULY_ABOVE if not any(part in one for part in _OF_OFFICERS)]


def test_what_begins_with_send_sends_and_only_that() -> None:
    assert {msgid for msgid, text in said() if text.startswith("Gửi")} == set(SENDS) | TEXTS


def test_no_quotation_marks_of_another_kind_in_what_is_composed() -> None:
    code = [path for path in (ROOT / "handlers").rglob("*.py") if path.name != "text_width.py"]  # which measures all signs
    found = [
        (path.name, node.lineno)
        for path in code
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[«»]", node.value)
    ]
    assert not found
