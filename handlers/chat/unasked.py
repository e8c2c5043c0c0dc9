"""What somebody is told who did not just write: in their language, hidden behind “the union has news” where they want that,
and not in the middle of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import Language, language
from handlers.chat.conversation import open_token
from models.messages import outbox, unopened
from models.messages.message import Option
from models.people import accounts, wishes
from models.people.accounts import Account
from models.store.database import Session
from models.store.ids import new_id


def reader_of(session: Session, to: Account) -> Language:
    """In what language somebody is written to, from the moment they chose it."""
    return language(str(wishes.chosen(session, to.id).get("language", to.language)))


def is_hidden(session: Session, to: Account) -> bool:
    """Whether what arrives unasked says only that there is news."""
    wished = wishes.chosen(session, to.id)
    return bool(wished.get("pin", to.pin)) or not wished.get("plain_previews", to.plain_previews)


def tell(
    session: Session,
    to: Account,
    text: str,
    now: datetime,
    *,
    options: Sequence[Option] = (),
    asks: bool = False,
    commands: str = "",
    in_office: bool = False,
    case_id: str = "",
    heading: str = "",
    plain: bool = False,
    of_case: str = "",
) -> None:
    """Queues a notice for somebody who did not just write; nothing for somebody who stopped the line. `asks`: it waits
    while they are in the middle of a conversation. `in_office`: it is for the officer, not for the worker in them.

    Unless they asked for `plain_previews` and have no PIN, what arrives says only that there is news, and shows `text` when
    tapped. With `case_id` it is an officers' card, of which only the `heading` is kept until then. `plain`: nothing to hide
    in it, and it goes out even where the account is gone by then. `of_case`: as in models.messages.outbox.

    What offers options always asks: as a numbered list in the middle of a run, its numbers would be taken for answers."""
    asks = asks or bool(options)
    if not plain and (wishes.is_blocked(session, to) or wishes.is_gone(session, to.id)):
        return
    reader = reader_of(session, to)
    if not plain and is_hidden(session, to):
        row_id = new_id()
        unopened.keep(
            session,
            to.id,
            row_id,
            heading or text,
            now,
            options=() if case_id else options,
            case_id=case_id,
            in_office=in_office,
            of_case=of_case,
        )
        text = reader.gettext("The union has news. Write 1 to see it.")
        opens = open_token("office_news", row_id) if in_office else open_token("news", row_id)
        options = [Option(opens, reader.gettext("See"))]
    sender = accounts.sender_of(session, to)
    outbox.queue(
        session,
        sender,
        text,
        now,
        options=options,
        lane=outbox.NOTICE,
        asks=asks,
        commands=commands,
        language=reader.code,
        in_office=in_office,
        account_id="" if plain else to.id,
        of_case=of_case,
    )
