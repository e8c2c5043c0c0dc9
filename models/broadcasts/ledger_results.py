"""What became of rows of a ledger that were leased (models.broadcasts.ledger_sending): written only where the row still
carries the fence and the attempt it was claimed under, and is still under way.

A sender that overslept its lease, a reader who confirmed meanwhile, a second answer: none of them changes what stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, update

from models.broadcasts.ledger import A_MOMENT, blurred
from models.broadcasts.ledger_sending import Bulk
from models.broadcasts.recipients import Recipient
from models.messages.sending import DOUBTFUL, Outcome
from models.store.database import Session
from models.store.sealing import seal

_TABLE = Recipient.__table__  # type: ignore[attr-defined]
_MINE = and_(
    _TABLE.c.broadcast_id == bindparam("of"),
    _TABLE.c.person_id == bindparam("whose"),
    _TABLE.c.fence == bindparam("held"),
    _TABLE.c.attempts == bindparam("tries"),
    _TABLE.c.state == "sending",
)
_CHANGES = ("state", "due_at", "parts_done", "doubtful", "reason", "reference")
_SET: dict[str, Any] = {name: bindparam(f"to_{name}") for name in _CHANGES}
_RECORD = update(_TABLE).where(_MINE).values(_SET)


def record(session: Session, results: Sequence[tuple[Bulk, Outcome]]) -> None:
    """Writes results."""
    session.connection().execute(
        _RECORD,
        [
            {
                "of": row.broadcast_id,
                "whose": row.person_id,
                "held": outcome.fence,
                "tries": outcome.attempts,
                "to_state": outcome.state,
                "to_due_at": blurred(outcome.not_before) if outcome.state == "queued" and outcome.not_before else None,
                "to_parts_done": 0 if row.invites else outcome.parts_done,
                "to_doubtful": outcome.reason == DOUBTFUL,
                "to_reason": outcome.reason[:80],
                "to_reference": None if row.invites else _sealed(session, row, outcome.reference),
            }
            for row, outcome in results
        ],
    )


def _sealed(session: Session, row: Bulk, reference: str) -> bytes | None:
    return seal(session, "recipient.reference", row.broadcast_id + row.person_id, reference) if reference else None


def progressed(session: Session, row: Bulk) -> None:
    """Notes that a part of it has gone out, and what the line calls its words: it says so only once. What was in doubt ends
    there: nobody has tried the next part."""
    mine = {"of": row.broadcast_id, "whose": row.person_id, "held": row.fence, "tries": row.attempts}
    values = {"parts_done": row.parts_done, "doubtful": False, "reference": _sealed(session, row, row.reference)}
    session.connection().execute(update(_TABLE).where(_MINE).values(values), mine)


_WAITS = and_(_TABLE.c.broadcast_id == bindparam("of"), _TABLE.c.person_id == bindparam("whose"), _TABLE.c.state == "queued")


def wake(session: Session, rows: Sequence[Bulk], now: datetime) -> None:
    """What waits for another try is due now: it waited for its line, and that works again."""
    due = [{"of": row.broadcast_id, "whose": row.person_id, "at": blurred(now - A_MOMENT)} for row in rows]
    session.connection().execute(update(_TABLE).where(_WAITS).values(due_at=bindparam("at")), due)
