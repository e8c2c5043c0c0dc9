"""Cleaning one file in a process of its own, with little memory, little time and no keys.

Not in a thread of ours: decoders of pictures and documents are where files attack programs. Here a bomb hits the limits of a
process that then ends, a decoder that never returns is killed, and one that is taken over finds neither the union's keys in
its memory nor its settings in its environment. Costs about a third of a second a file, after the turn was answered.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from bot.cleaning import Clean, Refused
from models.message import FileKind

SECONDS = 60
_ROOT = Path(__file__).resolve().parent.parent.parent


async def clean_apart(content: bytes, kind: FileKind) -> Clean:
    """As `clean`. Raises `Refused`, also for a file that took too long or too much."""
    return await asyncio.to_thread(_run, content, kind)


def _run(content: bytes, kind: FileKind) -> Clean:
    # -P and PYTHONPATH: our own packages and no others that happen to lie in the working directory.
    environment = {"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "bot.cleaning", kind],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise Refused("large") from None
    head, newline, cleaned = done.stdout.partition(b"\n")
    if done.returncode != 0 or not newline:
        raise Refused("damaged")
    found = json.loads(head)
    if "why" in found:
        raise Refused(found["why"])
    return Clean(cleaned, found["kind"], found["mime"])
