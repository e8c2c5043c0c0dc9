"""The key of one open round of a poll: a file of its own, in a folder of its own, destroyed when the round is counted.

Ballots wait sealed under it, so that whoever has the database, its backups, its log and the union's own keys reads no vote,
not before the close and never after it. The folder is no part of a backup: a copy of a key outlives the promise. A key that
is lost takes its round's votes with it; that is the price, and the round has to be held again.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.store.private_files import make_folder
from models.store.sealing import Keyring


class NoRoundKey(Exception):
    """The round's key is not there: it was counted or cancelled, or the folder is not the one it was opened with."""


class RoundKeys:
    """The keys in one folder. Nothing is remembered: a key that is destroyed is gone for this process, too."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def make(self, round_id: str) -> None:
        """A fresh key, on disk and whole before anything can be sealed under it. One that is there stays."""
        if self._path(round_id).exists():
            return
        make_folder(self.directory)
        partial = self._path(round_id).with_suffix(".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(AESGCM.generate_key(256))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path(round_id))
        self._settle()

    def of(self, round_id: str) -> Keyring:
        """What seals and opens the ballots of this round. Raises `NoRoundKey`."""
        try:
            key = self._path(round_id).read_bytes()
        except FileNotFoundError:
            raise NoRoundKey(round_id) from None
        return Keyring(b"", {1: key})

    def destroy(self, round_id: str) -> None:
        """Overwritten, then removed. A disk that keeps old versions (flash, snapshots) may still have it for a while."""
        path = self._path(round_id)
        if path.exists():
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._settle()

    def kept(self) -> list[str]:
        """The rounds whose keys are here."""
        return [path.stem for path in self.directory.glob("*.key")]

    def _path(self, round_id: str) -> Path:
        return self.directory / f"{round_id}.key"

    def _settle(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _HasInfo(Protocol):
    @property
    def info(self) -> dict[Any, Any]: ...


def kept_keys(session: _HasInfo) -> RoundKeys | None:
    """The folder of this database's keys; None where nobody has named one."""
    return session.info.get("round_keys")


def round_keys(session: _HasInfo) -> RoundKeys:
    """The same, for who needs it."""
    found: RoundKeys = session.info["round_keys"]
    return found
