"""The process in which one file is cleaned: `python -m bot.files.cleaning KIND`, the file on stdin.

On stdout comes one line of JSON, then the clean file. Started by apart.py only; it has neither keys nor settings. Everything
that decoders need is loaded first, then the walls are closed, and only then is the first byte of the file read. With
`--walls` it reads nothing and says what it could still reach (for `haichieu doctor`).
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
from collections.abc import Callable
from typing import cast

from bot.files.cleaning import Clean, Refused, clean, walls
from models.messages.message import FileKind

SECONDS = {"photo": 10, "voice": 10, "document": 30}
"""Of processor time. A photo of 50 million pixels takes 2, a PDF of 60 pages 15."""
NICE = {"photo": 5, "voice": 5, "document": 15}
"""Whoever waits for an answer comes first, then photos, then documents."""
_PARTS = {"photo": ("photo",), "voice": ("photo", "sound"), "document": ("photo", "sound", "office", "pdf", "plain")}
_LATE = (
    "encodings.utf_16",
    "encodings.utf_16_le",
    "encodings.utf_16_be",
    "encodings.utf_8_sig",
    "encodings.cp437",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.ascii",
)
"""What Python looks for when it is first used."""


def main() -> None:
    kind = cast("FileKind", sys.argv[1]) if sys.argv[1] != "--walls" else "document"
    load(kind)
    if hasattr(os, "nice"):
        os.nice(NICE[kind])
    closed = walls.close(SECONDS[kind])
    head, content = ({"closed": closed, "open": reachable()}, b"") if sys.argv[1] == "--walls" else _answer(kind)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)
    sys.stdout.buffer.flush()
    os._exit(0)  # with nothing left to tidy; an ordinary end would look for modules


def load(kind: FileKind) -> None:
    """Everything that cleaning such a file may need: once the walls are closed, no module can be read."""
    for part in _PARTS[kind]:
        importlib.import_module(f"bot.files.cleaning.{part}")
    for name in _LATE:
        importlib.import_module(name)


def _answer(kind: FileKind) -> tuple[dict[str, object], bytes]:
    try:
        done: Clean = clean(_read(), kind)
    except Refused as refused:
        return {"why": refused.why}, b""
    except MemoryError:
        return {"why": "large"}, b""
    except Exception:  # its words may be the document's
        return {"why": "damaged"}, b""
    return {"kind": done.kind, "mime": done.mime}, done.content


def _read() -> bytes:
    """All of stdin. Not by `sys.stdin`, which asks what it is, and that is not on the list."""
    pieces = []
    while piece := os.read(0, 2**20):
        pieces.append(piece)
    return b"".join(pieces)


def reachable() -> list[str]:
    """What a decoder that is taken over could still do: nothing, if all is well."""
    tried: dict[str, Callable[[], object]] = {
        "files": lambda: os.listdir("/"),
        "network": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "processes": _fork,
    }
    return [name for name, act in tried.items() if _succeeds(act)]


def _fork() -> None:
    if hasattr(os, "fork") and os.fork() == 0:  # without it nothing forbids a new process either
        os._exit(0)


def _succeeds(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
