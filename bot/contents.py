"""What an attachment's id opens: a sealed file of the vault, or a table that is made anew each time and kept nowhere."""

from __future__ import annotations

from pathlib import Path

from bot.vault import Vault
from bot.writer import Writer
from handlers import counting
from models.sealing import Keyring


class Contents(Vault):
    """The vault, with the tables behind it."""

    def __init__(self, directory: Path, keyring: Keyring, writer: Writer) -> None:
        super().__init__(directory, keyring)
        self._writer = writer

    async def open(self, attachment_id: str) -> bytes | None:
        if attachment_id.startswith(counting.PREFIX):
            return await self._writer.read(lambda session: counting.workbook(session, attachment_id))
        return await super().open(attachment_id)
