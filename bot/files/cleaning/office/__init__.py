"""Word and Excel files (Office Open XML, ECMA-376), written anew.

A file of these holds a hundred places in which it says who made it, where and with what; new ones come with each version of
Office. So nothing is taken out of it: a new package is written, and of the old one only what is on a list is carried over.
Parts are found by their relationships from the document on, and of each part words, tables, formats and pictures are read,
every attribute checked by what its value may be. What hides (rows, sheets, deleted words, what was cut off a picture) is
not on the list either: an officer gets what the worker saw. Comments are not kept: they carry names, and are no part of the
page.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from bot.files.cleaning import Refused
from bot.files.cleaning.office import sheets, word
from bot.files.cleaning.office.package import Package

_OFFICE = "application/vnd.openxmlformats-officedocument."
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)


def is_one(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def is_old(content: bytes) -> bool:
    """Word and Excel before 2007, and what is locked with a password: a file system of its own (MS-CFB)."""
    return content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def why_old(content: bytes) -> Refused:
    return Refused("locked" if "EncryptedPackage".encode("utf-16-le") in content else "old")


def clean(content: bytes) -> tuple[bytes, str]:
    """The file anew, and what it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            package = Package(file)
            main = package.main()
            if package.is_word:
                return word.written(package, main), f"{_OFFICE}wordprocessingml.document"
            return sheets.written(package, main), f"{_OFFICE}spreadsheetml.sheet"
    except _FAULTS:
        raise Refused("damaged") from None
