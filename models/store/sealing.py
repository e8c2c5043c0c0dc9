"""What keeps the database silent without its keys: the keyring, sealing, and keyed look-up hashes.

AES-256-GCM, the key's number in front, the row the text belongs to as associated data, so that sealed text moved to
another row does not open. Plain text is padded, because lengths alone have given reporters away elsewhere: short fields to
steps of 64 bytes, whatever may carry people's words to 1, 4 or 16 KB, and what every turn leaves to 2 KB, into which nearly
all of it fits (compressed where it must be: 3,500 letters of Vietnamese), so that a filing and a look at the menu cannot be
told by their size. Attachments (sealed files, not columns) are padded to the next power of two, 256 KB at least: eight sizes
for everything from a note to the longest document.
Look-ups (is this account known?) use HMAC-SHA-256 under a key of their own,
which does not rotate.

Sealed fields are plain bytes and these are functions, not properties of the tables: the keyring belongs to the session
(`Session.info`), so a row that has left its session can show nobody anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import zlib
from pathlib import Path
from typing import Any, Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.store.private_files import is_open_to_others, make_folder

_STEP = 64
_SHORT = frozenset(
    {
        *("account.external", "account.pin", "recipient.reference", "progress.reference", "link.body", "return_code.body"),
        *("person.name", "person.staff_code", "grievance.reporter_name", "grievance.route", "grievance.since"),
    }
)
"""Columns that hold no words: padded to `_STEP`. Every other one is padded as words are, also one that nobody thought of."""
_TURN = frozenset({"conversation.state", "intake.body", "outbound.body", "mailbox.body", "news.body"})
"""What turns leave, and what waits for a chat: each row as long as the others, whatever was done."""
_SIZES = (1024, 4096, 16384)
_TURN_SIZES = (2048, 8192, 16384)
_FILES = frozenset({"attachment.bytes", "upload.bytes"})
_SMALLEST_FILE = 256 * 1024
_LENGTH = 4
"""Bytes in front of what is padded: how long it is."""
_BLOCK, _PADS = 64, (0x36, 0x5C)
"""Of HMAC (RFC 2104)."""
_PACKED = 1 << 31
"""In the length in front: what follows was compressed, as what turns leave is where it would not fit into the first size
otherwise; nearly all of it fits then."""


class KeyringError(Exception):
    """What is wrong with the key file; handlers/operator says it."""

    def __init__(self, what: Literal["missing", "open", "damaged"], path: Path) -> None:
        super().__init__(f"{path}: {what}")
        self.what, self.path = what, path


class Unsealable(Exception):
    """The text was sealed for another row, under a key we do not have, or was altered."""


def padded_size(place: str, length: int) -> int:
    """How long `length` bytes of this place are once they are padded: all that their ciphertext tells of them."""
    if place in _FILES:
        return max(_SMALLEST_FILE, 1 << (length - 1).bit_length())
    if place in _SHORT:
        return length + -length % _STEP
    sizes = _TURN_SIZES if place in _TURN else _SIZES
    return next((size for size in sizes if length <= size), length + -length % sizes[-1])


class Keyring:
    """The keys of one installation: numbered sealing keys (the highest one seals) and the look-up key."""

    def __init__(self, lookup: bytes, sealing: dict[int, bytes]) -> None:
        self._lookup = lookup
        self._hmac = [hashlib.sha256(bytes(byte ^ pad for byte in lookup.ljust(_BLOCK, b"\0"))) for pad in _PADS]
        self._ciphers = {number: AESGCM(key) for number, key in sealing.items()}
        self._raw = sealing
        self.current = max(sealing)

    @classmethod
    def new(cls) -> Keyring:
        return cls(secrets.token_bytes(32), {1: AESGCM.generate_key(256)})

    def rotated(self) -> Keyring:
        """A keyring whose newest key is fresh; what older keys sealed still opens."""
        return Keyring(self._lookup, {**self._raw, self.current + 1: AESGCM.generate_key(256)})

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """Raises `KeyringError` when the file is missing, readable by others, or damaged."""
        if not path.exists():
            raise KeyringError("missing", path)
        if is_open_to_others(path):
            raise KeyringError("open", path)
        try:
            kept = json.loads(path.read_text())
            sealing = {int(number): base64.b64decode(key) for number, key in kept["seal"].items()}
            return cls(base64.b64decode(kept["lookup"]), sealing)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyringError("damaged", path) from None

    def write(self, path: Path) -> None:
        """Writes the file whole or not at all, readable by its owner only: half a key file is a lost union."""
        make_folder(path.parent)
        kept = {
            "lookup": base64.b64encode(self._lookup).decode(),
            "seal": {str(number): base64.b64encode(key).decode() for number, key in self._raw.items()},
        }
        partial = path.with_suffix(".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def seal(self, place: str, row: str, text: str) -> bytes:
        plain = text.encode()
        if place in _TURN and len(plain) + _LENGTH > _TURN_SIZES[0]:
            return self._seal(place, row, zlib.compress(plain, 1), _PACKED)
        return self._seal(place, row, plain)

    def seal_bytes(self, place: str, row: str, plain: bytes) -> bytes:
        return self._seal(place, row, plain)

    def _seal(self, place: str, row: str, plain: bytes, mark: int = 0) -> bytes:
        padded = b"%b%b" % ((len(plain) | mark).to_bytes(_LENGTH), plain)
        padded = padded.ljust(padded_size(place, len(padded)), b"\0")
        nonce = os.urandom(12)
        sealed = self._ciphers[self.current].encrypt(nonce, padded, f"{place}:{row}".encode())
        return self.current.to_bytes(2) + nonce + sealed

    def unseal(self, place: str, row: str, sealed: bytes) -> str:
        return self.unseal_bytes(place, row, sealed).decode()

    def unseal_bytes(self, place: str, row: str, sealed: bytes) -> bytes:
        cipher = self._ciphers.get(int.from_bytes(sealed[:2]))
        if cipher is None:
            raise Unsealable(place)
        try:
            padded = cipher.decrypt(sealed[2:14], sealed[14:], f"{place}:{row}".encode())
        except InvalidTag:
            raise Unsealable(place) from None
        length = int.from_bytes(padded[:_LENGTH])
        if length & _PACKED:
            return zlib.decompress(padded[_LENGTH : _LENGTH + length - _PACKED])
        return padded[_LENGTH : _LENGTH + length]

    def derived(self, purpose: str) -> bytes:
        """A key for one purpose outside the database. It comes from the look-up key, which does not rotate: what it seals is
        kept by others, and could not be sealed anew."""
        return hmac.digest(self._lookup, f"key\x1f{purpose}".encode(), hashlib.sha256)

    def keyed_hash(self, purpose: str, *parts: str) -> str:
        # HMAC-SHA-256, whose key is taken in once: every turn asks for a dozen, and that is half of what one costs.
        inner, outer = (begun.copy() for begun in self._hmac)
        inner.update("\x1f".join((purpose, *parts)).encode())
        outer.update(inner.digest())
        return outer.digest()[:16].hex()


class _HasInfo(Protocol):
    @property
    def info(self) -> dict[Any, Any]: ...


def keyring(session: _HasInfo) -> Keyring:
    found: Keyring = session.info["keyring"]
    return found


def seal(session: _HasInfo, place: str, row: str, text: str) -> bytes:
    """Seals `text` for column `place` ("table.column") of the row with id `row`."""
    return keyring(session).seal(place, row, text)


def unseal(session: _HasInfo, place: str, row: str, sealed: bytes) -> str:
    """Opens what `seal` closed for the same place and row. Raises `Unsealable`."""
    return keyring(session).unseal(place, row, sealed)


def keyed_hash(session: _HasInfo, purpose: str, *parts: str) -> str:
    """32 hex characters that only the holder of the look-up key can compute; `purpose` keeps uses apart."""
    return keyring(session).keyed_hash(purpose, *parts)
