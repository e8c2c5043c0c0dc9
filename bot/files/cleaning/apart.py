"""Cleaning one file in a process of its own, with little memory, little time and no keys.

Not in a thread of ours: decoders of pictures and documents are where files attack programs. Here a bomb hits the limits of a
process that then ends, a decoder that never returns is killed, and one that is taken over finds neither the union's keys in
its memory nor its settings in its environment. It is no wall: it runs as the same user, and could read what that user may.
Costs about a third of a second a file, after the turn was answered.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from bot.files.cleaning import Clean, Refused
from models.messages.message import FileKind

SECONDS = 60
_ROOT = Path(__file__).resolve().parents[3]


async def clean_apart(content: bytes, kind: FileKind) -> Clean:
    """As `clean`. Raises `Refused`, also for a file that took too long or too much. Cancelled, it leaves no process."""
    # -P and PYTHONPATH: our own packages and no others that happen to lie in the working directory.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.files.cleaning", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate(content)
    except TimeoutError:
        raise Refused("large") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    head, newline, cleaned = said.partition(b"\n")
    if process.returncode != 0 or not newline:
        raise Refused("damaged")
    found = json.loads(head)
    if "why" in found:
        raise Refused(found["why"])
    return Clean(cleaned, found["kind"], found["mime"])
