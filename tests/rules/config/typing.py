"""Vietnamese keyboards, as far as they change the letters of a code: by the rules of Telex and VNI, with everything that one
may do free of the spelling of any language (marks some letters behind their vowel, too), which changes the most.

https://vi.wikipedia.org/wiki/Telex and https://vi.wikipedia.org/wiki/VNI give the keys.
"""

from __future__ import annotations

import unicodedata

TELEX_TONES = {"S": "\u0301", "F": "\u0300", "R": "\u0309", "X": "\u0303", "J": "\u0323"}
VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
VOWELS = "AEIOUY"
HAT, BREVE, HORN = "\u0302", "\u0306", "\u031b"


def telex(keys: str, *, w_alone: bool) -> str:
    """What appears for these keys. `w_alone`: a W without a vowel before it is a Ư (full Telex; simple Telex has not)."""
    shown: list[str] = []
    for key in keys:
        vowel = _last(shown, VOWELS)
        same = _last(shown, key)
        if key in TELEX_TONES and vowel is not None:
            _mark(shown, vowel, TELEX_TONES[key])
        elif key in "AEO" and same is not None:
            _mark(shown, same, HAT)
        elif key == "D" and same is not None:
            shown[same] = "Đ"
        elif key == "W" and (at := _last(shown, "AOU")) is not None:
            _mark(shown, at, BREVE if shown[at][0] == "A" else HORN)
        elif key == "W" and w_alone:
            shown.append("U" + HORN)
        else:
            shown.append(key)
    return unicodedata.normalize("NFC", "".join(shown))


def vni(keys: str) -> str:
    shown: list[str] = []
    for key in keys:
        shapes = {"6": ("AEO", HAT), "7": ("OU", HORN), "8": ("A", BREVE)}
        at = _last(shown, shapes[key][0]) if key in shapes else None
        vowel, d = _last(shown, VOWELS), _last(shown, "D")
        if key in VNI_TONES and vowel is not None:
            _mark(shown, vowel, VNI_TONES[key])
        elif at is not None:
            _mark(shown, at, shapes[key][1])
        elif key == "9" and d is not None:
            shown[d] = "Đ"
        else:
            shown.append(key)
    return unicodedata.normalize("NFC", "".join(shown))


def _last(shown: list[str], letters: str) -> int | None:
    """Where the last of these letters stands that has no mark yet."""
    return next((place for place in reversed(range(len(shown))) if shown[place] in letters), None)


def _mark(shown: list[str], place: int, mark: str) -> None:
    shown[place] += mark


KEYBOARDS = {
    "simple Telex": lambda keys: telex(keys, w_alone=False),
    "Telex with W": lambda keys: telex(keys, w_alone=True),
    "VNI": vni,
}
