"""The tick's part in polls: rounds open and are counted, ballots go from the intake into boxes, who has not voted is
reminded.

Every step is a transaction of its own, and which rows may share one is a matter of anonymity: see models.ballot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog

from bot.writer import Writer
from handlers import inviting
from models import ballot, ballot_box, counting, round, turnout
from models.database import Session
from models.intake import Event
from models.round import Round
from models.round_key import NoRoundKey

log = structlog.get_logger()


class Rounds:
    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._swept = False

    async def step(self, now: datetime) -> int:
        """Opens, reminds and counts what is due; returns how much that was."""
        worked = 0
        if not self._swept:  # a crash may have fallen between a count and the end of its key
            await self._writer.read(round.sweep_keys)
            self._swept = True
        due = await self._writer.read(lambda session: inviting.due(session, now))
        for round_id in due.to_open:
            worked += await self._writer.write(partial(_open, round_id, now), alone=True)
        for round_id in due.to_remind:
            worked += await self._writer.write(partial(_remind, round_id, now), alone=True)
        for round_id in due.to_count:
            worked += await self._count(round_id)
        told = [*due.to_tell, *due.to_count]
        for round_id in told:
            await self._writer.write(partial(inviting.tell_officers, round_id=round_id, now=now), alone=True)
        return worked + len(told)

    async def _count(self, round_id: str) -> int:
        try:
            counted = await self._writer.read(lambda session: counting.count(session, session.get_one(Round, round_id)))
        except counting.TooEarly:  # somebody's ballot is on its way to its box
            return 0
        except NoRoundKey:
            log.error("a round cannot be counted: its key is not there; please hold it again", round=round_id)
            await self._writer.write(partial(_give_up, round_id), alone=True)
            return 1
        await self._writer.write(partial(_finish, round_id, counted), alone=True)
        await self._writer.read(round.sweep_keys)
        return 1

    async def box(self, due: Sequence[tuple[str, Event]]) -> list[str]:
        """Takes ballots that are due on their way; returns the intake rows that are done with."""
        if not due:
            return []
        found = await self._writer.read(lambda session: ballot.sort_out(session, due))
        if found.unmarked:
            unmarked = found.unmarked
            await self._writer.write(lambda session: turnout.take_part(session, unmarked), alone=True)
            found = await self._writer.read(lambda session: ballot.sort_out(session, due))
        done = list(found.spent)
        for round_id, ballots in found.boxes.items():
            await self._writer.write(partial(_put_in, round_id, list(ballots.values())), alone=True)
            done += ballots
        return done


def _open(round_id: str, now: datetime, session: Session) -> bool:
    return inviting.open_round(session, round_id, now)


def _remind(round_id: str, now: datetime, session: Session) -> bool:
    return inviting.remind(session, round_id, now)


def _finish(round_id: str, counted: counting.Counted, session: Session) -> None:
    counting.finish(session, session.get_one(Round, round_id), counted)


def _give_up(round_id: str, session: Session) -> None:
    round.cancel(session, session.get_one(Round, round_id))


def _put_in(round_id: str, ballots: Sequence[str], session: Session) -> None:
    ballot_box.put_in(session, round_id, ballots)
