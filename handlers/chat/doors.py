"""What a capability brings to the house, said by itself in its `doors.py`: its conversations and menu entries, who may open
its files and how those are made that are kept nowhere, what it does with a sealed event, what it owes by the minute.

front, the tick and whatever opens files only go through these lists (handlers.front.capabilities). What is forgotten here
fails when the service starts or in a house rule, or is safe: a file that no right names opens for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.settings import Limits
from handlers.chat.conversation import Conversation, Entry
from models.anonymity import moments
from models.anonymity.events import Event, Kind
from models.messages.message import Media
from models.messages.quiet_hours import Quiet
from models.store.database import Session


@dataclass(frozen=True, slots=True)
class Pace:
    """How the operator wants people to be told: officers in which quiet hours, and of up to how many messages in an hour one
    by one; workers under how many minutes of time cover."""

    quiet: Quiet = None
    told_apart: int = Limits().messages
    relay_minutes: tuple[int, int] = moments.COVERED


USUAL = Pace()
"""As an installation is told where its operator decided nothing."""

FileRight = Callable[[Session, str, str, str, datetime], Media | None]
"""Given who, what it belongs to, its id and the moment: the attachment, if this person may see it. Ids are random, so one
thing's id is no other's."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that is yet to be drawn, which takes a process of its own (bot.files.drawing)."""

    specification: Any


@dataclass(frozen=True, slots=True)
class Made:
    """Files that are made each time they are opened and kept nowhere: which ids are theirs, and how one is made, given
    its id and the operator's threshold."""

    owns: Callable[[str], bool]
    make: Callable[[Session, str, int], bytes | Drawing | None]


Post = Callable[[Session, Event, datetime, Pace], None]
"""Does what one sealed event asks, in a transaction in which nothing else is done."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tick, asked for once a minute and again while there is more: `due` only reads; each thing that it finds
    is done by `do` in a transaction of its own, which claims it first, so that it is never done twice."""

    due: Callable[[Session, datetime, Pace], Sequence[Any]]
    do: Callable[[Session, Any, datetime, Pace], object]


@dataclass(frozen=True, slots=True)
class Doors:
    conversations: Sequence[Conversation] = ()
    menu: Sequence[Entry] = ()
    file_rights: Sequence[FileRight] = ()
    made: Sequence[Made] = ()
    events: Mapping[Kind, Post] = field(default_factory=dict)
    steps: Sequence[Step] = ()
