"""This installation, as handlers know it: the operator's decisions, and what the lines can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.settings import Limits, Notices


@dataclass(frozen=True, slots=True)
class Line:
    """What a forecast needs to know of a line: messages a second and a month (0: no limit), those kept for replies,
    whether a message that was sent can be changed, and what its service is called."""

    name: str
    per_second: float
    per_month: int
    reserve: int
    edits: bool
    service: str = ""
    is_page: bool = False
    """A page of the union's own in a browser: nobody else's app knows whose account it is, and whoever closes it may have no
    way back."""


@dataclass(frozen=True, slots=True)
class Site:
    """The operator's decisions that handlers need: minutes of time cover, and whether officers must be vouched for.

    `people`: how many may join on a line, where its service allows only so many. `chat_address`: web chat's, for the rest
    (empty: not known). `uploads`: the lines that can send a file; `media_address`: where links to files lead on the others
    (empty: nowhere). `lines`: those that are open, the one to be preferred for notices first."""

    relay_minutes: tuple[int, int]
    confirm_officers: bool
    people: Mapping[str, int] = field(default_factory=dict)
    chat_address: str = ""
    uploads: frozenset[str] = frozenset()
    media_address: str = ""
    lines: tuple[Line, ...] = ()
    notices: Notices = field(default_factory=Notices)
    limits: Limits = field(default_factory=Limits)

    def line(self, name: str) -> Line:
        """What is known of a line; of one that is not open, nothing."""
        return next((line for line in self.lines if line.name == name), _UNKNOWN)


_UNKNOWN = Line("", 0.0, 0, 0, False)
