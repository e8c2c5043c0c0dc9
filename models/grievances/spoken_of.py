"""Which levels of the union a text speaks of, by words of office alone (“chị Mai tổ trưởng”): who is spoken of might be who
receives it.

Never by the roll: whoever has the code on the wall would learn from such a hint who stands on it
(models.anonymity.identifying).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from config.i18n import fold
from config.tables import table
from models.grievances.routes import Destination
from models.people.units import LEVELS, Level


def levels_in(text: str) -> set[Level]:
    """The levels whose officers the text may speak of. Without accents only where it has none at all: “tô phở” is a meal."""
    written = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    folded = fold(text)
    accents = with_accents(written)
    found: set[Level] = set()
    for level in LEVELS:
        words = [word for role in table("roles").values() if role.get("level") == level for word in role["spoken"]]
        if any(_has(written, word) if accents else _has(folded, fold(word)) for word in words):
            found.add(level)
    return found


def with_accents(text: str) -> bool:
    return any(ord(sign) > 127 and sign.isalpha() for sign in text)


def _has(text: str, words: str) -> bool:
    begin = text.find(words)
    while begin >= 0:
        before, after = text[begin - 1 : begin], text[begin + len(words) : begin + len(words) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        begin = text.find(words, begin + 1)
    return False


def in_order(to: Sequence[Destination], spoken_of: set[Level]) -> list[Destination]:
    """With what stands above whoever is spoken of first, and their own level last."""
    highest = max((LEVELS.index(level) for level in spoken_of), default=-1)

    def place(one: Destination) -> int:
        return 2 if one.level in spoken_of else LEVELS.index(one.level) < highest

    return sorted(to, key=place) if spoken_of else list(to)
