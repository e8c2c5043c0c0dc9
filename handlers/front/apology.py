"""What a person hears when their message could not be handled at all."""

from __future__ import annotations

from datetime import datetime

from config.i18n import language
from handlers.chat.conversation import reader_of
from models.messages import outbox
from models.messages.message import Inbound
from models.people import accounts, wishes
from models.store.database import Session


def apologise(session: Session, inbound: Inbound, now: datetime) -> None:
    """Tells the sender that this message was not handled, and whom to turn to. Reads little, so as not to fail likewise."""
    sender = accounts.Sender(inbound.line, inbound.sender)
    account = wishes.find(session, sender)
    reader = reader_of(session, account) if account else language(inbound.language)
    text = reader.gettext(
        "The union's line could not handle your last message, and its operator has been told. Please write menu and try "
        "again, or speak with your union team in person."
    )
    outbox.queue(session, sender, text, now, language=reader.code)
