"""Who may do what: one table of role × relation to the unit × kind of thing × verb.

An office stands to the unit that a thing belongs to: it is held in that unit (`own`), in one above it (`above`), in one
below it (`below`), or elsewhere (`none`). Whoever holds several offices may do what any of them may. After the table come
the exclusions (models.grievances.exclusions): it never opens to somebody what its reporter closed to them.

Chats, files, the clock and the command line ask here; no tuple of roles stands anywhere else. What may be done with a
thing in one of its states and not in another is the thing's own rule; what members may see of their own needs no office.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

Relation = Literal["own", "above", "below", "none"]
Thing = Literal["case", "saved_reply", "notice", "poll", "results", "office", "claim", "headcount", "line"]
Verb = Literal[
    "answer",
    "handle",
    "enter",
    "read",
    "write",
    "manage",
    "agree",
    "lend",
    "hear",
    "confirm",
    "know",
    "oversee",
    "take_over",
    "stand_in",
    "reissue",
]
Right = tuple[Thing, Verb]

RELATIONS: tuple[Relation, ...] = ("own", "above", "below", "none")

HANDLE: Right = ("case", "handle")
"""See the cases that come to one's role in the unit, answer them, hand them on, close them; be told of them, and stand in
for somebody who does."""
ANSWER: Right = ("case", "answer")
"""The same of all cases that the unit holds, but for those that were routed to other roles (models.grievances.routes): who
has this answers for the unit."""
HEAR_DAILY: Right = ("case", "hear")
"""Be told every day of a case whose time is over where no union is above."""
KNOW_NAME: Right = ("case", "know")
"""Learn a name that was given to the committee alone: by an office in the grassroots union, and by one's own."""
OVERSEE: Right = ("case", "oversee")
"""Know how many cases the unit owes an answer in, and how many are overdue: numbers, no case."""
TAKE_OVER: Right = ("case", "take_over")
"""Take over what a unit below leaves lying, or has handed up before; or have somebody read it along."""
ENTER: Right = ("case", "enter")
"""Enter a case for a worker who told it aloud."""
SAVED_REPLIES: Right = ("saved_reply", "write")
WRITE_NOTICE: Right = ("notice", "write")
"""Speak for the unit to whomever stands in it or below it."""
MANAGE_NOTICE: Right = ("notice", "manage")
"""See a notice that the unit sent, stop it, correct it, have its counts."""
AGREE_TO_NOTICE: Right = ("notice", "agree")
WRITE_POLL: Right = ("poll", "write")
MANAGE_POLL: Right = ("poll", "manage")
"""See a poll that the unit asked, close it, cancel it, publish it."""
AGREE_TO_POLL: Right = ("poll", "agree")
READ_RESULTS: Right = ("results", "read")
READ_RATING: Right = ("results", "know")
"""Of a poll that rates the committee, by team: never for whom it rates (models.polls.access)."""
LEND_OFFICE: Right = ("office", "lend")
REISSUE: Right = ("office", "reissue")
"""End the chats of an officer of the unit who has lost the phone, and have a new code made; where no unit is above, its own
do."""
HEAR_OF_CLAIM: Right = ("claim", "hear")
CONFIRM_CLAIM: Right = ("claim", "confirm")
"""Confirm whose chat it is that was joined with the code of an officer of the unit; where no unit is above, its own do."""
HEADCOUNT: Right = ("headcount", "write")
"""Say how many people work in the unit: never its own officers, since each head counts towards a threshold."""
HEAR_OF_OUTAGE: Right = ("line", "hear")
"""Be told that a line does not work."""
STAND_IN_FOR_ADMIN: Right = ("line", "stand_in")
"""Be told so where no administrator can be reached."""

_ANSWERING: Mapping[Relation, frozenset[Right]] = {
    "own": frozenset(
        (
            *(HANDLE, ANSWER, KNOW_NAME, ENTER, SAVED_REPLIES, WRITE_NOTICE, MANAGE_NOTICE, AGREE_TO_NOTICE),
            *(WRITE_POLL, MANAGE_POLL, AGREE_TO_POLL, READ_RESULTS, LEND_OFFICE, HEAR_OF_CLAIM),
        )
    ),
    "above": frozenset(
        (
            *(WRITE_NOTICE, MANAGE_NOTICE, AGREE_TO_NOTICE, WRITE_POLL, MANAGE_POLL, AGREE_TO_POLL, READ_RESULTS),
            *(READ_RATING, HEAR_OF_CLAIM, CONFIRM_CLAIM, HEADCOUNT, OVERSEE, TAKE_OVER, REISSUE),
        )
    ),
}
_CHAIR = {**_ANSWERING, "own": _ANSWERING["own"] | {STAND_IN_FOR_ADMIN}}
_HEAD = {**_CHAIR, "own": _CHAIR["own"] | {HEAR_DAILY}}
_ADMIN: Mapping[Relation, frozenset[Right]] = {"own": frozenset({HEAR_OF_OUTAGE})}
"""Never content."""
_ROUTED: Mapping[Relation, frozenset[Right]] = {"own": frozenset((HANDLE, SAVED_REPLIES, LEND_OFFICE))}
"""Cases of their kinds, and nothing else of the unit."""

TABLE: Mapping[str, Mapping[Relation, frozenset[Right]]] = {
    "leader": _ANSWERING,
    "deputy_leader": _ANSWERING,
    "committee": _ANSWERING,
    "vice_chair": _CHAIR,
    "chair": _HEAD,
    "superior": _ANSWERING,
    "inspection": _ROUTED,
    "womens_affairs": _ROUTED,
    "admin": _ADMIN,
}
"""By role (config/roles.toml), then by relation."""

OFFICERS = "officers"
AUDIENCES: Mapping[str, tuple[str, ...]] = {
    OFFICERS: tuple(TABLE),
    "leaders": ("leader", "deputy_leader"),
    "chair": ("chair",),
    "vice_chair": ("vice_chair",),
    "committee": ("committee", "vice_chair", "chair"),
    "inspection": ("inspection",),
    "womens_affairs": ("womens_affairs",),
}
"""Officers as an audience, by the roles they hold: this gives no right. The executive committee has its chair in it."""


class Held(Protocol):
    """An office, as far as rights go."""

    @property
    def role(self) -> str: ...
    @property
    def unit_id(self) -> str: ...


def may(role: str, relation: Relation, right: Right) -> bool:
    """Whether this role may do this where it stands so to the unit."""
    return right in TABLE[role].get(relation, ())


def roles(right: Right, relation: Relation = "own") -> list[str]:
    """The roles that may do this where they stand so to the unit."""
    return [role for role in TABLE if may(role, relation, right)]


def units_of(held: Iterable[Held], right: Right) -> list[str]:
    """The units, each once, in which one of these offices gives this right by being held there."""
    return list(dict.fromkeys(office.unit_id for office in held if may(office.role, "own", right)))


def below_of(held: Iterable[Held], right: Right) -> list[str]:
    """The units, each once, below which one of these offices gives this right by standing above."""
    return list(dict.fromkeys(office.unit_id for office in held if may(office.role, "above", right)))


def allow(held: Iterable[Held], right: Right, path: Sequence[str], *, below: Iterable[str] = ()) -> bool:
    """Whether one of these offices gives this right over a unit: `path` are its id and those above it, nearest first
    (none where there is no such unit), `below` those below it, where the right is one that reaches upwards."""
    beneath = frozenset(below)
    return any(may(office.role, relation_to(office.unit_id, path, beneath), right) for office in held)


def relation_to(unit_id: str, path: Sequence[str], below: frozenset[str] = frozenset()) -> Relation:
    """How an office in the unit `unit_id` stands to the unit at the beginning of `path`."""
    if unit_id in path:
        return "own" if unit_id == path[0] else "above"
    return "below" if unit_id in below else "none"
