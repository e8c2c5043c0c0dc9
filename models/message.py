"""What passes between a channel and the rooms behind it: one message in, one message out.

Plain values, not tables: a channel makes an `Inbound`, `models.outbound` keeps an `Outgoing` sealed in a row, and neither
says anything about Telegram, Zalo or a web page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["message", "stopped", "started", "unsupported"]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a person may tap, or type the number of.

    `token` is `conversation:subject:question:value:nonce`, at most 64 bytes (Telegram's limit for a button);
    `label` is what is read, in the reader's language.
    """

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from a person on a line.

    `external_id` names the event on its line and is the dedupe key; `sender` is the person's id there. Exactly one of
    `text` and `choice` is set for a message. `stopped`/`started`: the person blocked or unblocked the line.
    `unsupported`: something we cannot read (a sticker, a file), which deserves an answer all the same.
    `quoted` is the text of our own message that this one replies to, where the app has that.
    `language` is the two-letter hint of the person's app, used only until the person has chosen.
    """

    line: str
    external_id: str
    sender: str
    text: str | None = None
    choice: str | None = None
    kind: Kind = "message"
    language: str = ""
    quoted: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def load(cls, dumped: str) -> Inbound:
        return cls(**json.loads(dumped))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one person: plain text (never markup: it may quote anybody) and what may be tapped under it.

    `id` is the outbound row's id, random and unique, so that a channel that can tell repeats apart may use it.
    `recipient` is the person's id on the line. `commands` names a set of commands the line should offer this person
    from now on ("worker" or "officer"; empty: leave them as they are).
    """

    id: str
    recipient: str
    text: str
    options: tuple[Option, ...] = ()
    commands: str = ""
    language: str = "vi"
