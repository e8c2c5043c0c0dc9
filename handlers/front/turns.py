"""Who a message comes from and where they stand, as its turn begins. It stands alone because both are looked up in a way of
their own: who came back is found before their row says so (models.people.wishes)."""

from __future__ import annotations

from datetime import datetime

from config.i18n import DEFAULT, LANGUAGES
from handlers.chat.conversation import Turn
from handlers.chat.site import Site
from handlers.front import inherited
from handlers.front.capabilities import ENTRIES
from models.messages import chats
from models.messages.message import Inbound
from models.people import wishes
from models.people.accounts import Sender
from models.store.database import Session


def of(session: Session, inbound: Inbound, sender: Sender, now: datetime, site: Site) -> Turn:
    account, person = wishes.find_person(session, sender)
    sides = chats.BOTH_SIDES if person is not None and person.staff_hash is not None else chats.ONE_SIDE
    chat = inherited.carried(chats.load(session, chats.of(sender, account.id if account else None), now, sides=sides))
    hint = inbound.language if inbound.language in LANGUAGES else DEFAULT
    at = (session, now, site, sender, account, person, chat, hint)
    return Turn(
        *at, inbound.origin, message=inbound.message, tapped=inbound.tapped, remembers=inbound.remembers, entries=ENTRIES
    )
