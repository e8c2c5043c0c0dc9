"""What somebody did that another transaction is to write: it travels sealed through models.anonymity.intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

OfCase = Literal["report", "addition", "danger", "settled", "unsettled", "withdrawn", "named", "left", "reworded", "since"]
OfChat = Literal[
    "tell", "change", "unlink", "leave", "seen", "opened", "taken_back", "ballot", "undelivered", "claim_over", "answer"
]
OfPage = Literal["came_back", "moved", "return_code"]
"""Who goes on in another page of web chat (models.people.wishes), and with which codes (models.people.return_codes)."""
OfCode = Literal["slip", "office", "claim", "unclaim"]
"""What is done with a joining code in a chat that has joined; `text` is the code's id."""
Kind = Literal[OfCase, OfChat, OfPage, OfCode]


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did, as it travels sealed. Ids for the rows it will make are chosen here.

    `case_id` is new for a report and known for the rest. `reporter_id` is the way back. `unit_id` is where the reporter
    belongs and `holder_id` the unit it is addressed to. `covered`: with time cover, both ways. `name` is empty unless the
    reporter gave it, and `name_for` says who may read it ("all", or "committee": the grassroots union's executive
    committee). Those in `passed_over` (ids of units, or of people) never see the case; in the unit it is addressed to only
    `roles` do, where any are named. `since`: since when, as they say. `account_id` and JSON in `text`: a change of an
    account. `files`: attachments, as models.files.attachments keeps them with the case. Times are ISO 8601. A ballot has its
    voter (models.polls.turnout) as `reporter_id` and in `text` itself, sealed once more (models.polls.ballots).
    """

    kind: Kind
    due: str
    case_id: str
    entry_id: str
    reporter_id: str
    text: str
    account_id: str = ""
    code: str = ""
    unit_id: str = ""
    holder_id: str = ""
    category: str = ""
    name: str = ""
    name_for: str = "all"
    passed_over: list[str] = field(default_factory=list)
    urgent: bool = False
    covered: bool = True
    reply_due: str = ""
    files: Sequence[Mapping[str, str]] = ()
    roles: Sequence[str] = ()
    since: str = ""
