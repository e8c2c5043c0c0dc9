"""Languages: Vietnamese first, English second. Catalogs are .po files read at start, so there is no compile step to forget.

Msgids are English; a message is composed in the language of the person who will read it.
"""

from __future__ import annotations

import io
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("vi", "en")
DEFAULT = "vi"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
_FAR = timedelta(days=180)
_D = str.maketrans("đðɖ", "ddd")
"""The Vietnamese letter, and two that look like it and are on other keyboards."""
_COMMAS = str.maketrans(",.", ".,")


def N_(text: str) -> str:  # noqa: N802 - the name every gettext extractor knows
    """Marks a msgid that is translated later, when its reader is known."""
    return text


_WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


class Language:
    """One language's words and ways of writing dates."""

    def __init__(self, code: str) -> None:
        self.code = code
        catalog = resources.files("locales").joinpath(code, "LC_MESSAGES", "messages.po").read_bytes()
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(catalog), locale=code, abort_invalid=True))
        compiled.seek(0)
        self._translations = Translations(compiled)

    def gettext(self, msgid: str, **values: object) -> str:
        # An empty msgid would answer with the catalog's own header.
        text = str(self._translations.gettext(msgid)) if msgid else ""
        return text.format(**values) if values else text

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        return str(self._translations.ngettext(one, many, count)).format(count=count, **values)

    def when(self, moment: datetime, seen_from: datetime | None = None) -> str:
        """17:00 ngày 12/06 — the way a notice on a factory wall says it; local time, 24 hours. With the year where it is far
        from `seen_from`."""
        local = moment.astimezone(HERE)
        day = f"{local:%d/%m}" if seen_from is None or moment - seen_from < _FAR else f"{local:%d/%m/%Y}"
        return f"{local:%H:%M} ngày {day}" if self.code == "vi" else f"{local:%H:%M} on {day}"

    def number(self, number: float, digits: int = 0) -> str:
        """1.000 and 2,5 in Vietnamese; 1,000 and 2.5 in English."""
        text = f"{number:,.{digits}f}"
        return text.translate(_COMMAS) if self.code == "vi" else text

    def percent(self, share: float, digits: int = 0) -> str:
        """2,5% in Vietnamese, 2.5% in English."""
        return f"{self.number(100 * share, digits)}%"

    def weekday(self, day: date) -> str:
        return self.gettext(_WEEKDAYS[day.weekday()])

    def day(self, moment: datetime) -> str:
        """12/06/2026."""
        return f"{moment.astimezone(HERE):%d/%m/%Y}"


@lru_cache(maxsize=len(LANGUAGES))
def language(code: str) -> Language:
    """The language with this code; the default for one we do not speak."""
    return Language(code if code in LANGUAGES else DEFAULT)


def fold(text: str) -> str:
    """How words are compared: lower case, no accents, đ (and its look-alikes ð, ɖ) as d, single spaces, nothing invisible.

    Workers type without accents, in capitals, and paste zero-width characters; all of it means the same word.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_D))
    kept = [
        c
        for c in decomposed
        if c.isascii()  # most are, and this is asked for every letter of every message, some of them many times
        or not (unicodedata.combining(c) or unicodedata.category(c) == "Cf" or "\ufe00" <= c <= "\ufe0f")
    ]
    return " ".join("".join(kept).split())


_LIKE_D = str.maketrans("ÐƉðɖ", "ĐĐđđ")


def with_d(text: str) -> str:
    """A name or code with the Vietnamese đ where a letter that only looks like it was typed: Icelandic Ð, African Ɖ."""
    return text.translate(_LIKE_D)


_INVISIBLE = frozenset("\u00ad\u061c\u115f\u1160\u180e\u200b\u2060\u2800\u3164\ufeff\uffa0") | {
    chr(c) for c in (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x2070))
}
_BREAKS = str.maketrans({"\t": " ", "\r": "\n", "\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n"})


def clean(text: str) -> str:
    """A person's words as they are kept: composed (NFC), without control, zero-width and direction-turning characters.

    Those could hide words from an officer or make a card read differently from what it says. Joiners inside emoji stay,
    and so do emoji that are newer than this Python; a tab becomes a space, lest it glue two words together.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_BREAKS))
    kept = (
        c
        for c in plain
        if c == "\n" or "\U0001f000" <= c <= "\U0001fbff"
        or (c not in _INVISIBLE and unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    )  # fmt: skip
    return "".join(kept).strip()
