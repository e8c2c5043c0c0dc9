"""What somebody is told who did not just write: in their language, hidden behind “the union has news” where they want that,
and not in the middle of a conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from config.i18n import Language, language
from handlers.chat.conversation import open_token
from models.messages import outbox, unopened
from models.messages.message import Option
from models.messages.outbox import Letter
from models.messages.unopened import Item
from models.people import wishes
from models.people.accounts import Account
from models.store.database import Session
from models.store.ids import new_id


def reader_of(session: Session, to: Account) -> Language:
    """In what language somebody is written to, from the moment they chose it."""
    return language(str(wishes.chosen(session, to.id).get("language", to.language)))


def is_hidden(session: Session, to: Account) -> bool:
    """Whether what arrives unasked says only that there is news."""
    return wishes.hides(wishes.chosen(session, to.id), to.pin, to.plain_previews)


def covered(reader: Language, opens: str) -> tuple[str, Option]:
    """What is seen of it on a lock screen, the same whatever it is; `opens`: the token that shows it."""
    return reader.gettext("The union has news. Write 1 to see it."), Option(opens, reader.gettext("See"))


@dataclass(frozen=True, slots=True)
class Card:
    """An officers' card of a case: until it is opened only its `heading` is kept."""

    case_id: str
    heading: str


def tell(
    session: Session, to: Account, letter: Letter, now: datetime, *, card: Card | None = None, plain: bool = False
) -> None:
    """Queues a notice for somebody who did not just write, in their language; nothing for somebody who stopped the line.

    Unless they asked for `plain_previews` and have no PIN, what arrives says only that there is news, and how much,
    and shows it when tapped; until then the next news changes that number, and is no other message. `plain`: nothing to
    hide in it, and it goes out even where the account is gone by then.

    What offers options always asks: as a numbered list in the middle of a run, its numbers would be taken for answers."""
    letter = replace(letter, asks=letter.asks or bool(letter.options))
    if not plain and (wishes.is_blocked(session, to) or wishes.is_gone(session, to.id)):
        return
    reader = reader_of(session, to)
    if not plain and is_hidden(session, to):
        row_id = new_id()
        item = Item(row_id, letter.text, options=tuple(letter.options))
        if card:
            item = Item(row_id, card.heading, case_id=card.case_id)
        unopened.keep(session, to.id, replace(item, in_office=letter.in_office, of_case=letter.of_case), now)
        see = Option(open_token("office_news" if letter.in_office else "news"), reader.gettext("See"))
        waiting = [one for one in unopened.waiting(session, to.id) if one.in_office == letter.in_office]
        text = _that_there_is_news(reader, len(waiting), in_office=letter.in_office)
        letter = replace(letter, text=text, options=[see], standing=True)
    letter = replace(letter, language=reader.code, account_id="" if plain else to.id)
    outbox.queue(session, wishes.sender_of(session, to), letter, now, lane=outbox.NOTICE)


def _that_there_is_news(reader: Language, count: int, *, in_office: bool) -> str:
    """`count`: what this reader has not opened, of this side of theirs; nobody else's."""
    if count <= 1:
        return reader.gettext("The union has news. Write 1 to see it.")
    number = reader.number(count)
    if in_office:
        return reader.gettext("The union has {number} things for you to do. Write 1 to see them.", number=number)
    return reader.gettext("The union has {number} messages for you. Write 1 to see them.", number=number)
