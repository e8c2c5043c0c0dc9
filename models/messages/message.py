"""What passes between a channel and the rooms behind it: one message in, one message out.

Plain values, not tables: a channel makes an `Inbound`, `models.messages.outbox` keeps an `Outgoing` sealed in a row, and
neither says anything about Telegram, Zalo or a web page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

Kind = Literal["message", "edited", "stopped", "started", "unsupported", "unreadable"]
FileKind = Literal["photo", "document", "voice"]
Act = Literal["", "main", "switch", "danger", "quiet"]
"""What a button does, for whoever draws it: nothing besides what it says, what its message is for (one button at most),
switches something and stays, undoes or ends something, or only leads away."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a person may tap, or type the number of.

    `token` is `conversation:subject:question:value:nonce`, at most 64 bytes (Telegram's limit for a button);
    `label` is what is read, in the reader's language; `kind` only changes how it is drawn, so that two which differ in
    nothing else are the same.
    """

    token: str
    label: str
    kind: Act = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class File:
    """Something a person sent besides words, not fetched yet: `reference` is what their channel fetches it by (a file id, an
    address, an upload). `size` in bytes, 0 where the service does not say."""

    kind: FileKind
    reference: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Media:
    """A sealed attachment that goes out: its id, the case under which its reader may see it, what it is, and the name it is
    given there (never the one it came with). `alt`: what a picture shows, in words, where it is drawn from what its reader
    may know anyway (a result): a page then shows it without being asked to, and it takes a moment to be had."""

    id: str
    case_id: str
    kind: FileKind
    name: str
    mime: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ForPage:
    """What a page of our own does with a message besides showing it: `copies`, letters among its words that it offers to
    copy; `keeps`, it remembers from now on whose page it is, also when it has been closed."""

    copies: str = ""
    keeps: bool = False


SHOWS_IT = ForPage()
"""And nothing else."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from a person on a line.

    `external_id` names the event on its line and is the dedupe key; `sender` is the person's id there. Exactly one of
    `text` and `choice` is set for a message, or `files` is, with or without words in `text`. `stopped`/`started`: the person
    blocked or unblocked the line.
    `unsupported`: something we cannot read (a sticker, a video), which deserves an answer all the same.
    `unreadable`: an event in a shape that says too little; `text` is all of it, for whoever mends that, and `sender` may be
    empty. It is set aside, and its sender is told.
    `edited`: `text` is what a message they wrote before says now. `message` names the message itself on its line, where the
    app lets people change what they wrote.
    `tapped` names the message of ours whose button `choice` is, where the line says so.
    `quoted` is the text of our own message that this one replies to, where the app has that.
    `language` is the two-letter hint of the person's app, used only until the person has chosen.
    `origin` names where it comes from, where the line knows (bot.visitors): opaque, for the memory of this process alone
    (models.people.wrong_codes). It is never written.
    `remembers`: a page of our own that still knows whose it is when it has been closed.
    """

    line: str
    external_id: str
    sender: str
    text: str | None = None
    choice: str | None = None
    kind: Kind = "message"
    language: str = ""
    quoted: str = ""
    files: tuple[File, ...] = ()
    origin: str = ""
    message: str = ""
    tapped: str = ""
    remembers: bool = False

    def dump(self) -> str:
        return json.dumps({**asdict(self), "origin": ""}, ensure_ascii=False)

    @classmethod
    def load(cls, dumped: str) -> Inbound:
        kept = json.loads(dumped)
        return cls(**{**kept, "files": tuple(File(**file) for file in kept.get("files", ()))})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one person: plain text (never markup: it may quote anybody) and what may be tapped under it.

    `id` is the outbound row's id, random and unique, so that a channel that can tell repeats apart may use it; the parts
    of a message (bot.channels.text) have ids of their own, made of it. `recipient` is the person's id on the line.
    `commands` names a set of commands the line should offer this person from now on ("worker" or "officer"; empty: leave
    them as they are). `media`: an attachment under these words, on lines that can upload one; `also`: attachments that
    follow them, each by itself. `edits`: the line's reference of a message the same person was sent on it, which these words
    and options replace where it stands. Where that cannot be, they are sent anew. `page`: for a page of our own alone.
    """

    id: str
    recipient: str
    text: str
    options: tuple[Option, ...] = ()
    commands: str = ""
    language: str = "vi"
    media: Media | None = None
    also: tuple[Media, ...] = ()
    edits: str = ""
    page: ForPage = SHOWS_IT
