"""Whose file is next, and who has too many here.

Two lanes, so that a photo or a voice never waits behind documents, which can cost half a minute of a processor each; and of
one person at most one file at a time in each, so that nobody's tenth file comes before somebody else's first. What is
counted is counted in memory only, from rows that hold their sender sealed (models.files.to_fetch): a column to count by
would be one more name of a person in the database. After a restart the rows tell it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.messages.message import FileKind
from models.people.accounts import Sender

PLACES: dict[str, int] = {"quick": 2, "slow": 2}
"""Files under way at the same time in each lane: 20 MB of memory each, and a process that cleans."""
MOST = 30
"""Files of one person that are here and belong to no case for certain: three albums. They go with their rows, after a day or
two (models.messages.chats.DRAFT), whether a message took them along or not."""
MOST_BYTES = 150 * 2**20
"""What these may take on the disk, sealed."""
MOST_ALTOGETHER = 4 * 2**30
"""What the files of all of them may take. Beyond it files wait, and nobody is refused for what others sent."""


def lane(kind: FileKind) -> str:
    return "slow" if kind == "document" else "quick"


@dataclass(slots=True)
class Held:
    """What somebody has here: how many files, and what they take on the disk."""

    files: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(self.files.values())


class Queue:
    def __init__(self) -> None:
        self._under_way: dict[str, tuple[str, Sender]] = {}
        self._served: Counter[Sender] = Counter()
        self._held: dict[Sender, Held] = {}
        self._turns = 0

    def next(self, due: Iterable[tuple[str, Sender, FileKind]]) -> str | None:
        """Which of these files (given in the order in which they came) is begun now: of somebody who has none under way in
        its lane and was served longest ago; None when nobody's can be."""
        busy = Counter(place for place, _ in self._under_way.values())
        theirs = set(self._under_way.values())
        free = [
            (row_id, sender, kind)
            for row_id, sender, kind in due
            if row_id not in self._under_way and busy[lane(kind)] < PLACES[lane(kind)] and (lane(kind), sender) not in theirs
        ]
        if not free:
            return None
        row_id, sender, kind = min(free, key=lambda file: self._served[file[1]])
        self._turns += 1
        self._served[sender] = self._turns
        self._under_way[row_id] = (lane(kind), sender)
        return row_id

    def over(self, row_id: str) -> None:
        """A file is not under way any more."""
        self._under_way.pop(row_id, None)

    def has_room(self, sender: Sender) -> bool:
        """Whether somebody may have one more here."""
        held = self._held.get(sender, Held())
        return len(held.files) < MOST and held.size < MOST_BYTES

    @property
    def is_full(self) -> bool:
        return sum(held.size for held in self._held.values()) >= MOST_ALTOGETHER

    def keep(self, sender: Sender, row_id: str, size: int) -> None:
        """This file is here, and takes so much."""
        self._held.setdefault(sender, Held()).files[row_id] = size

    def forget(self, row_ids: Iterable[str]) -> None:
        """These are gone."""
        for sender, held in list(self._held.items()):
            for row_id in row_ids:
                held.files.pop(row_id, None)
            if not held.files:
                del self._held[sender]
        if not self._under_way and not self._held:
            self._served.clear()  # nobody is remembered longer than their files are
