"""Where ballots wait until their round is counted: boxes, each a number of them mixed and sealed as one.

No row is a ballot. A box is sealed under the round's key (models.store.throwaway_keys) and holds at least MIX of them in
random order: the order of transactions tells who is among those in a box, and no more. What was in the boxes comes out of
them only counted (models.polls.counting). A ballot put in twice is one ballot: it has an id of its own, inside.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.polls.polls import Answer
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.ids import new_id
from models.store.sealing import Keyring
from models.store.throwaway_keys import round_keys

MIX = 10
"""Ballots in a box, at least; fewer wait in the intake, at the latest until the count."""
FULL = 1000
"""And at most: so much is opened at a time."""


class BallotBox(Base, table=True):
    """Nothing to see in it, but how much there is in steps of kilobytes."""

    __tablename__ = "ballot_box"

    id: str = Id()
    round_id: str = Ref("round")
    body: bytes


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody answered, and where they belong. `code`: their receipt, where the poll gives them. `verified`: whether
    its voter stands for one head (1, or 0: as long)."""

    unit_id: str
    answers: list[Answer]
    code: str = ""
    verified: int = 0
    id: str = field(default_factory=new_id)


def _read(kept: dict[str, Any]) -> Ballot:
    """Of an earlier version some say, besides, who cast them; that is not looked at any more."""
    return Ballot(**{name: value for name, value in kept.items() if name != "person_id"})


def fold(session: Session, round_id: str, ballot: Ballot) -> str:
    """One ballot, sealed under the round's key, as it travels through the intake. Raises `NoRoundKey`."""
    sealed = round_keys(session).of(round_id).seal("ballot.body", round_id, json.dumps(asdict(ballot), ensure_ascii=False))
    return base64.b64encode(sealed).decode()


def unfold(key: Keyring, round_id: str, folded: str) -> Ballot:
    return _read(json.loads(key.unseal("ballot.body", round_id, base64.b64decode(folded))))


def put_in(session: Session, round_id: str, folded: Iterable[str]) -> None:
    """Mixes these ballots into new boxes; in a transaction that writes nothing else."""
    key = round_keys(session).of(round_id)
    ballots = [asdict(unfold(key, round_id, one)) for one in folded]
    random.SystemRandom().shuffle(ballots)
    for start in range(0, len(ballots), FULL):
        row_id = new_id()
        body = json.dumps(ballots[start : start + FULL], ensure_ascii=False)
        session.add(BallotBox(id=row_id, round_id=round_id, body=key.seal("ballot_box.body", row_id, body)))


def open_all(session: Session, round_id: str) -> Iterator[Ballot]:
    """Every ballot of a round once, box by box. Raises `NoRoundKey`."""
    key = round_keys(session).of(round_id)
    ids = session.execute(select(col(BallotBox.id)).where(col(BallotBox.round_id) == round_id)).scalars().all()
    seen: set[str] = set()
    for row_id in ids:
        body = session.execute(select(col(BallotBox.body)).where(col(BallotBox.id) == row_id)).scalar_one()
        for kept in json.loads(key.unseal("ballot_box.body", row_id, body)):
            if kept["id"] not in seen:
                seen.add(kept["id"])
                yield _read(kept)
