"""Sessions of the web page: only what this server has sealed is one.

What a page keeps is a token: nobody can read it, make one or change one. Inside is who the person is on this line (32 random
bytes that never leave the server open), the day of issue, and a hash of the secret of the page it was given to. So no row is
needed for somebody who only looks, and the same person may hold tokens for several devices. The key does not rotate
(models.store.sealing): a token lies on a phone for years, and cannot be sealed anew there.

A token without its page's secret is a stolen one, or a second device: a page of the session must allow it (admission.py). A
token that was asked for without a secret (no page of ours does that) belongs to whoever has it.

What a page shows for uploads and attachments is a pass: sealed likewise, of another kind, for three days. So a token travels
in frames only, of a socket or in the body of a request, and in no header that a proxy may write down.

Sessions from before this version were 43 letters that the page could choose, and that is how somebody could read along: a
link with letters of his choice gave the worker a session he knew. Such letters are a session now only where an account
exists under them; all else is refused, and nobody can plant them any more (an address carries none). What remains: whoever
was given such a link *and joined through it before the update* has an account under letters that another knows. That cannot
be told from the letters. Refusing all of them would have locked out everybody who keeps a session, whose slips are used up;
so they stay, each is exchanged for a token of the new kind at its first hello, a second page has to be allowed as
everywhere, and README tells the operator what to say to people who joined by somebody's private link.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.store.sealing import Keyring

LINE = "webchat:main"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43,160}")
"""The shape of one, before anything is opened."""
FORMER = re.compile(r"[A-Za-z0-9_-]{43}")
"""The shape of those from before this version."""
SECRET = re.compile(r"[A-Za-z0-9_-]{16,64}")
GUEST_DAYS = 2
"""How long the token of somebody who has not joined is taken."""
PASS_DAYS = 3
_PAGE, _PASS = b"\x01", b"\x02"
_NONCE, _HASH = 12, 16
_FREE = bytes(_HASH)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token says. `who` is the person's id on the line; `issued` is None for a session from before this version."""

    who: str
    issued: date | None
    page: bytes = _FREE

    @property
    def is_free(self) -> bool:
        """It was given to no page in particular."""
        return self.page == _FREE

    def fits(self, secret: str) -> bool:
        return self.is_free or secrets.compare_digest(self.page, _hash(secret))


class Sessions:
    def __init__(self, keyring: Keyring) -> None:
        self._cipher = AESGCM(keyring.derived("webchat.session"))

    @staticmethod
    def somebody() -> str:
        """The id of somebody new."""
        return secrets.token_urlsafe(32)

    def seal(self, who: str, secret: str, today: date) -> str:
        """A token for the page with this secret (empty: for whoever has it)."""
        return self._seal(_PAGE, who, _hash(secret), today)

    def open(self, token: str) -> Opened | None:
        """What is in a token of ours. Letters from before this version open to themselves: whether they are anybody's is for
        the account look-up to say."""
        found = self._open(_PAGE, token)
        if found is None and FORMER.fullmatch(token):
            return Opened(token, None)
        return found

    def seal_pass(self, who: str, today: date) -> str:
        return self._seal(_PASS, who, _FREE, today)

    def open_pass(self, token: str, today: date) -> str:
        """Who shows this pass; empty for nobody."""
        found = self._open(_PASS, token)
        if found is None or found.issued is None or not today - timedelta(days=PASS_DAYS) <= found.issued <= today:
            return ""
        return found.who

    def _seal(self, kind: bytes, who: str, page: bytes, today: date) -> str:
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, kind + today.toordinal().to_bytes(4) + page + who.encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def _open(self, kind: bytes, token: str) -> Opened | None:
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            plain = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None)
        except (ValueError, InvalidTag):
            return None
        if plain[:1] != kind:
            return None
        return Opened(plain[5 + _HASH :].decode(), date.fromordinal(int.from_bytes(plain[1:5])), plain[5 : 5 + _HASH])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(f"page:{secret}".encode()).digest()[:_HASH] if secret else _FREE
