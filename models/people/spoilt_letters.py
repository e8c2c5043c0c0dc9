"""Vietnamese that was written for a font, or read with the wrong table: recognised, and put right where that is certain.

Lists live for twenty years. Some were typed in .VnTime or VNI-Times, fonts that draw other letters over the Latin ones; some
were saved as one encoding and opened as another. What comes out parses like any text, and would be a person's name for good.
Certain is a reading when every word with marks becomes a syllable that Vietnamese has, one of them was none before, and no
other reading does so too. The tables are TCVN 5712 (what .VnTime draws) and VNI for Windows.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê
    êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y ych ym yn ynh yt yêm yên
    yêng yêt yêu o oc oi om on ong op ot oong ooc oa oac oach oai oam oan oang oanh oao oap oat oay oe oem oen oeo
    oet oăc oăm oăn oăng oăt ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uân uâng uât uây
    uê uêch uênh uôc uôi uôm uôn uông uôt uơ uy uya uych uynh uyp uyt uyên uyêt uyu ư ưa ưc ưi ưm ưn ưng ưt ưu ươc
    ươi ươm ươn ương ươp ươt ươu
    """.split()  # noqa: SIM905 - a list of two hundred quoted words is no table
)
_SYLLABLE = re.compile(r"(ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?(.+)")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_STOPPED = ("c", "ch", "p", "t")
_LETTERS = frozenset("abcdđeghiklmnopqrstuvxyăâêôơư")

_TCVN = {
    first + at: letter
    for first, letters in (
        (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
        (0xB5, "àảãáạ"),
        (0xBB, "ằẳẵắ"),
        (0xC6, "ặầẩẫấậè"),
        (0xCE, "ẻẽéẹềểễếệìỉ"),
        (0xDC, "ĩíịò"),
        (0xE1, "ỏõóọồổỗốộờởỡớợù"),
        (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
    )
    for at, letter in enumerate(letters)
}
_VNI_MARKS = {
    "a": dict(zip("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
}
_VNI_ALONE = dict(zip("ôöíìæóòîñ", "ơưíìỉĩịỵđ", strict=True))
_NEVER = re.compile(r"[\u0080-\u009f¡-¦¨¬-¯±-´¶¸¹¼-¿×÷\ue000-\uf8ff†‡‰ƒˆ˜™]|&#\w+;")
_INSIDE = re.compile(r"(?<=\w)[?§©ª«»µ·º°²³]+(?=\w)|(?<=\w)\?|\?(?=\w)|\?\?")
"""Signs that stand in texts, but not within a word. A question mark beside a letter is a letter that was lost."""
_WORD = re.compile(r"[^\s\x21-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]+")


class Reading(NamedTuple):
    """What a text says. `table`: what it was written with, empty where it stands as it should. `damaged`: letters are lost,
    or nobody can be sure which they are."""

    text: str
    table: str = ""
    damaged: bool = False


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether Vietnamese has this syllable. `hoà` and `hòa` are the same one."""
    marks: list[str] = []
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", word.lower()):
        (marks if letter in _TONES else letters).append(letter)
    parts = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", "".join(letters)))
    if parts is None or len(marks) > 1:
        return False
    onset, rhyme = parts[1] or "", parts[2]
    if rhyme not in _RHYMES and not (onset == "gi" and "i" + rhyme in _RHYMES) and (onset, rhyme) != ("g", "i"):
        return False
    return not rhyme.endswith(_STOPPED) or not marks or marks[0] in ("\u0301", "\u0323")


def is_vietnamese(text: str) -> bool:
    """Whether every word that has marks is a syllable of Vietnamese."""
    return all(is_syllable(word) for word in _marked(text))


def _marked(text: str) -> list[str]:
    return [word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]


def _capitals(text: str) -> str:
    """.VnTimeH draws small marked letters as capitals: what stands among capitals is one."""
    return re.sub(r"\w*[A-ZĐ]{2,}\w*|\b[A-ZĐ]\w*[A-ZĐ]\w*", lambda found: found[0].upper(), text)


def from_tcvn(text: str) -> str | None:
    """What .VnTime shows for this text; None where it would show nothing sensible."""
    out = []
    for letter in text:
        code = ord(letter)
        if code > 0xFF:
            return None
        if code > 0x7F and code not in _TCVN:
            return None
        out.append(_TCVN.get(code, letter))
    return _capitals("".join(out))


def from_vni(text: str) -> str | None:
    """What VNI-Times shows for this text."""
    text = unicodedata.normalize("NFC", text)
    if any(ord(letter) > 0xFF for letter in text):
        return None
    out: list[str] = []
    at = 0
    while at < len(text):
        base = text[at]
        mark = text[at + 1 : at + 2]
        shown = _VNI_MARKS.get(base.lower(), {}).get(mark.lower()) if mark else None
        at += 2 if shown else 1
        shown = shown or _VNI_ALONE.get(base.lower()) or base.lower()
        out.append(shown.upper() if base != base.lower() else shown)
    return "".join(out)


def _bytes(text: str, table: str) -> bytes | None:
    """The bytes that were read as this text. Five codes that the table does not name come out as themselves."""
    out = bytearray()
    for letter in text:
        try:
            out += letter.encode(table)
        except UnicodeEncodeError:
            if ord(letter) > 0xFF:
                return None
            out.append(ord(letter))
    return bytes(out)


def _decoded_anew(wrong: str, right: str) -> Callable[[str], str | None]:
    def reading(text: str) -> str | None:
        for _ in range(2):  # some files went through it twice
            raw = _bytes(text, wrong)
            try:
                again = unicodedata.normalize("NFC", raw.decode(right)) if raw is not None else text
            except UnicodeDecodeError:
                return None
            if right != "utf-8" or again == text or is_vietnamese(again):
                return again
            text = again
        return None

    return reading


_TABLES: dict[str, Callable[[str], str | None]] = {
    "TCVN3 (.VnTime)": from_tcvn,
    "VNI": from_vni,
    "UTF-8": _decoded_anew("cp1252", "utf-8"),
    "UTF-8 ": _decoded_anew("cp1258", "utf-8"),
    "Windows-1258": _decoded_anew("cp1252", "cp1258"),
    "HTML": lambda text: html.unescape(text) if "&" in text else None,
}
OF_FONTS = {".vn": "TCVN3 (.VnTime)", "vni": "VNI"}
"""A font's name begins so where it draws letters of its own."""


def is_damaged(text: str) -> bool:
    """Whether letters are lost or stand for others, so that nobody should be called so."""
    return "\ufffd" in text or bool(_NEVER.search(text) or _INSIDE.search(text))


def read(text: str, font: str = "") -> Reading:
    """What this text says, looked at by itself. `font`: a table that its font is known to draw."""
    if text.isascii() and not is_damaged(text):
        return Reading(text)
    plain = unicodedata.normalize("NFC", text)
    if font and (drawn := _TABLES[font](text)) is not None and drawn != plain:
        return Reading(drawn, font)
    if is_vietnamese(plain) and not is_damaged(plain):
        return Reading(text)
    found: dict[str, str] = {}
    for table, reading in _TABLES.items():
        again = reading(text)
        if again and again != plain and is_vietnamese(again) and not is_damaged(again):
            found.setdefault(again, table.strip())
    if len(found) == 1:
        [(again, table)] = found.items()
        return Reading(again, table)
    return Reading(text, damaged=bool(found) or is_damaged(plain))


def doubtful(text: str, tables: Iterable[str]) -> bool:
    """Whether a text that reads well could as well be of one of these tables, in which others of its list were written:
    “Tó” is a syllable, and is “Tú” in .VnTime."""
    if text.isascii():
        return False
    plain = unicodedata.normalize("NFC", text)
    for table in tables:
        again = _TABLES[table](text)
        if again and again != plain and is_vietnamese(again):
            return True
    return False
