"""Every conversation there is, by the name its tokens carry."""

from __future__ import annotations

from handlers import claims, files, grievance, menu, mine, mydata, news, phones, pin, preferences, registration, triage
from handlers.conversation import Conversation

CONVERSATIONS: dict[str, Conversation] = {
    conversation.name: conversation
    for module in (
        *(registration, claims, menu, grievance, mine, triage, news),
        *(preferences, pin, phones, mydata, files),
    )
    for conversation in module.CONVERSATIONS
}
