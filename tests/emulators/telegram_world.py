"""What the emulator knows: the bot, its people and groups, files, updates waiting, and every call so far."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram_faults import Fault, Kind, Limiter
from tests.emulators.telegram_people import Group, User
from tests.emulators.telegram_rules import Refusal
from tests.emulators.telegram_screen import Chat, Shown, Update


@dataclass(slots=True)
class Call:
    """One accepted call."""

    method: str
    params: dict[str, Any]
    at: float


class World:
    """One bot and everybody who talks to it."""

    allow_http = True
    token = ""

    def __init__(self, token: str, *, limits: bool, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.me_short = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "Hai Chiều"}
        self.me_short["username"] = "haichieu_test_bot"
        flags = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        self.me = {**self.me_short, **dict.fromkeys(flags, False), "can_join_groups": True}
        self.polled = asyncio.Event()  # set while a long poll waits
        self._poll: asyncio.Future[None] | None = None
        self.reset(limits=limits)

    def reset(self, *, limits: bool = False) -> None:
        """Forgets everybody and everything, but the address and the token."""
        self.chats: dict[int, Chat] = {}
        self.sent: list[Call] = []
        self.refused: list[tuple[Call, Refusal]] = []
        self.violations: list[str] = []
        self.counters: Counter[tuple[str, int]] = Counter()
        self.faults: list[Fault] = []
        self.limiter = Limiter() if limits else None
        self.queue: deque[Update] = deque()
        self.newest = 0  # the number of the last update that went into the queue
        self.queries: dict[str, float] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.webhook: dict[str, Any] = {}
        self.webhook_secret = ""
        self.webhook_error: dict[str, Any] = {}
        self.allowed_updates: frozenset[str] = frozenset()
        self._message_ids = itertools.count(random.randrange(10, 10_000))
        self._update_ids = itertools.count(random.randrange(100_000_000, 900_000_000))

    # People

    def user(self, **about: Any) -> User:
        """A person who has pressed Start (`started=False`: has not); `about`: the arguments of `User`."""
        user = User(self, **about)
        self.chats[user.id] = user
        return user

    def group(self, title: str = "Tổ công đoàn 3") -> Group:
        """A group the bot is in already; `group.added_update(by)` tells the bot so."""
        group = Group(self, title)
        self.chats[group.id] = group
        return group

    def now(self) -> int:
        return int(self.clock())

    def show(self, chat: Chat, sender: Any, text: str, entities: Any = (), markup: Any = None, body: Any = None) -> Shown:
        shown = Shown(next(self._message_ids), self.now(), sender, text, entities or [], markup, body)
        chat.chat.append(shown)
        return shown

    def update(self, kind: str, content: dict[str, Any]) -> Update:
        return {"update_id": next(self._update_ids), kind: content}

    def renumber(self, first: int) -> None:
        """Numbers begin anew, as they do after a week without any update, or on another server; nothing old waits."""
        self.queue.clear()
        self._update_ids = itertools.count(first)

    def query(self) -> str:
        """A new callback query, waiting for its answer."""
        query_id = str(random.getrandbits(63))
        self.queries[query_id] = self.clock()
        return query_id

    def keep_file(self, content: bytes, path: str) -> dict[str, Any]:
        file_id = f"AgAC{random.getrandbits(128):032x}"
        self.files[file_id] = (f"{file_id[-6:]}/{path}", content)
        return self.file_card(file_id)

    def file_card(self, file_id: str) -> dict[str, Any]:
        return {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(self.files[file_id][1])}

    # Trouble

    def fault(self, kind: Kind, **which: Any) -> Fault:
        """Trouble for the next requests: see `Fault` for which ones, how many and how."""
        fault = Fault(kind, **which)
        self.faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        for fault in self.faults:
            fault.cleared.set()
        self.faults.clear()
