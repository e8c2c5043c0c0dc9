"""How words are compared, kept and said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest
from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import DEFAULT, LANGUAGES, Language, clean, fold, language
from config.tables import table
from handlers.chat import words
from models.grievances.cases import Grievance, State
from models.people.units import Unit
from tests import catalogs

ANY = st.text(max_size=100)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("Tiền lương", "tien luong"), ("TIỀN LƯƠNG", "tien luong"), ("tie\u0302\u0300n lu\u031bo\u031bng", "tien luong")),
        *(("đừng", "dung"), ("ĐỪNG", "dung"), ("Huỷ", "huy"), ("Hủy", "huy"), ("Hòa", "hoa"), ("Hoà", "hoa")),
        *(("  ca\u00a0 đêm \n", "ca dem"), ("l\u200bư\u00adơng", "luong"), ("ｍｅｎｕ", "menu"), ("Ⅳ", "iv"), ("", "")),
        *(("\u202emenu\u202c", "menu"), ("👍", "👍"), ("ổn\ufe0f", "on"), ("STRASSE", "strasse"), ("Straße", "strasse")),
        ("Ðình công, Ɖơn, ðói, ɖ", "dinh cong, don, doi, d"),
    ],
)
def test_fold(typed: str, meant: str) -> None:
    assert fold(typed) == meant


@given(ANY)
def test_folding_twice_is_folding_once_for_vietnamese(text: str) -> None:
    vietnamese = "".join(c for c in text if ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00)
    assert fold(fold(vietnamese)) == fold(vietnamese)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        *(("  chào \n", "chào"), ("a\r\nb\rc", "a\nb\nc"), ("a\tb", "a b"), ("a\x0bb\x0cc\u2028d\u2029e", "a\nb\nc\nd\ne")),
        *(("a\x00b\x1bc\x7fd\x85e", "abcde"), ("\ud800a\udfff", "a"), ("a\ue000b\uffffc", "abc"), ("a\u0378b", "ab")),
        *(("\u202eabc\u202c", "abc"), ("a\u2066b\u2069\u061c\u200e\u200fc", "abc"), ("a\u206ab\u206f", "ab")),
        *(("l\u200bư\u2060ơ\ufeffn\u00adg", "lương"), ("\u3164\u2800\u115f\u1160\uffa0\u180e", "")),
        *(
            ("👩\u200d👧", "👩\u200d👧"),
            ("❤\ufe0f", "❤\ufe0f"),
            ("\U0001fa77", "\U0001fa77"),
            ("👍\U0001f3fd", "👍\U0001f3fd"),
        ),
        *(("tie\u0302\u0300n", "tiền"), ("ﬁ", "ﬁ"), ("<b>&amp;", "<b>&amp;"), ("", "")),
    ],
)
def test_clean(written: str, kept: str) -> None:
    assert clean(written) == kept


@given(st.text(st.characters(), max_size=200))
def test_clean_text_can_be_stored_anywhere_and_stays_clean(text: str) -> None:
    kept = clean(text)
    kept.encode()  # no half of a pair
    assert "\x00" not in kept
    assert clean(kept) == kept
    assert not any(
        unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") for c in kept
    )


@pytest.mark.parametrize(
    ("moment", "vi", "en"),
    [
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), "10:00 ngày 23/11", "10:00 on 23/11"),
        (datetime(2026, 11, 23, 17, 5, tzinfo=UTC), "00:05 ngày 24/11", "00:05 on 24/11"),
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), "23:59 ngày 31/12", "23:59 on 31/12"),
        (datetime(2027, 1, 1, 1, 1, tzinfo=UTC), "08:01 ngày 01/01", "08:01 on 01/01"),
    ],
)
def test_dates_are_local_and_24_hours(moment: datetime, vi: str, en: str) -> None:
    assert (language("vi").when(moment), language("en").when(moment)) == (vi, en)


def test_a_language_we_do_not_speak_is_vietnamese() -> None:
    assert DEFAULT == "vi" == language("fr").code == language("").code
    assert language("en").code == "en"


def test_words_with_braces_are_values_never_patterns() -> None:
    assert language("en").gettext("From: {name}", name="{code}") == "From: {code}"
    assert language("vi").gettext("no such words {x}") == "no such words {x}"
    assert language("vi").gettext("") == ""


def test_plural() -> None:
    one, many = "{count} case is open, what is owed first:", "{count} cases are open, what is owed first:"
    for count in (0, 1, 2, 21):
        assert language("vi").ngettext(one, many, count).startswith(f"Có {count} phản ánh đang mở")
        assert language("en").ngettext(one, many, count).startswith(f"{count} case{' is' if count == 1 else 's are'} open")


# The catalogs; that they are complete is a rule of the house (tests/test_house_rules.py).


def said(message: Message) -> list[str]:
    """The translations of one message, every plural form of it."""
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string]


def asked(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, list | tuple) else [message.id]


def messages() -> Iterator[tuple[str, Message]]:
    return ((code, message) for code in LANGUAGES for message in catalogs.read(code) if message.id)


FOR_TRANSLATORS = " (an answer)"
"""Two words of which Vietnamese needs to know where they stand."""


def test_english_says_what_the_code_says() -> None:
    english = [message for code, message in messages() if code == "en"]
    assert [said(one) for one in english] == [[text.removesuffix(FOR_TRANSLATORS) for text in asked(one)] for one in english]
    assert sum(text.endswith(FOR_TRANSLATORS) for one in english for text in asked(one)) == 2


def test_buttons_are_short_enough_for_telegram() -> None:
    labels = {"Settled", "Send", "Cancel", "Menu", "Somebody is in danger: send now", "Not settled: up to {who}"}
    for code in LANGUAGES:
        assert all(len(language(code).gettext(label)) <= 64 for label in labels)


@pytest.mark.parametrize("given", ["categories", "units"])
def test_tables_speak_every_language(given: str) -> None:
    for name, row in table(given).items():
        assert all(row.get(code) for code in LANGUAGES), name
        assert re.fullmatch(r"[a-z0-9_]{1,24}", name)


def test_category_words_are_written_as_they_are_compared() -> None:
    for row in table("categories").values():
        assert all(fold(word) == word for word in row["words"])


# Tone, DOMAIN.md §7.

BLAMING = ["vi phạm", "lỗi của", "sai trái", "bịa", "khiếu kiện", "chắc chắn", "cam kết", "bảo đảm sẽ", "đảm bảo"]


def test_nobody_is_blamed_and_nothing_is_promised() -> None:
    for code, message in messages():
        for text in said(message):
            if code == "vi":
                assert not any(word in text.lower() for word in [*BLAMING, "bạn ", "quý khách", "đình công"]), text
                assert not re.search(r"\b(CĐCS|BCH|BHXH|NLĐ|NSDLĐ)\b", text), text


def test_workers_are_not_comrades_and_officers_are() -> None:
    """English msgids say “comrade” where an officer is addressed; then, and only then, the Vietnamese says đồng chí."""
    about_officers = {"Comrade {name}", "A chat was joined with the code of {name}, {role}, {unit}."}
    for message in catalogs.read("vi"):
        if not message.id or set(asked(message)) & about_officers or "This code belongs to" in asked(message)[0]:
            continue
        [vietnamese, *_] = said(message)
        if "đồng chí" in vietnamese.lower():
            assert "anh/chị" not in vietnamese, vietnamese


def test_roles_levels_and_states_have_words_for_every_value() -> None:
    for reader in map(Language, LANGUAGES):
        assert all(words.role_name(reader, role) for role in table("roles"))
        assert all(words.level_name(reader, Unit(kind=kind, code="", name="")) for kind in table("units"))
        assert all(words.state_name(reader, Grievance(state=state)) for state in get_args(State))
