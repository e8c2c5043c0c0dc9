"""What in a text could give away who is meant, told by its shape alone: a phone number, a number that stands for somebody, a
person's name, "I am called …", "only I know this".

By shape, and never by asking the union's roll: whoever has a team's code would learn from a warning, or from what is missing
of a published answer, who stands on it. So everything here is a function of the text and of a list of public words
(config/names.toml). Of what is written without capitals only names that begin with a family name and “văn”, “thị” or the
like are seen; of one word alone nobody can tell whether it is a name, unless it is addressed (“chị Lan”, “quản đốc Hùng”).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from config.i18n import fold
from config.tables import table

Kind = Literal["phone", "code", "name", "self", "only me"]

_SELF = ("toi ten la", "em ten la", "minh ten la", "toi ten", "em ten", "my name is")
_ONLY_ME = (
    *("chi minh toi", "chi co toi", "chi co minh toi", "moi minh toi", "chi minh em", "chi co em"),
    *("only i know", "only me"),
)
_DIGIT_WORDS = frozenset(
    (
        *("không", "một", "hai", "ba", "bốn", "tư", "năm", "lăm", "sáu", "bảy", "bẩy", "tám", "chín"),
        *("khong", "mot", "bon", "tu", "nam", "lam", "sau", "bay", "tam", "chin"),
    )
)
_SPOKEN_NUMBER = 8
"""So many digits in words are a phone number that somebody wrote out."""
_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)?84(?:[ .·-]?\(0\))?|\(?[0oO])(?:[ \u00a0.,·()_–-]{0,2}\d){8,10}(?!\d)")
_LETTERS_AND_DIGITS = re.compile(
    r"(?<![\w./-])(?:(?P<front>[^\W\d_]{1,6})[-./_]?\d{2,8}(?:[-./_]?[^\W\d_]{1,3}\d{0,4})?|\d{3,8}[-_]?[^\W\d_]{2,4})(?![\w-])"
)
_LONG_NUMBER = re.compile(r"(?<![\w.,/-])(?:0\d{3,11}|\d{8,14})(?![\w/-]|[.,]\d)")
_MEASURES = frozenset(
    ("k", "tr", "trieu", "d", "vnd", "kg", "km", "cm", "mm", "ml", "gio", "phut", "nguoi", "usd", "am", "pm")
)
_OUR_CODES = re.compile(r"\b(?:PA|TB|YK)[-\s]?\w{6}\b", re.IGNORECASE)

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAMEL = re.compile(r"[^\W\d_](?:[^\W\d_](?<![A-ZĐ]))+")
_SYLLABLE = re.compile(r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")
_BEFORE_A_NAME = re.compile(r"[\s:.\"'“”‘’«»()\-]{0,4}")
_MOST_WORDS = 4
"""Of a name; a longer run is a sentence in which Every Word Has A Capital, unless a family name stands in it."""

Span = tuple[int, int]


def kinds_in(text: str) -> list[Kind]:
    """Which kinds of things the text has."""
    text = unicodedata.normalize("NFC", text)
    folded = fold(text)
    kinds: list[Kind] = []
    if _phones(text):
        kinds.append("phone")
    if _codes(text):
        kinds.append("code")
    if _names(text):
        kinds.append("name")
    if any(words in folded for words in _SELF):
        kinds.append("self")
    if any(words in folded for words in _ONLY_ME):
        kinds.append("only me")
    return kinds


def without(text: str) -> str:
    """The text without phone numbers, people's numbers and names: “…” stands for each. For answers that are read beside
    others', where nobody could be asked whether they mind."""
    text = unicodedata.normalize("NFC", text)
    end = len(text)
    for begin, last in sorted({*_phones(text), *_codes(text), *_names(text)}, reverse=True):
        if begin < end:  # not inside what is taken out already
            text = text[:begin] + "…" + text[min(last, end) :]
            end = begin
    return text


def _phones(text: str) -> list[Span]:
    spans = [found.span() for found in _PHONE.finditer(text)]
    row: list[re.Match[str]] = []
    for word in [*_WORD.finditer(text), None]:
        if word is not None and word.group().lower() in _DIGIT_WORDS:
            if row and not re.fullmatch(r"[\s.,-]*", text[row[-1].end() : word.start()]):
                row = []
            row.append(word)
            continue
        if len(row) >= _SPOKEN_NUMBER:
            spans.append((row[0].start(), row[-1].end()))
        row = []
    return spans


def _codes(text: str) -> list[Span]:
    """Numbers that stand for somebody: letters with digits, long ones, and whatever follows “mã nhân viên” and the like."""
    words = _lexicon()
    taken = [*(found.span() for found in _OUR_CODES.finditer(text)), *_phones(text)]
    spans = []
    for found in _LETTERS_AND_DIGITS.finditer(text):
        front = fold(found["front"] or "")
        digits = re.search(r"\d+", found.group())
        assert digits is not None  # the pattern has one
        if front in words.numbered or (len(front) == 1 and len(digits.group()) < 3):
            continue
        behind = fold(re.sub(r"^[\d._-]+", "", found.group()))
        if not front and (behind in _MEASURES or not behind):
            continue
        spans.append(found.span())
    for found in _LONG_NUMBER.finditer(text):
        if not found.group().endswith("000"):  # a sum of money
            spans.append(found.span())
    spans += [found.span("number") for found in words.cued.finditer(text)]
    return [(begin, end) for begin, end in spans if not any(b < end and begin < e for b, e in taken)]


# Names.


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """config/names.toml, as it is asked. Phrases are found by their first word."""

    family: frozenset[str]
    sure: frozenset[str]
    sure_plain: frozenset[str]
    middle: frozenset[str]
    also_middle: frozenset[str]
    also_middle_plain: frozenset[str]
    called: frozenset[str]
    openers: frozenset[str]
    phrases: dict[str, list[list[str]]]
    places: dict[str, list[list[str]]]
    organisations: frozenset[str]
    towns: frozenset[str]
    numbered: frozenset[str]
    cued: re.Pattern[str]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    given = table("names")
    family, ordinary, numbered = given["family"], given["ordinary"], given["numbered"]
    cues = "|".join(
        re.escape(cue) for cue in sorted({*numbered["cues"], *map(fold, numbered["cues"])}, key=len, reverse=True)
    )
    return _Lexicon(
        family=frozenset(family["words"]),
        sure=frozenset(family["sure"]),
        sure_plain=frozenset(map(fold, family["sure"])),
        middle=frozenset(family["middle"]),
        also_middle=frozenset(family["also_middle"]),
        also_middle_plain=frozenset(map(fold, family["also_middle"])),
        called=_both(given["called"]["words"]),
        openers=frozenset(ordinary["openers"]),
        phrases=_by_first(ordinary["phrases"]),
        places=_by_first(ordinary["places"]),
        organisations=_both(ordinary["organisations"]),
        towns=_both(ordinary["towns"]),
        numbered=frozenset(numbered["words"]),
        cued=re.compile(
            rf"(?<!\w)(?:{cues})(?:\s+(?:là|la|is|số|so))?[\s:.=#]{{1,3}}(?P<number>\d[\d./-]{{1,14}}\d)\b", re.I
        ),
    )


def _both(words: Sequence[str]) -> frozenset[str]:
    """With accents and without."""
    return frozenset({*words, *map(fold, words)})


def _by_first(phrases: Sequence[str]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for phrase in phrases:
        parts = phrase.split()
        for first in {parts[0], fold(parts[0])}:
            found.setdefault(first, []).append(parts)
    return found


def _is(word: str, meant: str) -> bool:
    """Written so, or without accents."""
    return word == meant or (word.isascii() and word == fold(meant))


@dataclass(slots=True)
class _Words:
    """The words of a text: `low` in lower case; `gap` what stands before each; `ordinary` those of a known phrase."""

    text: str
    found: list[re.Match[str]]
    low: list[str] = field(default_factory=list)
    gap: list[str] = field(default_factory=list)
    ordinary: set[int] = field(default_factory=set)

    def is_capital(self, at: int) -> bool:
        word = self.found[at].group()
        return word[0].isupper() and (len(word) == 1 or not word.isupper())

    def is_shouted(self, at: int) -> bool:
        word = self.found[at].group()
        return len(word) > 1 and word.isupper() and _SYLLABLE.fullmatch(fold(word)) is not None

    def begins_sentence(self, at: int) -> bool:
        return at == 0 or re.search(r"[.!?…:;\n]|^\s*[-–•*]\s", self.gap[at]) is not None

    def joins(self, at: int) -> bool:
        """Whether this word and the one before it may belong to one name."""
        gap, before = self.gap[at], self.found[at - 1].group()
        return re.fullmatch(r"[ \t\u00a0]+|[ ]?[-_][ ]?|\.", gap) is not None or (gap == ". " and len(before) <= 2)

    def behind(self, at: int, words: Collection[str]) -> bool:
        """Whether one of these, of up to three words, stands right before this word."""
        if at == 0 or not _BEFORE_A_NAME.fullmatch(self.gap[at]):
            return False
        for size in (1, 2, 3):
            if size <= at and " ".join(self.low[at - size : at]) in words:
                inner = self.gap[at - size + 1 : at]
                if all(re.fullmatch(r"[ \u00a0]+", gap) for gap in inner):
                    return True
        return False


def _words(text: str) -> _Words:
    words = _Words(text, list(_WORD.finditer(text)))
    last = 0
    for found in words.found:
        words.low.append(found.group().lower())
        words.gap.append(text[last : found.start()])
        last = found.end()
    for at in range(len(words.low)):
        _mark_ordinary(words, at)
    return words


def _mark_ordinary(words: _Words, at: int) -> None:
    lexicon = _lexicon()
    first = words.low[at]
    # “Nguyễn Thái Bình” is somebody, though Thái Bình is a place.
    in_name = at > 0 and words.is_capital(at - 1) and words.low[at - 1] in lexicon.family and words.joins(at)
    places = [] if in_name else lexicon.places.get(first, [])
    for parts in (*lexicon.phrases.get(first, []), *places):
        here = words.low[at : at + len(parts)]
        if len(here) == len(parts) and all(map(_is, here, parts)):
            words.ordinary.update(range(at, at + len(parts)))


def _names(text: str) -> list[Span]:
    words = _words(text)
    spans = [*_with_capitals(words), *_by_family_name(words)]
    for found in words.found:  # “TranThiMai”
        pieces = [piece.group().lower() for piece in _CAMEL.finditer(found.group())]
        if len(pieces) > 1 and "".join(pieces) == found.group().lower() and fold(pieces[0]) in _lexicon().sure_plain:
            spans.append(found.span())
    return spans


def _runs(words: _Words) -> Iterator[list[int]]:
    """Words with a capital that stand beside each other, but for those of known phrases."""
    shouts = sum(len(word.group()) > 1 and word.group().isupper() for word in words.found)
    all_loud = shouts * 2 > len(words.found)
    run: list[int] = []
    for at in range(len(words.found)):
        loud = not all_loud and words.is_shouted(at)
        if (words.is_capital(at) or loud) and at not in words.ordinary:
            if run and not words.joins(at):
                yield run
                run = []
            run.append(at)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _with_capitals(words: _Words) -> Iterator[Span]:
    lexicon = _lexicon()
    for whole in _runs(words):
        run, called = list(whole), words.behind(whole[0], lexicon.called)
        while run:
            head = words.low[run[0]]
            if head in lexicon.called and not called:
                called = True
            elif not _is_opener(words, whole[0], head, called=called, last=len(run) == 1):
                break
            run.pop(0)
        if run and _is_name(words, run, called=called):
            yield words.found[run[0]].start(), words.found[run[-1]].end()


def _is_opener(words: _Words, first: int, head: str, *, called: bool, last: bool) -> bool:
    """Whether this word has its capital from where it stands, at the head of a sentence."""
    if head not in _lexicon().openers or (called and last and head in _BIRTH_ORDER):
        return False
    return called or words.begins_sentence(first)


_BIRTH_ORDER = frozenset(("hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười"))
"""“Anh Hai”, “chị Ba”: how the South calls people."""


def _is_name(words: _Words, run: Sequence[int], *, called: bool) -> bool:
    lexicon = _lexicon()
    low = [words.low[at] for at in run]
    if all(word in lexicon.called for word in low):  # “Anh Chị”
        return False
    elsewhere = lexicon.towns | (frozenset() if called else lexicon.organisations)
    if low[0] in elsewhere or words.behind(run[0], elsewhere):
        return False  # with “văn” or “thị” in it, `_by_family_name` sees it all the same
    if len(run) > _MOST_WORDS:
        return low[0] in lexicon.sure and len(run) == _MOST_WORDS + 1
    full = sum(len(word) > 1 for word in low)
    shouted = [words.is_shouted(at) for at in run]
    if all(shouted) and not called:  # words may be shouted for weight
        return full > 1 and low[0] in lexicon.sure
    initials = full == 1 and any(words.gap[at] == "." for at in run[1:])  # “N.V.Hùng”
    return full > 1 or initials or (called and full == 1) or (len(run) > 1 and low[0] in lexicon.sure)


def _by_family_name(words: _Words) -> Iterator[Span]:
    """Names that need no capitals: “nguyễn văn hùng”, “TRAN THI MAI”."""
    lexicon = _lexicon()
    for at, word in enumerate(words.low):
        near = [word]
        for place in range(at + 1, min(at + _MOST_WORDS, len(words.low))):
            if place in words.ordinary or not words.joins(place):
                break
            near.append(words.low[place])
        if at in words.ordinary or len(near) < 2 or words.behind(at, lexicon.towns):
            continue
        if _is_full_name(near) or (word == "nguyễn" and near[1] not in lexicon.openers):
            size = 3 if len(near) > 2 else 2
            if size == 3 and len(near) == _MOST_WORDS and words.is_capital(at) and words.is_capital(at + 3):
                size = _MOST_WORDS
            yield words.found[at].start(), words.found[at + size - 1].end()


def _is_full_name(near: Sequence[str]) -> bool:
    lexicon = _lexicon()
    if len(near) < 3:
        return False
    family, middle = near[0], near[1]
    if family.isascii() and family in lexicon.sure_plain and middle.isascii():
        return middle in ("van", "thi") or (family == "nguyen" and middle in lexicon.also_middle_plain)
    if middle in lexicon.middle:
        return family in lexicon.family and family not in lexicon.openers
    return family in lexicon.sure and middle in lexicon.also_middle
