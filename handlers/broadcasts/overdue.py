"""Kinds of notice that are owed to members from time to time (financial disclosure): the committee is reminded of the next.

The rule is “định kỳ”, from time to time (the unions' plans, IV.3); config/notices.toml says after how many days.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from config.i18n import HERE
from config.tables import table
from handlers.broadcasts import reading
from handlers.chat.conversation import open_token
from handlers.chat.unasked import reader_of, tell
from models.broadcasts import lifecycle
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import offices, rights, units
from models.people.units import Unit
from models.store import firings
from models.store.database import Session

AT = time(8)
AGAIN = timedelta(days=30)
_AT_ONCE = 20


def remind(session: Session, now: datetime) -> int:
    """Tells the officers of grassroots unions that owe a disclosure, and again every thirty days; returns how many."""
    local = now.astimezone(HERE)
    if local.time() < AT:
        return 0
    told = 0
    for kind, given in table("notices").items():
        days = given.get("days")
        if not days:
            continue
        for one, last in lifecycle.owing(session, kind, units.kinds("grassroots"), now - timedelta(days=days)):
            due = last + timedelta(days=days)
            due += (now - due) // AGAIN * AGAIN
            told += _tell(session, one, kind, last, due, now)
            if told >= _AT_ONCE:
                return told
    return told


def _tell(session: Session, one: Unit, kind: str, last: datetime, due: datetime, now: datetime) -> int:
    if not firings.claim(session, f"owe_{kind}", one.id, due):
        return 0
    told = 0
    for account, _person, _held in offices.officers_of(session, one.id, now.date(), rights.WRITE_NOTICE):
        reader = reader_of(session, account)
        text = reader.gettext(
            "Comrade, {unit} last told its members on {day}: {kind}. It is time for the next.",
            unit=one.name,
            day=reader.day(last),
            kind=reading.kind_name(reader, kind),
        )
        tell(
            session,
            account,
            Letter(text, options=[Option(open_token("notice"), reader.gettext("Write a notice"))], in_office=True),
            now,
        )
        told += 1
    return told
