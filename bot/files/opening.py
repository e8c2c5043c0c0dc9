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
from handlers.broadcasts import counts_sheet
from handlers.polls import result_files
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
        if attachment_id.startswith(counts_sheet.PREFIX):
            return await self._writer.read(lambda session: counts_sheet.workbook(session, attachment_id, self._threshold))
        if (name := result_files.named(attachment_id)) is not None:
            if name.kind == result_files.CHART:
                return await self._drawn(attachment_id)
            made = result_files.codes if name.kind == result_files.CODES else result_files.workbook
            return await self._writer.read(lambda session: made(session, attachment_id))
        return await super().open(attachment_id)

    async def _drawn(self, attachment_id: str) -> bytes | None:
        spec = await self._writer.read(lambda session: result_files.specification(session, attachment_id))
        if spec is None:
            return None
        try:
            async with self._drawing:
                return (await drawing.render_apart([spec]))[0]
        except drawing.NotDrawn as error:
            log.error("a picture was not drawn", exc_info=error)
            return None
