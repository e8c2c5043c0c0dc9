"""What officers are told when a line does not work, and when it does again: workers write and hear nothing, and blame the
union. Told once, on another line.

To administrators; where none can be reached, to chairs and vice-chairs. Whoever has no other line is told on this one if it
still sends.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from config.i18n import Language
from handlers.chat.unasked import reader_of, tell
from models.messages import outages
from models.messages.outages import Direction, Outage
from models.messages.outbox import Letter
from models.people import offices, rights
from models.people.accounts import Account
from models.store.database import Session

_TOLD = (rights.HEAR_OF_OUTAGE, rights.STAND_IN_FOR_ADMIN)


def begins(session: Session, outage: Outage, now: datetime, lines: Sequence[str]) -> bool:
    """Tells of an outage, unless that was done: a line that neither hears nor sends for one reason has one. `lines`: all
    that are open, the preferred first."""
    was_told = outages.is_open(session, outage.line, outage.reason)
    if not outages.begins(session, outage) or was_told:
        return False
    for account in _readers(session, outage.line, now, lines):
        reader = reader_of(session, account)
        text = _begun(reader, outage, now)
        tell(session, account, Letter(text, in_office=True), now, plain=True)
    return True


def ends(session: Session, line: str, direction: Direction, now: datetime, lines: Sequence[str]) -> bool:
    """Tells that it is over, where it was told and is over in both directions."""
    row = outages.ends(session, line, direction)
    if row is None or outages.is_open(session, line, row.reason):
        return False
    for account in _readers(session, line, now, lines):
        reader = reader_of(session, account)
        text = reader.gettext(
            "Comrade, {name} works again since {at}. What waited on either side is on its way.",
            name=line_name(reader, line),
            at=reader.when(now),
        )
        tell(session, account, Letter(text, in_office=True), now, plain=True)
    return True


def _readers(session: Session, line: str, now: datetime, lines: Sequence[str]) -> list[Account]:
    """One account of each person, on a line that works."""
    open_ones = outages.open_ones(session)
    silent = {row.line for row in open_ones if row.direction == "sends"}
    out = {row.line for row in open_ones} | {line}
    order = [*(name for name in lines if name not in out), *(name for name in lines if name in out - silent)]
    for right in _TOLD:
        if readers := _chosen(offices.reachable(session, right, now.date()), order):
            return readers
    return []


def _chosen(found: Collection[Account], order: Sequence[str]) -> list[Account]:
    by_person: dict[str, Account] = {}
    for account in sorted((one for one in found if one.line in order), key=lambda one: order.index(one.line)):
        by_person.setdefault(account.person_id, account)
    return list(by_person.values())


def _begun(reader: Language, outage: Outage, now: datetime) -> str:
    name, at = line_name(reader, outage.line), reader.when(outage.since, now)
    if outage.direction == "sends":
        what = reader.gettext(
            "Comrade, since {at} nothing can be sent on {name}. What is written to workers there waits, and goes out as "
            "soon as the line works.",
            at=at,
            name=name,
        )
    else:
        what = reader.gettext(
            "Comrade, since {at} what workers write on {name} does not reach the union, or not all of it.", at=at, name=name
        )
    ask = reader.gettext("The system goes on trying and will report when it works. Please tell whoever looks after it.")
    return "\n".join([what, _why(reader, outage.reason), ask])


def _why(reader: Language, reason: str) -> str:
    return {
        "away": reader.gettext("The service cannot be reached, or answers with errors."),
        "token": reader.gettext("The service refuses the bot's token: it may have been replaced."),
        "poller": reader.gettext("Another program uses the bot's token and takes messages."),
        "webhook": reader.gettext("Another program with the bot's token has the messages sent elsewhere."),
        "address": reader.gettext("The service cannot reach the union's web address."),
    }.get(reason, "")


def line_name(reader: Language, line: str) -> str:
    """What people call the service of a line."""
    service = line.partition(":")[0]
    names = {"telegram": "Telegram", "zalo_bot": "Zalo", "webchat": reader.gettext("web chat")}
    return names.get(service, service)
