"""What officers are told by the clock (models.grievances.digests), in words: in the morning what came at night, and each
month how many cases there were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from config.i18n import Language
from handlers.chat.conversation import open_token
from handlers.chat.unasked import reader_of, tell
from handlers.grievances import today
from models.grievances import access, digests
from models.messages.message import Option
from models.messages.outbox import Letter
from models.messages.quiet_hours import Quiet
from models.people import offices, units
from models.people.persons import Person
from models.store import firings
from models.store.database import Session


def fire(session: Session, firing: digests.Firing, now: datetime, quiet: Quiet) -> None:
    """Tells the officers of one unit, once: claimed in the transaction of the messages it causes."""
    name, fire_at, unit_id = firing
    if not firings.claim(session, name, unit_id, fire_at):
        return
    begin, end = digests.period(name, fire_at, quiet)
    told = {account.id: (account, officer) for account, officer, _ in offices.officers_of(session, unit_id, now.date())}
    for account, officer in told.values():
        reader = reader_of(session, account)
        say = _night if name == "night" else _month
        text = say(session, reader, officer, unit_id, (begin, end), now)
        if text:
            options = [
                Option(open_token("day"), reader.gettext("Work of today")),
                Option(open_token("queue"), reader.gettext("Cases to handle")),
            ]
            tell(session, account, Letter(text, options=options, in_office=True), now)


def _night(
    session: Session, reader: Language, officer: Person, unit_id: str, period: tuple[datetime, datetime], now: datetime
) -> str:
    """The cases of the unit in which workers wrote at night; empty when there were none for this officer."""
    heard = access.heard_since(session, officer.id, *period, now)
    cases = [case for case in heard if case.holder_id == unit_id and not case.urgent]
    if not cases:
        return ""
    day = today.day_of(session, officer.id, now)
    head = reader.ngettext(
        "Good morning, comrade. At night workers wrote in {count} case.",
        "Good morning, comrade. At night workers wrote in {count} cases.",
        len(cases),
    )
    return "\n\n".join([head, "\n".join(today.lines(session, reader, officer.id, day, now))])


def _month(
    session: Session, reader: Language, officer: Person, unit_id: str, period: tuple[datetime, datetime], now: datetime
) -> str:
    """How many cases reached the unit last month, and what became of them."""
    counts = access.state_counts(session, officer.id, unit_id, *period, now)
    total = sum(counts.values())
    if not total:
        return ""
    settled, unconfirmed, unfounded, withdrawn = (counts.get(state, 0) for state in _CLOSED)
    return reader.gettext(
        "Comrade, last month {unit} received {total} cases: {settled} settled by the worker's word, {unconfirmed} closed "
        "without it, {unfounded} closed for want of grounds, {withdrawn} withdrawn, {open} still open.",
        unit=units.get(session, unit_id).name,
        total=total,
        settled=settled,
        unconfirmed=unconfirmed,
        unfounded=unfounded,
        withdrawn=withdrawn,
        open=total - settled - unconfirmed - unfounded - withdrawn,
    )


_CLOSED: Sequence[Literal["settled", "unconfirmed", "unfounded", "withdrawn"]] = (
    "settled",
    "unconfirmed",
    "unfounded",
    "withdrawn",
)
"""Four numbers that are never added up: what nobody confirmed is not settled."""
