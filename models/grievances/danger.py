"""Danger that is spoken of in a text (config/lexicon.toml): despair, violence, an accident, people who are held.

A function of the text alone. It decides nothing: whoever wrote it is told whom to call and is offered to send at once. What
it finds is kept nowhere and counted nowhere, so that no despair can ever be taken for unrest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from rapidfuzz.distance import OSA

from config.i18n import fold
from config.tables import table

Danger = Literal["despair", "violence", "accident", "forced"]
DANGERS: tuple[Danger, ...] = get_args(Danger)
_WORD = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"(.)\1{2,}|(.)\2+$")
"""Letters that were held down. With its accents no word ends in the same letter twice."""
_MARKS = re.compile(r"[\u0300-\u036f]|đ", re.IGNORECASE)
_ONE_WRONG, _TWO_WRONG = 9, 17
"""From so many letters on, that many of a phrase may be wrong."""


def spoken_of(text: str) -> list[Danger]:
    """The dangers that the text speaks of, the first to be helped first."""
    words = _words(text)
    accented = _without(words, _phrases("not_meant", "accented"))
    plain = _without([fold(word) if _is_plain(word) else "\0" for word in accented], _phrases("not_meant", "plain"))
    return [
        danger
        for danger in DANGERS
        if any(_has(accented, phrase) for phrase in _phrases(danger, "accented"))
        or any(_nearly_has(plain, phrase) for phrase in _phrases(danger, "plain"))
    ]


def numbers(dangers: Sequence[Danger]) -> list[str]:
    """Whom to call, each number once."""
    return list(dict.fromkeys(number for danger in dangers for number in table("lexicon")[danger]["call"]))


def _words(text: str) -> list[str]:
    """In lower case, letters that were held down once, short forms written out."""
    plain = unicodedata.normalize("NFC", text).lower()
    found = [_once(word) for word in _WORD.findall(plain)]
    accents = any(not _is_plain(word) for word in found)
    return [_written_out(word, accents=accents) for word in found]


def _once(word: str) -> str:
    """Letters that were held down, once. “cứu” without accents looks like one: phrases are read in the same way."""
    return _REPEATED.sub(lambda run: run[1] or run[2], word)


def _is_plain(word: str) -> bool:
    """Whether it has no accents."""
    return _MARKS.search(unicodedata.normalize("NFD", word)) is None


@lru_cache(maxsize=1)
def _short() -> dict[str, str]:
    return {short: written for written, given in table("lexicon")["short"].items() for short in given}


def _written_out(word: str, *, accents: bool) -> str:
    written = _short().get(word, word)
    return written if accents or written is word else fold(written)


@lru_cache(maxsize=16)
def _phrases(kind: str, how: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(_once, phrase.split())) for phrase in table("lexicon")[kind][how])


def _without(words: Sequence[str], phrases: Sequence[tuple[str, ...]]) -> list[str]:
    """With what stands for something else taken out; nothing before it and behind it becomes neighbours."""
    left = list(words)
    for phrase in phrases:
        for at in range(len(left) - len(phrase) + 1):
            if tuple(left[at : at + len(phrase)]) == phrase:
                left[at : at + len(phrase)] = ["\0"] * len(phrase)
    return left


def _has(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(words[at : at + len(phrase)]) == phrase for at in range(len(words) - len(phrase) + 1))


@dataclass(frozen=True, slots=True)
class _Run:
    """Some words in a row, written as one, and their first letters."""

    letters: str
    initials: tuple[str, ...]


def _runs(words: Sequence[str], length: int) -> Iterator[_Run]:
    for at in range(len(words) - length + 1):
        row = words[at : at + length]
        if "\0" not in row:
            yield _Run("".join(row), tuple(word[0] for word in row))


def _nearly_has(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    """Whether the phrase is there, spaces and a letter or two aside. Where it has as many words, each begins with its own
    letter: “không muốn đóng” is one letter from “không muốn sống”."""
    wanted = "".join(phrase)
    allowed = (len(wanted) >= _ONE_WRONG) + (len(wanted) >= _TWO_WRONG)
    initials = tuple(word[0] for word in phrase)
    for length in range(max(1, len(phrase) - 1), len(phrase) + 2):
        for run in _runs(words, length):
            if length == len(phrase) and run.initials != initials:
                continue
            wrong = allowed if length == len(phrase) else 0
            if OSA.distance(run.letters, wanted, score_cutoff=wrong) <= wrong:
                return True
    return False
