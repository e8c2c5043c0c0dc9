"""Every conversation there is, by the name its tokens carry."""

from __future__ import annotations

from handlers.broadcasts import counts_sheet, overview, reading, told_in_person
from handlers.broadcasts import second_officer as broadcasts_second_officer
from handlers.broadcasts import writing as broadcasts_writing
from handlers.chat import menu
from handlers.chat.conversation import Conversation
from handlers.front import rewording, under_way, unopened
from handlers.grievances import case_files, cases, filing, handing_on, own_cases, own_name, replying, saved_replies, spoken
from handlers.people import deputies, headcounts, joining, my_data, officer_claims, pin, second_phone, settings, upgrading
from handlers.polls import overview as polls_overview
from handlers.polls import result_files, results, second_officer, voting, writing

_MODULES = (
    *(joining, officer_claims, deputies, menu, filing, own_cases, own_name),
    *(reading, overview, broadcasts_writing, broadcasts_second_officer, told_in_person, counts_sheet),
    *(polls_overview, second_officer, writing, voting, results, result_files),
    *(cases, replying, handing_on, spoken, saved_replies, case_files, unopened, under_way, rewording),
    *(settings, pin, second_phone, my_data, headcounts, upgrading),
)
CONVERSATIONS: dict[str, Conversation] = {
    conversation.name: conversation for module in _MODULES for conversation in module.CONVERSATIONS
}
_MADE = sum(len(module.CONVERSATIONS) for module in _MODULES)
assert len(CONVERSATIONS) == _MADE, "two conversations of one name"

_OF_ONE = frozenset(
    (
        *("view", "ack", "reply", "ask", "close", "unfounded", "note", "assign", "escalate", "end", "keep", "files", "why"),
        *("add", "settled", "unsettled", "withdraw", "name", "unname", "confirm"),
        *("seen", "reread", "enclosed", "askback", "cast", "halt", "resume", "cancelrest", "approve", "refuse"),
        *("correct", "again", "counts", "round", "close_poll", "cancel_poll", "agree_poll", "refuse_poll"),
        *("vote", "outcome", "published", "publish", "chart", "picture", "codes", "office_codes", "tables"),
    )
)
"""Conversations about one thing that their button names."""
_OF_ONE_OR_ALL = frozenset(("mine", "news", "office_news"))


def is_about(name: str, subject: str) -> bool:
    """Whether a conversation can be about this. A button is 64 bytes that anybody can make: what needs a subject must not be
    begun without, and what has none must not be told of one. A new conversation takes none until it is named here."""
    return name in _OF_ONE_OR_ALL or bool(subject) == (name in _OF_ONE)
