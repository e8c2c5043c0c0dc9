"""What a round came to: for each unit of the tree as it was then, what may be shown of it, and what may not and why.

Rows are written once, when the round is counted (models.polls.counting); no vote is kept anywhere else. What stands here has
been withheld and rounded already, so whoever reads the database sees no more than whoever is shown everything. Which officer
sees which rows, and when members do, is for those who ask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlmodel import Field, col

from models.anonymity.suppression import Withheld
from models.polls.polls import Poll, content_of
from models.polls.rounds import Round, earlier
from models.polls.tally import Table, UnitResult
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.sealing import unseal


class Result(Base, table=True):
    """One unit in one round. `parent_id` as the tree was. `body` (JSON): what may be shown, or why nothing may; empty for
    the commonest reason. `invited`: how many had joined who could vote, at least; 0 where that is not said. `comparable`:
    with the round counted before."""

    __tablename__ = "result"

    id: str = Id()
    round_id: str = Ref("round")
    unit_id: str = Ref("unit", index=False)
    parent_id: str | None = Field(default=None, max_length=13)
    body: str = ""
    invited: int = 0
    comparable: bool = False


class Remark(Base, table=True):
    """A free answer, sealed, in the unit in which it may be shown."""

    __tablename__ = "remark"

    id: str = Id()
    round_id: str = Ref("round")
    unit_id: str = Ref("unit", index=False)
    question: int
    text: bytes


class Receipt(Base, table=True):
    """A code that somebody was given when they voted. Beside nothing, in the order of the alphabet."""

    __tablename__ = "receipt"

    code: str = Field(primary_key=True, max_length=16)
    round_id: str = Ref("round")


@dataclass(frozen=True, slots=True)
class Shown:
    """One unit's result. `tables`: one for each question; why not, where it is withheld; None for free text. `before`: the
    same of the round before, with which it may be compared; or why not."""

    invited: int
    respondents: int
    tables: list[Table | Withheld | None]
    before: Shown | Withheld


def to_json(result: UnitResult) -> str:
    return json.dumps(asdict(result))


def is_shown(body: str) -> bool:
    return body.startswith("{")


def withheld(why: Withheld) -> str:
    """The body of a row that says nothing else."""
    return "" if why is Withheld.FEW else json.dumps(why.value)


def _why(row: Result | None) -> Withheld:
    return Withheld(json.loads(row.body)) if row is not None and row.body else Withheld.FEW


def results(session: Session, round_: Round, unit_ids: Collection[str]) -> dict[str, Shown | Withheld]:
    """What these units came to, beside the round before where that may be compared."""
    if round_.state != "counted":
        return dict.fromkeys(unit_ids, Withheld.NOT_YET)
    questions = content_of(session, session.get_one(Poll, round_.poll_id)).questions
    texts = [number for number, question in enumerate(questions) if question.kind == "text"]
    before = earlier(session, round_)
    now, then = _rows(session, round_, unit_ids), _rows(session, before, unit_ids) if before else {}
    found: dict[str, Shown | Withheld] = {}
    for unit_id in unit_ids:
        row, old = now.get(unit_id), then.get(unit_id)
        if row is None or not is_shown(row.body):
            found[unit_id] = _why(row)
        elif old is None or not is_shown(old.body):
            found[unit_id] = _shown(row, texts, Withheld.NO_EARLIER)
        elif not row.comparable:
            found[unit_id] = _shown(row, texts, Withheld.CHANGED)
        else:
            found[unit_id] = _shown(row, texts, _shown(old, texts, Withheld.NO_EARLIER))
    return found


def _rows(session: Session, round_: Round, unit_ids: Collection[str]) -> dict[str, Result]:
    rows = session.execute(select(Result).where(col(Result.round_id) == round_.id)).scalars()
    return {row.unit_id: row for row in rows if row.unit_id in unit_ids}


def _shown(row: Result, texts: Collection[int], before: Shown | Withheld) -> Shown:
    body = json.loads(row.body)
    tables: list[Table | Withheld | None] = [
        Table(tuple(kept["votes"]), kept["silent"]) if kept else None if number in texts else Withheld.FEW_ANSWERS
        for number, kept in enumerate(body["tables"])
    ]
    return Shown(row.invited, body["respondents"], tables, before)


def remarks(session: Session, round_: Round, unit_ids: Collection[str], question: int) -> list[str]:
    """The free answers to one question in these units, in random order. For all that lies below a unit, give its whole
    subtree."""
    wanted = select(Remark).where(col(Remark.round_id) == round_.id, col(Remark.question) == question)
    rows = session.execute(wanted.order_by(col(Remark.id))).scalars()
    return [unseal(session, "remark.text", row.id, row.text) for row in rows if row.unit_id in unit_ids]


def receipts(session: Session, round_: Round) -> list[str]:
    """The published list of codes."""
    wanted = select(col(Receipt.code)).where(col(Receipt.round_id) == round_.id)
    return sorted(session.execute(wanted).scalars())


def receipts_hash(codes: Sequence[str]) -> str:
    """SHA-256 of the codes in the order of the alphabet, one a line, as `sort | sha256sum` gives it."""
    return hashlib.sha256("".join(f"{code}\n" for code in sorted(codes)).encode()).hexdigest()
