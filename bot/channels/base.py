"""What every channel offers, and the closed list of ways in which sending can fail.

A channel turns one service's wire format into `Inbound` and one `Outgoing` into that service's calls. It knows nothing of
conversations, cases or the database; the outbox decides when to send and what a failure means.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.channels.standing import Standing
from models.messages.message import Inbound, Outgoing

Receive = Callable[[Inbound], Awaitable[None]]
"""Given one event; returns once its transaction has committed (or it was set aside for good).
Raises when the event must be offered again."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one line can do. Data on the line, so that nothing ever asks which service it is."""

    text: int
    """Longest text of one message, in UTF-16 code units."""
    buttons: int
    """Most options shown as buttons; more than that, or 0, and they are numbered in the text."""
    button_title: int = 64
    """Longest label of a button, in characters."""
    per_second: float = 0.0
    """Messages the whole line may send in a second; 0 is no limit."""
    per_chat_second: float = 0.0
    """Messages one chat may be sent in a second unasked; 0 is no limit. Replies are paced by the person who writes."""
    timeout: float = 20.0
    """Longest time one send may take, seconds."""
    concurrency: int = 64
    """Sends under way at once."""
    per_month: int = 0
    """Messages the service allows the line in a calendar month of Vietnam; 0 is no limit."""
    reserve: int = 0
    """How many of them are kept for replies: with no more left than that, notices and broadcasts wait for the next month."""
    people: int = 0
    """People the service allows on the line; 0 is no limit. Whoever comes after them is shown the way to web chat."""
    pushes: bool = True
    """Whether a message reaches a phone that has the app closed: a web page must be open."""
    edits: bool = False
    """Whether `send` can replace a message that was sent (`Outgoing.edits`); where it cannot, the new one is sent anew."""
    service: str = ""
    """What people call the service."""
    is_page: bool = False
    """Whether it is a page of our own in a browser: nobody else's app knows whose account it is, and it is gone when it is
    closed, unless it was told to remember (`Outgoing.keeps`)."""
    uploads: bool = False
    """Whether `send` can deliver an attachment (`Outgoing.media`); where it cannot, a link is sent instead."""


class SendError(Exception):
    """Why a message was not delivered. The subclasses below are all there are; anything else is a defect and surfaces."""


class Blocked(SendError):
    """The person has stopped the line: send them nothing until they write again."""


class Throttled(SendError):
    """The service asks for silence: pause the whole line for `after` seconds."""

    def __init__(self, after: float) -> None:
        super().__init__(f"asked to wait {after:g} s")
        self.after = after


class Unreachable(SendError):
    """The request was refused or never reached the service: certainly not delivered, try again later."""


class Rejected(SendError):
    """The service will never take this message, in whatever way. `reason` is the service's own sentence, without any of the
    text; `code` the kind of it, for the log."""

    def __init__(self, reason: str, code: str = "refused") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class WindowClosed(SendError):
    """The service lets nobody write to this person now; `until` is when that may change (None: when the person writes)."""

    def __init__(self, until: datetime | None) -> None:
        super().__init__("window closed")
        self.until = until


class Uncertain(SendError):
    """The request was written and no answer came: it may or may not have been delivered."""


class FetchError(Exception):
    """Why a file was not had. Like `SendError`, a closed list: the two below, and `Unreachable` for "try again later"."""


class Gone(FetchError):
    """The service has no such file, or will not give it: asking again does not help."""


class TooLarge(FetchError):
    """The file is larger than may be had from the service, or than was asked for."""


Opens = Callable[[str], Awaitable[bytes | None]]
"""Given an attachment's id, its bytes; None where it is not kept any more."""


class Channel(Protocol):
    """One line on one service."""

    line: str
    """`service:account`, for example `telegram:123456`; keys rows, leases and dedupe keys."""
    capabilities: Capabilities

    @property
    def hearing(self) -> Standing | None:
        """Whether what people write reaches us; None for a line that is no service of somebody else's."""

    async def start(self, receive: Receive) -> None:
        """Opens connections and, where the service pushes, tells it where to. Does not wait for messages."""

    async def run(self) -> None:
        """Fetches messages for ever where the service must be asked; returns at once where it pushes."""

    async def stop(self) -> None:
        """Closes what `start` opened. Called after `run` has been cancelled; safe to call twice."""

    async def send(self, message: Outgoing) -> str:
        """Delivers one message that already fits `capabilities` (bot.channels.text.fit). Raises a `SendError`, or returns
        when it was accepted: the line's reference of what the person now has, by which a later message may edit it; "" where
        there is none. With `edits`, that message's own reference, or a new one where it was not there to be edited."""

    async def look(self) -> None:
        """Looks whether the service still pushes to us, and sets that right; `hearing` then says how it is. Called every
        minute; nothing where we ask for ourselves, which shows it by itself."""

    async def probe(self) -> None:
        """Asks the service for something that sends nothing. Raises a `SendError` unless it answers as it should."""

    def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:
        """The file a `File.reference` names, piece by piece; no more than about `most` bytes of it are asked for or taken.
        Raises `Gone`, `TooLarge` or `Unreachable`, also after some pieces."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Paths the web server should serve for this line."""
