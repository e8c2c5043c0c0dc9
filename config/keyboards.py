"""What Vietnamese keyboards and polite people do to codes and numbers, and one way to read them all the same.

A keyboard that makes letters out of keys (Telex: AS is Á, DD is Đ, W is Ư; VNI: A1 is Á, D9 is Đ) swallows keys of a code:
J7DDTEAY arrives as J7ĐTEAY. Which key was swallowed follows from the mark it left; where it stood is tried. A phone makes a
long dash of a short one, and a keycap or a full-width sign of a digit. Whoever answers a list writes “1 ạ”.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product, zip_longest

CODE_LETTERS = "34679BCFGHJKLMNPQRSTVXZ"
"""Of new codes. No vowel, no D and no W: without them no key of Telex or VNI makes anything but itself. Codes are read aloud
on a factory floor and copied from paper, so no two look alike: there is neither 0 nor O, and what looks like one of these
(`_ALIKE`) is read as it."""
EARLIER_LETTERS = "34679ACDEFGHJKMNPQRTWXY"
"""Of codes given out before; they stay valid."""
_ALIKE = str.maketrans({"1": "L", "2": "Z", "5": "S", "8": "B", "U": "V"})
MOST_READINGS = 16
"""Of one text: each is a guess at a code, and one wrong text counts as one wrong code (models.people.wrong_codes)."""

_LIKE_D = str.maketrans("ÐƉðɖ", "ĐĐđđ")
_DASHES = re.compile("[\u00ad\u2043\u2212\u02d7\u30fc\uff70_]")
_HIDDEN = frozenset("\u20e3\ufe0e\ufe0f")
_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT, _HAT, _BREVE, _HORN = "\u0301\u0300\u0309\u0303\u0323\u0302\u0306\u031b"
_TELEX = {_ACUTE: "S", _GRAVE: "F", _HOOK: "R", _TILDE: "X", _DOT: "J", _BREVE: "W", _HORN: "W", "Đ": "D"}
_VNI = {_ACUTE: "1", _GRAVE: "2", _HOOK: "3", _TILDE: "4", _DOT: "5", _HAT: "6", _HORN: "7", _BREVE: "8", "Đ": "9"}


def plain(text: str) -> str:
    """The same in plain signs: every dash is “-”, every digit 0 to 9, nothing invisible; accents stay."""
    text = unicodedata.normalize("NFKC", _DASHES.sub("-", text).replace("\U0001f51f", "10").translate(_LIKE_D))
    return "".join(
        "-" if unicodedata.category(c) == "Pd" else str(unicodedata.digit(c)) if c.isdecimal() else c
        for c in text
        if c not in _HIDDEN and unicodedata.category(c) != "Cf"
    ).strip()


def digits(text: str) -> str:
    """The digits of a number, a PIN: with no spaces, dashes and stops between, and no polite word behind."""
    return _POLITE.sub("", re.sub(r"(?<=[\d])[\s.,-]+(?=[\d])", "", plain(text)))


# Codes.


def readings(text: str, length: int, front: str = "") -> list[str]:
    """The codes of `length` that may have been meant, likeliest first; at most `MOST_READINGS`, none for what is no code.
    `front`: letters that stand before each, and are left out of what is returned."""
    typed = unicodedata.normalize("NFC", "".join(filter(str.isalnum, plain(text).upper())))
    whole = [typed]
    if not typed.isascii():
        both = (_undone(typed, keys, len(front) + length) for keys in (_TELEX, _VNI))
        whole = [one for pair in zip_longest(*both, fillvalue="") for one in pair]
    found: dict[str, None] = {}
    for one in whole:
        code = _code(one[len(front) :]) if one.startswith(front) and len(one) == len(front) + length else None
        if code is not None:
            found.setdefault(code)
    return list(found)[:MOST_READINGS]


def _code(typed: str) -> str | None:
    """In letters of one kind; digits that stand for letters only among letters, lest a date be a code."""
    if any(all(letter in letters for letter in typed) for letters in (EARLIER_LETTERS, CODE_LETTERS)):
        return typed
    read = typed.translate(_ALIKE)
    if all(letter in CODE_LETTERS for letter in read) and sum(map(str.isalpha, typed)) >= len(typed) // 2:
        return read
    return None


def _undone(typed: str, keys: dict[str, str], length: int) -> list[str]:
    """What was typed so long that this keyboard makes `typed` of it, likeliest first."""
    bare: list[str] = []
    swallowed: list[tuple[int, str]] = []  # (behind which letter, which key)
    for letter in typed:
        if letter == "Đ":
            bare.append("D")
            swallowed.append((len(bare), keys["Đ"]))
            continue
        base, *marks = list(unicodedata.normalize("NFD", letter))
        if keys is _TELEX and base == "U" and _HORN in marks:  # a W by itself
            base = "W"
            marks.remove(_HORN)
        bare.append(base)
        for mark in marks:
            key = base if keys is _TELEX and mark == _HAT else keys.get(mark)
            if key is None:
                return []
            swallowed.append((len(bare), key))
    if len(bare) + len(swallowed) != length:
        return []
    places = [range(behind, len(bare) + 1) for behind, _ in swallowed]
    found = []
    nearest = sorted(product(*places), key=lambda at: sum(at) - sum(behind for behind, _ in swallowed))
    for at in nearest[: 4 * MOST_READINGS]:
        code = list(bare)
        keyed = [(place, number, key) for number, (place, (_, key)) in enumerate(zip(at, swallowed, strict=True))]
        for place, _, key in sorted(keyed, reverse=True):
            code.insert(place, key)
        found.append("".join(code))
    return found


def is_spoilt(text: str, length: int) -> bool:
    """Whether this may be a code of that length of which a keyboard has made something else: where it cannot be read, or is
    none, it is to be typed again without that keyboard. “Xin chào” is none: no code has an I or an O."""
    typed = unicodedata.normalize("NFC", "".join(filter(str.isalnum, plain(text).upper())))
    letters = [unicodedata.normalize("NFD", letter) for letter in typed]
    marked = any(letter[0] == "Đ" or len(letter) > 1 for letter in letters)
    of_codes = all(letter[0] in EARLIER_LETTERS or letter in ("Đ", "U" + _HORN) for letter in letters)  # Ư is a W by itself
    one_word = len(plain(text).split()) <= 2
    return marked and of_codes and one_word and length // 2 <= len(typed) <= length


# Numbers of a list.

_POLITE = re.compile(
    r"(?:[\s,.!)]*\b(?:ạ|a|ak|aj|a5|nhé|nhe|nhes|nhe1|nha|nhá|đi|nghe|ơi|em|anh|chị|bạn|please|luôn|thôi|vậy)\b)+[\s.,!)]*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^(?:(?:dạ|da|vâng|ừ|em|anh|chị|tôi|mình|cho|xin|lấy|chọn|chonj|chon5|chon|bấm|số|soos|so61|so|câu|cau|mục|muc|ý|y|cái|"
    r"phương án|phuong an|option|number|no\.?)(?:\s+|(?=\d))|#\s*)+",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[(\[{<«\"'“「｢]?\s*(\d{1,2})\s*[)\]}>»\"'”」｣.,;:!/-]*")
_NAMES = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_OTHERWISE = {"tư": 4, "bẩy": 7, "nhất": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
              "eight": 8, "nine": 9, "ten": 10, "mootj": 1, "boons": 4, "nawm": 5, "saus": 6, "bayr": 7, "tams": 8,
              "chins": 9, "muwowif": 10, "mo65t": 1, "mo6t5": 1, "bo61n": 4, "bo6n1": 4, "na8m": 5, "sau1": 6, "bay3": 7,
              "tam1": 8, "chin1": 9, "mu7o7i2": 10}  # fmt: skip
_WRITTEN_OUT = {name: number for number, name in enumerate(_NAMES, 1)} | _OTHERWISE
_WITHOUT_ACCENTS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
                    "muoi": 10}  # fmt: skip
_BY_VNI = {"só": 1, "sò": 2, "sỏ": 3, "sõ": 4, "sọ": 5, "sô": 6, "sơ": 7}
"""“so1”, typed where a digit behind a vowel makes an accent."""


def bare_number(text: str) -> int | None:
    """The number that these signs are and nothing else: “1”, “(1)”, “2.”, a keycap."""
    found = _SIGNED.fullmatch(plain(text))
    return int(found[1]) if found else None


def number(text: str) -> int | None:
    """The number (up to 99) of a list that somebody means who may be polite and write it out: “1 ạ”, “chọn số 1”, “một”."""
    typed = re.sub(r"\s+", " ", unicodedata.normalize("NFC", plain(text)).lower())
    if typed in _BY_VNI:
        return _BY_VNI[typed]
    core = _POLITE.sub("", typed).strip()
    asked = _BEFORE.sub("", core).strip()
    if (signed := bare_number(asked)) is not None:
        return signed
    word = asked.strip(" .,!)(")
    if (written := _written_out(word)) is not None:
        return written
    if asked != core or word.isascii():  # “so mot”, or nothing but a word without accents
        return _WITHOUT_ACCENTS.get(word)
    return None


def core(text: str) -> str:
    """What is said, without polite words before and behind: “dạ có ạ” is “có”."""
    return _BEFORE.sub("", _POLITE.sub("", unicodedata.normalize("NFC", plain(text)))).strip()


def numbers(text: str) -> list[int]:
    """Several of a list: “1 3”, “1, 3 và 5 ạ”; none where anything else is among them."""
    core = _BEFORE.sub("", _POLITE.sub("", unicodedata.normalize("NFC", plain(text)).lower()).strip())
    found = [number(part) for part in re.split(r"(?:[\s,;+&/]|\bvà\b|\bvới\b)+", core) if part]
    return [one for one in found if one is not None] if None not in found else []


def _written_out(word: str) -> int | None:
    if word in _WRITTEN_OUT:
        return _WRITTEN_OUT[word]
    ten, _, one = str.partition(word, " ")
    if ten == "mười" and one in ("một", "hai", "ba", "bốn", "lăm", "năm", "sáu", "bảy", "tám", "chín"):
        return 10 + (5 if one == "lăm" else _WRITTEN_OUT[one])
    return None
