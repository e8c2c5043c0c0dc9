"""What a person hears when their message could not be read, or not be handled at all."""

from __future__ import annotations

from datetime import datetime

from config.i18n import N_, language
from handlers.chat.unasked import reader_of
from models.messages import outbox
from models.messages.message import Inbound
from models.messages.outbox import Letter
from models.people import accounts, wishes
from models.store.database import Session


def apologise(session: Session, inbound: Inbound, now: datetime) -> None:
    """Tells the sender that this message was not handled, and whom to turn to."""
    _tell(
        session,
        inbound,
        now,
        N_(
            "The union's line could not handle your last message, and its operator has been told. Please write menu and try "
            "again, or speak with your union team in person."
        ),
    )


def ask_for_words(session: Session, inbound: Inbound, now: datetime) -> None:
    """Tells the sender, where the event has one, that what came from them could not be read."""
    if inbound.sender:
        _tell(
            session,
            inbound,
            now,
            N_(
                "The union's line could not read what you just sent, so the union does not have it yet. Please write it "
                "again as text, in a message of its own."
            ),
        )


def _tell(session: Session, inbound: Inbound, now: datetime, words: str) -> None:
    """Reads little, so as not to fail likewise."""
    sender = accounts.Sender(inbound.line, inbound.sender)
    account = wishes.find(session, sender)
    reader = reader_of(session, account) if account else language(inbound.language)
    outbox.queue(session, sender, Letter(reader.gettext(words), language=reader.code), now)
