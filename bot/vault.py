"""Attachments on disk: one sealed file each, named by a random id that no table holds in clear.

A copy of the folder without the keys shows how many attachments there are, and of each one of eight sizes
(models/store/sealing.py) and a day. The day and no time, since a file's own time could be laid beside the exact time of a
case; the disk still knows when it was made (ctime), as the database's own file knows when it was written, but no backup
does. A file is there whole or not at all, and only its owner may read it.

Uploads of the web page wait here too, sealed likewise, until the fetcher takes them: this line's "service" is this machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from models.store.ids import is_id
from models.store.private_files import make_folder
from models.store.sealing import Keyring, Unsealable

_UPLOAD = re.compile(r"[0-9a-f]{32}")
_KEPT = timedelta(days=1)
"""How long an upload waits for the message that names it, at least."""
LEFT = 512 * 2**20
"""Bytes of the disk that attachments leave to the database."""


class Vault:
    """The folder and what opens it. Makes the folder when there is something to put in. `left`: bytes of the disk that stay
    free."""

    def __init__(self, directory: Path, keyring: Keyring, left: int = LEFT) -> None:
        self.directory = directory
        self._left = left
        self._keyring = keyring

    async def put(self, attachment_id: str, content: bytes, today: date) -> int:
        """Keeps an attachment; once this returns it survives a power cut. Returns what it takes on the disk."""
        assert is_id(attachment_id)
        sealed = await asyncio.to_thread(self._keyring.seal_bytes, "attachment.bytes", attachment_id, content)
        await asyncio.to_thread(self._write, attachment_id, sealed, today)
        return len(sealed)

    async def size(self, attachment_id: str) -> int:
        """What an attachment takes on the disk; 0 where there is none."""
        assert is_id(attachment_id)
        try:
            return (await asyncio.to_thread((self.directory / attachment_id).stat)).st_size
        except FileNotFoundError:
            return 0

    async def has_room(self) -> bool:
        """Whether the disk has room for more than what is written anyway: words must never wait for somebody's photos."""
        return await asyncio.to_thread(self._free) >= self._left

    async def open(self, attachment_id: str) -> bytes | None:
        """The attachment, or None where there is none (or it is damaged, or sealed with a key we do not have)."""
        return await self._read(attachment_id, "attachment.bytes") if is_id(attachment_id) else None

    async def remove(self, names: Iterable[str]) -> None:
        await asyncio.to_thread(self._remove, [name for name in names if is_id(name) or _UPLOAD.fullmatch(name)])

    async def put_upload(self, name: str, content: bytes, today: date) -> int:
        """Keeps what a page has uploaded; returns what it takes on the disk. `name`: 32 hexadecimal digits that only this
        page's session can name again."""
        assert _UPLOAD.fullmatch(name)
        sealed = await asyncio.to_thread(self._keyring.seal_bytes, "upload.bytes", name, content)
        await asyncio.to_thread(self._write, name, sealed, today)
        return len(sealed)

    async def upload(self, name: str) -> bytes | None:
        return await self._read(name, "upload.bytes") if _UPLOAD.fullmatch(name) else None

    async def sweep(self, today: date) -> None:
        """Deletes uploads that no message named, and what a crash left half written."""
        await asyncio.to_thread(self._sweep, today)

    def _free(self) -> int:
        there = next((path for path in (self.directory, *self.directory.absolute().parents) if path.is_dir()), Path("/"))
        return shutil.disk_usage(there).free

    def fault(self) -> str:
        """Why attachments cannot be kept here; empty when they can. Leaves nothing behind."""
        try:
            self._write("0" * 32, b"", date(2000, 1, 1))
            self._remove(["0" * 32])
        except OSError as error:
            return f"{type(error).__name__}: {error.strerror}"
        return ""

    def _write(self, name: str, sealed: bytes, today: date) -> None:
        make_folder(self.directory)
        partial = self.directory / f".{secrets.token_hex(8)}.partial"
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                midnight = datetime.combine(today, time(), UTC).timestamp()
                os.utime(partial, (midnight, midnight))
                os.fsync(file.fileno())
            partial.replace(self.directory / name)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        folder = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(folder)
            # The folder changes whenever a file comes or goes: its time would be the newest file's.
            os.utime(folder, (midnight, midnight))
        finally:
            os.close(folder)

    async def _read(self, name: str, place: str) -> bytes | None:
        try:
            sealed = await asyncio.to_thread((self.directory / name).read_bytes)
            return await asyncio.to_thread(self._keyring.unseal_bytes, place, name, sealed)
        except (FileNotFoundError, Unsealable):
            return None

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            (self.directory / name).unlink(missing_ok=True)

    def _sweep(self, today: date) -> None:
        before = datetime.combine(today - _KEPT, time(), UTC).timestamp()
        if not self.directory.is_dir():
            return
        for path in self.directory.iterdir():
            with suppress(FileNotFoundError):
                if not is_id(path.name) and path.stat().st_mtime < before:
                    path.unlink()
