"""Every capability of the house, and what each of them brings, in one list of each kind.

A capability is added here, in one line; everything else it says in its own `doors.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from config.i18n import N_
from handlers.broadcasts import doors as broadcasts
from handlers.chat import menu
from handlers.chat.conversation import Conversation, Entry
from handlers.chat.doors import Doors, FileRight, Made, Post, Step
from handlers.front import rewording, under_way, unopened
from handlers.grievances import doors as grievances
from handlers.people import doors as people
from handlers.polls import doors as polls
from models.anonymity.events import Kind

K = TypeVar("K")
T = TypeVar("T")

_FRONT = Doors(
    conversations=[*menu.CONVERSATIONS, *unopened.CONVERSATIONS, *under_way.CONVERSATIONS, *rewording.CONVERSATIONS],
    menu=[Entry("help", N_("Help"), 100)],
    events={"opened": unopened.forget},
)
CAPABILITIES = (people.DOORS, grievances.DOORS, broadcasts.DOORS, polls.DOORS, _FRONT)


class Twice(Exception):
    """Two capabilities bring something of one name."""


def _once(pairs: Iterable[tuple[K, T]]) -> dict[K, T]:
    found: dict[K, T] = {}
    for name, brought in pairs:
        if name in found:
            raise Twice(name)
        found[name] = brought
    return found


def conversations(capabilities: Sequence[Doors]) -> dict[str, Conversation]:
    """By the name their tokens carry. Raises `Twice`."""
    return _once((one.name, one) for doors in capabilities for one in doors.conversations)


def events(capabilities: Sequence[Doors]) -> dict[Kind, Post]:
    """What is done with a sealed event, by its kind. Raises `Twice`."""
    return _once(pair for doors in capabilities for pair in doors.events.items())


CONVERSATIONS = conversations(CAPABILITIES)
EVENTS = events(CAPABILITIES)
ENTRIES: list[Entry] = sorted((entry for doors in CAPABILITIES for entry in doors.menu), key=lambda entry: entry.place)
FILE_RIGHTS: list[FileRight] = [right for doors in CAPABILITIES for right in doors.file_rights]
MADE: list[Made] = [made for doors in CAPABILITIES for made in doors.made]
STEPS: list[Step] = [step for doors in CAPABILITIES for step in doors.steps]
