"""Looks for plain text in every file under a directory."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

EMPTY = re.compile(rb"\x00{16,}")


def find_bytes(root: Path, needles: Iterable[bytes | str], *, since: float = 0.0) -> list[tuple[Path, int]]:
    """(file, offset) of every needle, as UTF-8 and UTF-16 of either order, NFC and NFD.

    Bytes that are not UTF-8 are looked for as they are. Case matters. `since`: only files written to after that moment
    (a shared server holds what other tests left).
    """
    wanted = {variant for needle in needles for variant in variants(needle)}
    found = []
    for file in sorted(Path(root).rglob("*")):
        if not file.is_file() or file.is_symlink() or file.stat().st_mtime < since:
            continue
        raw = file.read_bytes()
        dense = EMPTY.sub(bytes(15), raw)  # most of a database is zeros, and looking for a hundred words takes its time
        for variant in wanted:
            if variant not in dense and bytes(15) not in variant:
                continue
            at = raw.find(variant)
            while at >= 0:
                found.append((file, at))
                at = raw.find(variant, at + 1)
    return sorted(set(found))


def variants(needle: bytes | str) -> set[bytes]:
    if not needle:
        raise ValueError("an empty needle is everywhere")
    if isinstance(needle, bytes):
        try:
            text = needle.decode()
        except UnicodeDecodeError:
            return {needle}
    else:
        text = needle
    forms = {text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}
    return {form.encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")}
