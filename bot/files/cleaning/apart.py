"""Cleaning one file in a process of its own, with little memory, little time, no keys and no way out.

Not in a thread of ours: decoders of pictures and documents are where files attack programs. Here a bomb hits the limits of a
process that then ends, a decoder that never returns is killed, and one that is taken over is alone with the file: it is a
fresh interpreter, which has nothing of the union's memory or settings, whose folder is empty, and which has closed walls
around itself before it read the first byte (walls.py). What it answers is not trusted further than its form.
Costs about half a second a file, after the turn was answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from bot.files.cleaning import Clean, Refused, Why
from models.files.attachments import EXTENSIONS
from models.messages.message import FileKind

SECONDS = {"photo": 60, "voice": 60, "document": 180}
"""Of the clock, on a machine that has much else to do; what it may cost is said in __main__.py, in seconds of processor."""
MOST_ANSWERED = 64 * 2**20
"""Bytes: three times what may be sent, for a document whose pictures are written without loss."""
_SYSTEM = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
"""Windows starts no interpreter without it."""
_ROOT = Path(__file__).resolve().parents[3]


async def clean_apart(content: bytes, kind: FileKind) -> Clean:
    """As `clean`. Raises `Refused`, also for a file that took too long or too much. Cancelled, it leaves no process."""
    async with _started(kind) as process:
        try:
            async with asyncio.timeout(SECONDS[kind]):
                said = await _asked(process, content)
        except TimeoutError:
            raise Refused("large") from None
    head, newline, cleaned = said.partition(b"\n")
    if process.returncode != 0 or not newline:
        # It was ended in the middle, by a limit or a fault of a decoder: what is left to say is that it cannot be kept.
        raise Refused("large" if _spent(process.returncode) else "damaged")
    found = _form(head)
    if found.get("why") in get_args(Why):
        raise Refused(found["why"])
    if found.get("kind") not in get_args(FileKind) or found.get("mime") not in EXTENSIONS:
        raise Refused("damaged")
    return Clean(cleaned, found["kind"], found["mime"])


@dataclass(frozen=True, slots=True)
class Walls:
    """Which walls were closed on this machine, and what could be reached all the same."""

    closed: tuple[str, ...]
    open: tuple[str, ...]


async def look() -> Walls | None:
    """Closes the walls around nothing and tries them; None when the process does not even start."""
    async with _started("--walls") as process:
        said = await _asked(process, b"")
    found = _form(said)
    if process.returncode != 0 or "closed" not in found:
        return None
    return Walls(tuple(found["closed"]), tuple(found["open"]))


@contextlib.asynccontextmanager
async def _started(what: str) -> AsyncIterator[asyncio.subprocess.Process]:
    # -P and PYTHONPATH: our own packages and no others that happen to lie in the working directory; -s: nor the user's.
    folder = tempfile.mkdtemp(prefix="haichieu-")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-s", "-m", "bot.files.cleaning", what),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", **_SYSTEM},
        cwd=folder,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(folder, ignore_errors=True)  # empty, unless this machine has no walls


async def _asked(process: asyncio.subprocess.Process, content: bytes) -> bytes:
    """What it answers to this, and no more than it may."""
    assert process.stdin is not None
    assert process.stdout is not None
    giving = asyncio.create_task(_given(process.stdin, content))
    said = bytearray()
    while piece := await process.stdout.read(2**16):
        said += piece
        if len(said) > MOST_ANSWERED:
            giving.cancel()
            raise Refused("large")
    await giving
    await process.wait()
    return bytes(said)


async def _given(stdin: asyncio.StreamWriter, content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read all: its answer says why
        stdin.write(content)
        await stdin.drain()
    stdin.close()


def _form(head: bytes) -> dict[str, Any]:
    try:
        found = json.loads(head)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _spent(code: int | None) -> bool:
    """Killed by the kernel: its seconds were over (SIGXCPU, SIGKILL)."""
    return code in (-24, -9)
