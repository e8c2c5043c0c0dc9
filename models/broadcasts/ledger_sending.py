"""What the bulk lane sends from: rows of the ledgers, claimed under a lease like rows of the outbox
(models.messages.sending). What became of them is written by models.broadcasts.ledger_results.

Only broadcasts in the state “sending” are looked at, urgent ones first, then in the order in which they began; a stopped one
costs nothing, however many wait in it. A sender asks what is `due`, has it composed, once a language and not once a row, and
takes a `lease` of it, in one transaction (bot.sending.broadcasts).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

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
Busy = dict[tuple[str, str], datetime]
"""By broadcast and person: until when somebody in the middle of a conversation is left alone. Kept in the sender's memory: a
row put off would have its time beside those of the chat's own rows, which wait for the same end."""


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


class View(NamedTuple):
    """How a reader is shown a broadcast: in which language, and whether it says only that there is news."""

    language: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: the holder of a line, under its fence. `quiet`: only what may ring at night. `unlocked`: no lock screen
    shows what arrives on this line. `busy`: whom to leave alone for now; `lease` adds to it."""

    line: str
    fence: int
    now: datetime
    quiet: bool = False
    unlocked: bool = False
    busy: Busy = field(default_factory=dict)

    def left_alone(self, broadcast_id: str) -> list[str]:
        """People whom this broadcast does not reach for now."""
        for over in [key for key, until in self.busy.items() if until <= self.now]:
            del self.busy[over]
        return [person_id for of, person_id in self.busy if of == broadcast_id]


@dataclass(frozen=True, slots=True)
class Due:
    """Rows of a broadcast that are to be leased: each with its reader, and how they see it. `looked_at`: how many rows were
    due; the others have ended."""

    broadcast: Broadcast
    rows: Sequence[tuple[Any, Sender, View]]
    looked_at: int

    @property
    def people(self) -> list[str]:
        return [row.person_id for row, _, _ in self.rows]

    @property
    def views(self) -> set[View]:
        return {view for _, _, view in self.rows}


def under_way(session: Session) -> Sequence[Broadcast]:
    """Those that are being sent, in the order in which their rows go out."""
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
        col(Account.pin),
        col(Account.plain_previews),
    )
    .outerjoin(Account, col(Account.id) == col(Recipient.account_id))
    .where(*_OF, col(Recipient.state) == bindparam("in_state"), col(Recipient.due_at) <= bindparam("now"))
    .order_by(col(Recipient.due_at))
    .limit(bindparam("most"))
)


def due(session: Session, row: Broadcast, by: Claimant, limit: int) -> Due:
    """Up to `limit` rows of a broadcast. Whoever stopped the line meanwhile, or has left, is marked and not among them; a
    row whose sender died every time, `TRIES` times, is of unknown fate and ends here."""
    looked_at = _looked_at(session, row, by, limit)
    readers: list[tuple[Any, Sender, View]] = []
    ended: list[dict[str, Any]] = []
    for one in looked_at:
        wished = wishes.chosen(session, one.account_id)
        if one.state == "sending" and one.doubtful and one.attempts >= TRIES:
            ended.append(_end(row, one, "uncertain"))
        elif one.external is None or wishes.is_gone(session, one.account_id) or _is_muted(row, wished):
            ended.append(_end(row, one, "no_channel"))  # they have left, or do not want it
        elif wished.get("blocked", one.blocked):
            ended.append(_end(row, one, "blocked"))
        else:
            try:
                known = Sender(by.line, unseal(session, "account.external", one.account_id, one.external))
            except Unsealable:
                ended.append(_end(row, one, "rejected", "its key is missing"))
                continue
            to = wishes.now_at(session, one.account_id, known)
            hidden = not by.unlocked and wishes.hides(wished, one.pin, one.plain_previews)
            readers.append((one, to, View(str(wished.get("language", one.language)), hidden)))
    if ended:
        session.connection().execute(_END, ended)
    return Due(row, readers, len(looked_at))


def _looked_at(session: Session, row: Broadcast, by: Claimant, limit: int) -> list[Any]:
    """Leases that ran out first, then what has not been tried. Two questions: each walks the index, in its order."""
    statement = _DUE.where(col(Recipient.at_night).is_(True)) if by.quiet else _DUE
    if alone := by.left_alone(row.id):
        statement = statement.where(col(Recipient.person_id).not_in(alone))
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True, of=Recipient)
    found: list[Any] = []
    for state in ("sending", "queued"):
        given = {"of": row.id, "on": by.line, "in_state": state, "now": by.now, "most": limit - len(found)}
        if given["most"]:
            found.extend(session.connection().execute(statement, given).all())
    return found


def lease(
    session: Session, found: Due, composed: Mapping[View, Outgoing], by: Claimant, needless: Collection[str] = ()
) -> list[Bulk]:
    """Leases the rows to this sender. `composed`: by view, what its readers see, for nobody in particular. `needless`:
    people whom an invitation to vote need not reach any more. Who is in the middle of a conversation is left alone.

    A correction takes the place of what it corrects, but where it is hidden: to change a message rings nobody, and who has
    seen what was behind it would not look again."""
    row = found.broadcast
    edited = _references(session, row, [one for one, _, _ in found.rows])
    again = Audience.load(row.audience).unconfirmed
    rows: list[Bulk] = []
    for one, to, view in found.rows:
        row_id = keyed_hash(session, "recipient", row.id, one.person_id)
        edits = "" if view.hidden else edited.get(one.person_id, "")
        message = replace(composed[view], id=row_id, recipient=to.external, edits=edits)
        silent = one.person_id in needless or wishes.has_seen(session, one.account_id, again)
        rows.append(replace(_leased(session, row, one, message, by), silent=silent, invites=row.kind == POLL))
    alone = _in_a_run(session, rows, by)
    by.busy.update({(row.id, one.person_id): by.now + HELD_BACK for one in rows if one.person_id in alone})
    leased = [one for one in rows if one.person_id not in alone]
    if leased:
        _lease(session, row.id, [one.person_id for one in leased], by)
    return leased


def _is_muted(row: Broadcast, wished: Mapping[str, Any]) -> bool:
    """Whether somebody has switched this off since the ledger was written, and their row does not say so yet."""
    consent = "polls" if row.kind == POLL else "notices"
    off = wished.get(consent) is False or f"|{row.kind}|" in wished.get("muted", "")
    return off and can_be_muted(row.kind, urgent=row.urgent)


def note_passed(session: Session, row: Broadcast, by: Claimant) -> None:
    """Once nothing waits on this line but for those who are left alone, it counts as sent (models.broadcasts.ledger)."""
    line, alone = by.line, by.left_alone(row.id)
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


def _leased(session: Session, row: Broadcast, due: Any, message: Outgoing, by: Claimant) -> Bulk:
    return Bulk(
        message=message,
        lane=BULK,
        attempts=due.attempts + 1,
        parts_done=due.parts_done,
        fence=by.fence,
        leased_until=by.now + LEASE - A_MOMENT,
        doubtful=due.doubtful or due.state == "sending",
        reference=_opened(session, row.id, due),
        broadcast_id=row.id,
        person_id=due.person_id,
    )


_DOUBT = or_(col(Recipient.doubtful), col(Recipient.state) == "sending")
"""Before it is claimed: whether an earlier try may have arrived."""


def _in_a_run(session: Session, claimed: list[Bulk], by: Claimant) -> set[str]:
    """Whose message waits: one that offers something, while its reader is in the middle of a conversation, on either side of
    them. In a numbered list its numbers would be taken for answers."""
    asking = [one for one in claimed if one.message.options]
    busy = chats.busy(session, by.now) if asking else set()
    return {one.person_id for one in asking if f"{by.line}\x1f{one.chat}" in busy}


def _lease(session: Session, broadcast_id: str, people: Sequence[str], by: Claimant) -> None:
    session.execute(
        update(Recipient)
        .where(col(Recipient.broadcast_id) == broadcast_id, col(Recipient.person_id).in_(people))
        .values(
            state="sending",
            due_at=blurred(by.now + LEASE - A_MOMENT),
            fence=by.fence,
            attempts=col(Recipient.attempts) + 1,
            doubtful=_DOUBT,
        )
        .execution_options(synchronize_session=False)
    )


def inherit(session: Session, line: str, fence: int, now: datetime) -> None:
    """The sender before this one has died (models.messages.sending.inherit)."""
    for row in under_way(session):
        theirs = col(Recipient.state) == "sending", col(Recipient.line) == line, col(Recipient.fence) < fence
        at = blurred(now - A_MOMENT)
        session.execute(update(Recipient).where(col(Recipient.broadcast_id) == row.id, *theirs).values(due_at=at))


_TABLE = Recipient.__table__  # type: ignore[attr-defined]
_ONE = and_(_TABLE.c.broadcast_id == bindparam("of"), _TABLE.c.person_id == bindparam("whose"))
_END = update(_TABLE).where(_ONE).values(state=bindparam("to_state"), due_at=None, reason=bindparam("to_reason"))


def _end(row: Broadcast, due: Any, state: str, reason: str = "") -> dict[str, Any]:
    return {"of": row.id, "whose": due.person_id, "to_state": state, "to_reason": reason}
