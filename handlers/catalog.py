"""Every conversation there is, by the name its tokens carry."""

from __future__ import annotations

from handlers import answering, grievance, menu, mine, naming, passing, preferences, registration, triage
from handlers.conversation import Conversation

CONVERSATIONS: dict[str, Conversation] = {
    conversation.name: conversation
    for module in (registration, menu, grievance, mine, naming, triage, answering, passing, preferences)
    for conversation in module.CONVERSATIONS
}
