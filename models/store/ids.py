"""Public ids and codes: random, made by us before the insert, never in order.

Order is evidence: a serial id would tell which case was filed just after which account joined.
"""

from __future__ import annotations

import secrets

from config.keyboards import CODE_LETTERS

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """13 characters, 65 random bits: short enough for a Telegram button, far too many to guess."""
    return _written(secrets.randbits(65))


def id_from(keyed_hash: str) -> str:
    """An id like any other that only the holder of the look-up key can find again (models.store.sealing.keyed_hash)."""
    return _written(int(keyed_hash, 16) & (1 << 65) - 1)


def _written(bits: int) -> str:
    return "".join(_BASE32[(bits >> shift) & 31] for shift in range(0, 65, 5))


def is_id(text: str) -> bool:
    return len(text) == 13 and all(letter in _BASE32 for letter in text)


def random_code(length: int) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(length))


def new_case_code() -> str:
    """`PA-` (phản ánh) and six letters: 148 million, enough to be unique; it is a name, never a password."""
    return f"PA-{random_code(6)}"
