"""What the bulk lane sends from: rows of the ledgers, claimed under a lease like rows of the outbox
(models.messages.sending). What became of them is written by models.broadcasts.ledger_results.

Only broadcasts in the state “sending” are looked at, urgent ones first, then in the order in which they began; a stopped one
costs nothing, however many wait in it. Text and buttons are composed once a language and claim (`Compose`), not once a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlmodel import col

from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import POLL, Broadcast
from models.broadcasts.ledger import A_MOMENT, blurred, can_be_muted
from models.broadcasts.recipients import OPEN, Recipient
from models.messages import chats
from models.messages.message import Outgoing
from models.messages.outbox import BULK
from models.messages.sending import HELD_BACK, LEASE, Claimed
from models.people import wishes
from models.people.accounts import Account, Sender
from models.store.database import Session, run
from models.store.sealing import Unsealable, keyed_hash, unseal

TRIES = 5
"""So many senders may have died with a row before it counts as poison. Twice would not do: what is claimed ahead and was not
sent is in doubt as well after a crash, and its reader would be missed."""
Compose = Callable[[Session, Broadcast, str], Outgoing]
"""Given a broadcast and a language: what its readers see, for nobody in particular. Raises `Unwritable`."""
Voted = Callable[[Session, Broadcast, Sequence[str], datetime], set[str]]
"""Given an invitation to vote and people: those whom it need not reach any more."""


Busy = dict[tuple[str, str], datetime]
"""By broadcast and person: until when somebody in the middle of a conversation is left alone. Kept in the sender's memory: a
row put off would have its time beside those of the chat's own rows, which wait for the same end."""


class Unwritable(Exception):
    """The words of a broadcast cannot be had now: their key is missing, or its kind is no longer in the configuration."""


@dataclass(frozen=True, slots=True)
class Bulk(Claimed):
    """A row of a ledger, leased to this sender."""

    broadcast_id: str = ""
    person_id: str = ""
    invites: bool = False
    """An invitation to vote: its row says nothing of how it went out, so that it tells nobody apart from the silent."""
    silent: bool = False
    """Not sent, and written down as if it had been: an invitation to somebody who has voted. Nothing in the ledger tells who
    that was."""


def any_sending(session: Session) -> bool:
    """Whether any broadcast is under way."""
    return run(session, _ANY, {}).first() is not None


def claim(
    session: Session,
    line: str,
    fence: int,
    now: datetime,
    limit: int,
    compose: Compose,
    *,
    voted: Voted = lambda *_: set(),
    quiet: bool = False,
    busy: Busy | None = None,
) -> list[Bulk]:
    """Leases up to `limit` due rows. `quiet`: only what may ring at night. `busy`: whom to leave alone for now; this adds to
    it. Whoever stopped the line meanwhile, or has left, is marked and not tried; a row whose sender died every time, `TRIES`
    times, is of unknown fate and ends there."""
    claimed: list[Bulk] = []
    busy = {} if busy is None else busy
    for over in [key for key, until in busy.items() if until <= now]:
        del busy[over]
    for row in _sending(session):
        while (left := limit - len(claimed)) > 0:
            try:
                found, looked_at = _claim_of(session, row, line, fence, now, left, compose, voted, busy, quiet=quiet)
            except Unwritable:
                break  # it waits for its words, and holds up no other
            claimed += found
            if len(found) == looked_at:
                if looked_at < left:
                    _note_passed(session, row, line, [person_id for of, person_id in busy if of == row.id])
                break
    return claimed


def _sending(session: Session) -> Sequence[Broadcast]:
    order = col(Broadcast.urgent).desc(), col(Broadcast.started_at), col(Broadcast.id)
    return session.execute(select(Broadcast).where(col(Broadcast.state) == "sending").order_by(*order)).scalars().all()


_ANY = select(col(Broadcast.id)).where(col(Broadcast.state) == "sending").limit(1)
_OF = (col(Recipient.broadcast_id) == bindparam("of"), col(Recipient.line) == bindparam("on"))
_DUE = (
    select(
        col(Recipient.person_id),
        col(Recipient.account_id),
        col(Recipient.state),
        col(Recipient.attempts),
        col(Recipient.parts_done),
        col(Recipient.doubtful),
        col(Recipient.reference),
        col(Account.external),
        col(Account.language),
        col(Account.blocked),
    )
    .outerjoin(Account, col(Account.id) == col(Recipient.account_id))
    .where(*_OF, col(Recipient.state) == bindparam("in_state"), col(Recipient.due_at) <= bindparam("now"))
    .order_by(col(Recipient.due_at))
    .limit(bindparam("most"))
)


def _due(session: Session, row: Broadcast, line: str, now: datetime, limit: int, busy: Busy, *, quiet: bool) -> list[Any]:
    """Leases that ran out first, then what has not been tried. Two questions: each walks the index, in its order."""
    statement = _DUE.where(col(Recipient.at_night).is_(True)) if quiet else _DUE
    if alone := [person_id for of, person_id in busy if of == row.id]:
        statement = statement.where(col(Recipient.person_id).not_in(alone))
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True, of=Recipient)
    found: list[Any] = []
    for state in ("sending", "queued"):
        given = {"of": row.id, "on": line, "in_state": state, "now": now, "most": limit - len(found)}
        if given["most"]:
            found.extend(session.connection().execute(statement, given).all())
    return found


def _claim_of(
    session: Session,
    row: Broadcast,
    line: str,
    fence: int,
    now: datetime,
    limit: int,
    compose: Compose,
    voted: Voted,
    busy: Busy,
    *,
    quiet: bool,
) -> tuple[list[Bulk], int]:
    """What could be leased, and how many rows were looked at: the others are over or wait, and more may be due."""
    composed: dict[str, Outgoing] = {}
    claimed: list[Bulk] = []
    ended: list[dict[str, Any]] = []
    due = _due(session, row, line, now, limit, busy, quiet=quiet)
    edited = _references(session, row, due)
    done = voted(session, row, [one.person_id for one in due], now) if row.kind == POLL and due else set()
    again = Audience.load(row.audience).unconfirmed
    for one in due:
        wished = wishes.chosen(session, one.account_id)
        if one.state == "sending" and one.doubtful and one.attempts >= TRIES:
            ended.append(_end(row, one, "uncertain"))
        elif one.external is None or wishes.is_gone(session, one.account_id) or _is_muted(row, wished):
            ended.append(_end(row, one, "no_channel"))  # they have left, or do not want it
        elif wished.get("blocked", one.blocked):
            ended.append(_end(row, one, "blocked"))
        else:
            try:
                to = Sender(line, unseal(session, "account.external", one.account_id, one.external))
            except Unsealable:
                ended.append(_end(row, one, "rejected", "its key is missing"))
                continue
            code = wished.get("language", one.language)
            if code not in composed:
                composed[code] = compose(session, row, code)
            row_id = keyed_hash(session, "recipient", row.id, one.person_id)
            message = replace(composed[code], id=row_id, recipient=to.external, edits=edited.get(one.person_id, ""))
            leased = _leased(session, row, one, message, fence, now)
            silent = one.person_id in done or wishes.has_seen(session, one.account_id, again)
            claimed.append(replace(leased, silent=silent, invites=row.kind == POLL))
    if ended:
        session.connection().execute(_END, ended)
    alone = _in_a_run(session, claimed, line, now)
    busy.update({(row.id, one.person_id): now + HELD_BACK for one in claimed if one.person_id in alone})
    claimed = [one for one in claimed if one.person_id not in alone]
    if claimed:
        _lease(session, row.id, [one.person_id for one in claimed], fence, now)
    return claimed, len(due)


def _is_muted(row: Broadcast, wished: Mapping[str, Any]) -> bool:
    """Whether somebody has switched this off since the ledger was written, and their row does not say so yet."""
    consent = "polls" if row.kind == POLL else "notices"
    off = wished.get(consent) is False or f"|{row.kind}|" in wished.get("muted", "")
    return off and can_be_muted(row.kind, urgent=row.urgent)


def _note_passed(session: Session, row: Broadcast, line: str, alone: Sequence[str]) -> None:
    """Once nothing waits on this line but for those who are left alone, it counts as sent (models.broadcasts.ledger)."""
    if f"|{line}|" in row.passed:
        return
    waits = col(Recipient.broadcast_id) == row.id, col(Recipient.line) == line, col(Recipient.state).in_(OPEN)
    some = select(col(Recipient.person_id)).where(*waits).limit(len(alone) + 1)
    if set(session.connection().execute(some).scalars()) <= set(alone):
        passed = f"{row.passed or '|'}{line}|"
        session.connection().execute(update(Broadcast).where(col(Broadcast.id) == row.id).values(passed=passed))


def _references(session: Session, row: Broadcast, due: Sequence[Any]) -> dict[str, str]:
    """By person: the message that a correction replaces, where the channel had a name for it and it went to this phone."""
    if row.corrects is None or not due:
        return {}
    phones = {one.person_id: one.account_id for one in due}
    sent = select(Recipient).where(col(Recipient.broadcast_id) == row.corrects, col(Recipient.person_id).in_(phones))
    return {
        one.person_id: _opened(session, one.broadcast_id, one)
        for one in session.execute(sent.where(col(Recipient.reference).is_not(None))).scalars()
        if one.account_id == phones[one.person_id]
    }


def _opened(session: Session, broadcast_id: str, one: Any) -> str:
    """What the line called the words of this row; nothing where it cannot be told any more: then they go out anew."""
    try:
        return unseal(session, "recipient.reference", broadcast_id + one.person_id, one.reference) if one.reference else ""
    except Unsealable:
        return ""


def _leased(session: Session, row: Broadcast, due: Any, message: Outgoing, fence: int, now: datetime) -> Bulk:
    return Bulk(
        message=message,
        lane=BULK,
        attempts=due.attempts + 1,
        parts_done=due.parts_done,
        fence=fence,
        leased_until=now + LEASE - A_MOMENT,
        doubtful=due.doubtful or due.state == "sending",
        reference=_opened(session, row.id, due),
        broadcast_id=row.id,
        person_id=due.person_id,
    )


_DOUBT = or_(col(Recipient.doubtful), col(Recipient.state) == "sending")
"""Before it is claimed: whether an earlier try may have arrived."""


def _in_a_run(session: Session, claimed: list[Bulk], line: str, now: datetime) -> set[str]:
    """Whose message waits: one that offers something, while its reader is in the middle of a conversation, on either side of
    them. In a numbered list its numbers would be taken for answers."""
    asking = [one for one in claimed if one.message.options]
    busy = chats.busy(session, now) if asking else set()
    return {one.person_id for one in asking if f"{line}\x1f{one.chat}" in busy}


def _lease(session: Session, broadcast_id: str, people: Sequence[str], fence: int, now: datetime) -> None:
    session.execute(
        update(Recipient)
        .where(col(Recipient.broadcast_id) == broadcast_id, col(Recipient.person_id).in_(people))
        .values(
            state="sending",
            due_at=blurred(now + LEASE - A_MOMENT),
            fence=fence,
            attempts=col(Recipient.attempts) + 1,
            doubtful=_DOUBT,
        )
        .execution_options(synchronize_session=False)
    )


def inherit(session: Session, line: str, fence: int, now: datetime) -> None:
    """The sender before this one has died (models.messages.sending.inherit)."""
    for row in _sending(session):
        theirs = col(Recipient.state) == "sending", col(Recipient.line) == line, col(Recipient.fence) < fence
        at = blurred(now - A_MOMENT)
        session.execute(update(Recipient).where(col(Recipient.broadcast_id) == row.id, *theirs).values(due_at=at))


_TABLE = Recipient.__table__  # type: ignore[attr-defined]
_ONE = and_(_TABLE.c.broadcast_id == bindparam("of"), _TABLE.c.person_id == bindparam("whose"))
_END = update(_TABLE).where(_ONE).values(state=bindparam("to_state"), due_at=None, reason=bindparam("to_reason"))


def _end(row: Broadcast, due: Any, state: str, reason: str = "") -> dict[str, Any]:
    return {"of": row.id, "whose": due.person_id, "to_state": state, "to_reason": reason}
