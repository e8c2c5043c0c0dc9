"""What an attachment's id opens: a sealed file of the vault, or a table or picture that is made anew each time and kept
nowhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot.clock import Clock
from bot.files import drawing
from bot.vault import Vault
from bot.writer import Writer
from handlers.chat.doors import Drawing
from handlers.front.capabilities import MADE
from models.store.sealing import Keyring

log = structlog.get_logger()
AT_ONCE = 2
"""Pictures drawn at a time: each takes a process, a second and 150 MB."""


class Contents(Vault):
    """The vault, with the tables and pictures behind it."""

    def __init__(self, directory: Path, keyring: Keyring, writer: Writer, clock: Clock, threshold: int) -> None:
        super().__init__(directory, keyring)
        self._writer = writer
        self._clock = clock
        self._threshold = threshold
        self._drawing = asyncio.Semaphore(AT_ONCE)

    async def open(self, attachment_id: str) -> bytes | None:
        kind = next((kind for kind in MADE if kind.owns(attachment_id)), None)
        if kind is None:
            return await super().open(attachment_id)
        made = await self._writer.read(lambda session: kind.make(session, attachment_id, self._threshold))
        return await self._drawn(made) if isinstance(made, Drawing) else made

    async def _drawn(self, picture: Drawing) -> bytes | None:
        try:
            async with self._drawing:
                return (await drawing.render_apart([picture.specification]))[0]
        except drawing.NotDrawn as error:
            log.error("a picture was not drawn", exc_info=error)
            return None
