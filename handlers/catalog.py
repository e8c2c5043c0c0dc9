"""Every conversation there is, by the name its tokens carry."""

from __future__ import annotations

from handlers import (
    agreeing,
    answering,
    approving,
    asking,
    away,
    claims,
    composing,
    counting,
    desk,
    files,
    grievance,
    menu,
    mine,
    mydata,
    naming,
    news,
    notices,
    outcome,
    passing,
    phones,
    pictures,
    pin,
    polls,
    preferences,
    registration,
    saved,
    spoken,
    telling,
    triage,
    voting,
)
from handlers.conversation import Conversation

CONVERSATIONS: dict[str, Conversation] = {
    conversation.name: conversation
    for module in (
        *(registration, claims, menu, grievance, mine, naming),
        *(notices, desk, composing, approving, telling, counting),
        *(polls, agreeing, asking, voting, outcome, pictures),
        *(triage, answering, passing, spoken, saved, away, files, news),
        *(preferences, pin, phones, mydata),
    )
    for conversation in module.CONVERSATIONS
}
