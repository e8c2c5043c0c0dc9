"""Which pages of a session are in, and which wait at its door.

A session that is opened by a second page is told, and has to be allowed: somebody may have copied it. The page that is open
is `asked`; it answers `allow` or `refuse`, and says `asking` when it shows the question to its person. Until then the
second page is shown nothing, takes nothing out of the mailbox, and what it says is not taken: its person's words wait
there, unsent.

Nobody may be locked out of their own session by this, so it depends on what the second page can show:

* the secret of the page the token was given to (sessions.py), which lies beside it on the same device: a reload, a tab the
  phone had thrown away, a second tab of a kept session. With no other page open it is in at once; with the same page's own
  number (a phone that came back on another network) it takes its own place. Beside another page it waits for that one's
  word, which tabs of one browser give each other without asking anybody, within ANSWER_WITHIN seconds: a page that sleeps
  or has died says nothing, and then it is let in. A page that says `asking` is awake, and its person decides.
* the token alone: never without being allowed. It waits until a page of the session is open and its person says yes, and is
  then given a token of its own. A phone that lost its storage has lost the token with it, so this is no way back for
  anybody.

After a "no" nobody is asked again for QUIET seconds; whoever comes with the token meanwhile is turned away while a page is
open. What this does not see: a copy of the whole storage, used while none of the worker's pages is awake; and pages that are
connected to another process of the service, which are not asked.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.channels.webchat.socket import Socket

ANSWER_WITHIN = 3.0
QUIET = 600.0
MOST_WAITING = 3
_REMEMBERED = 5000


@dataclass(slots=True)
class Waiting:
    """A page at the door. `fits`: it has the secret. `asked`: somebody awake has taken the question on."""

    socket: Socket
    fits: bool
    asked: bool = False
    giving_up: asyncio.TimerHandle | None = None


class Admission:
    """The doors of all sessions of this process. `admit` and `turn_away` carry out what was decided."""

    def __init__(
        self, admit: Callable[[Socket], None], turn_away: Callable[[Socket], None], *, answer_within: float = ANSWER_WITHIN
    ) -> None:
        self._admit, self._turn_away = admit, turn_away
        self._answer_within = answer_within
        self._in: dict[str, list[Socket]] = {}
        self._waiting: dict[str, dict[str, Waiting]] = {}
        self._refused: OrderedDict[str, float] = OrderedDict()

    def here(self) -> list[str]:
        """Whose pages are in."""
        return list(self._in)

    def pages(self, who: str) -> list[Socket]:
        return self._in.get(who, [])

    def comes(self, socket: Socket, *, fits: bool) -> Socket | None:
        """Lets the page in, or has it wait. Returns the page whose place it took: itself, from before."""
        others = self.pages(socket.who)
        before = next((other for other in others if fits and socket.page and other.page == socket.page), None)
        if before is not None:
            self.leaves(before, replaced=True)
        if fits and (before is not None or not others):
            self._let_in(socket)
            return before
        if others and self._was_refused(socket.who):
            self._turn_away(socket)
            return None
        known = self._waiting.get(socket.who, {})
        if socket.page in known or len(known) >= MOST_WAITING:
            self._turn_away(self._drop(socket.who, socket.page if socket.page in known else next(iter(known))))
        waiting = self._waiting.setdefault(socket.who, {})
        waiting[socket.page] = Waiting(socket, fits)
        socket.say("waiting")
        for other in others:
            self._ask(other, waiting[socket.page])
        return None

    def allowed(self, who: str, page: str) -> None:
        if page in self._waiting.get(who, {}):
            self._let_in(self._drop(who, page))

    def refused(self, who: str, page: str) -> None:
        if page not in self._waiting.get(who, {}):
            return
        self._refused[who] = asyncio.get_running_loop().time()
        self._refused.move_to_end(who)
        if len(self._refused) > _REMEMBERED:
            self._refused.popitem(last=False)
        self._turn_away(self._drop(who, page))

    def asking(self, who: str, page: str) -> None:
        """Somebody awake has been shown the question: from now on it is theirs to answer."""
        if (waiting := self._waiting.get(who, {}).get(page)) is not None:
            waiting.asked = True
            if waiting.giving_up is not None:
                waiting.giving_up.cancel()

    def leaves(self, socket: Socket, *, replaced: bool = False) -> None:
        """The page has gone, whether it was in or waited."""
        waiting = self._waiting.get(socket.who, {}).get(socket.page)
        if waiting is not None and waiting.socket is socket:
            self._drop(socket.who, socket.page)
        pages = self._in.get(socket.who, [])
        if socket in pages:
            pages.remove(socket)
        if pages or replaced:
            return
        self._in.pop(socket.who, None)
        for page, one in list(self._waiting.get(socket.who, {}).items()):
            if one.fits:  # there is nobody left to ask, and it is this device's own
                self.allowed(socket.who, page)

    def ends(self, who: str) -> Iterator[Socket]:
        """Everybody at this door, in or out, once the session is over."""
        yield from self._in.pop(who, [])
        for page in list(self._waiting.get(who, {})):
            yield self._drop(who, page)

    def _let_in(self, socket: Socket) -> None:
        self._in.setdefault(socket.who, []).append(socket)
        self._admit(socket)
        for waiting in self._waiting.get(socket.who, {}).values():
            self._ask(socket, waiting)

    def _ask(self, page: Socket, waiting: Waiting) -> None:
        page.say("asked", page=waiting.socket.page, known=waiting.fits)
        if waiting.fits and not waiting.asked and waiting.giving_up is None:
            who, number = waiting.socket.who, waiting.socket.page
            loop = asyncio.get_running_loop()
            waiting.giving_up = loop.call_later(self._answer_within, self.allowed, who, number)

    def _drop(self, who: str, page: str) -> Socket:
        waiting = self._waiting[who].pop(page)
        if waiting.giving_up is not None:
            waiting.giving_up.cancel()
        if not self._waiting[who]:
            del self._waiting[who]
        for other in self.pages(who):
            other.say("settled", page=page)
        return waiting.socket

    def _was_refused(self, who: str) -> bool:
        at = self._refused.get(who)
        return at is not None and asyncio.get_running_loop().time() - at < QUIET
