"""Every conversation there is, by the name its tokens carry."""

from __future__ import annotations

from handlers import grievance, menu, mine, preferences, registration, triage
from handlers.conversation import Conversation

CONVERSATIONS: dict[str, Conversation] = {
    conversation.name: conversation
    for module in (registration, menu, grievance, mine, triage, preferences)
    for conversation in module.CONVERSATIONS
}
