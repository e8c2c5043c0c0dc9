"""The tick's part in polls: rounds open and are counted, ballots go from the intake into boxes, who has not voted is
reminded.

Every step is a transaction of its own, and which rows may share one is a matter of anonymity: see models.polls.ballots.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.writer import Writer
from handlers.polls import invitations
from models.anonymity.events import Event
from models.polls import ballots, boxes, counting, rounds, turnout
from models.polls import due as clock
from models.polls.rounds import Round
from models.store.database import Session
from models.store.throwaway_keys import NoRoundKey

log = structlog.get_logger()


SWEPT_EVERY = timedelta(minutes=1)
TRIED_AGAIN = timedelta(minutes=5)


class Rounds:
    """What goes wrong with one round is said, tried again later, and stops neither the others nor the tick."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._swept: datetime | None = None
        self._not_before: dict[str, datetime] = {}

    async def step(self, now: datetime) -> int:
        """Opens, reminds and counts what is due; returns how much that was."""
        worked = 0
        if self._swept is None or now - self._swept >= SWEPT_EVERY:
            await self._writer.read(rounds.sweep_keys)
            self._swept = now
        due = await self._writer.read(lambda session: clock.due(session, now))
        for do, round_ids in (
            (partial(self._write, invitations.open_round), due.to_open),
            (partial(self._write, invitations.remind), due.to_remind),
            (self._count, due.to_count),
            (partial(self._write, invitations.tell_officers), [*due.to_count, *due.to_tell]),
        ):
            for round_id in round_ids:
                if self._not_before.get(round_id, now) <= now:
                    worked += await self._safely(do, round_id, now)
        return worked

    async def _safely(self, do: Callable[[str, datetime], Awaitable[bool]], round_id: str, now: datetime) -> bool:
        try:
            return await do(round_id, now)
        except NoRoundKey:
            log.error(
                "a round's key is not there: is HAICHIEU_ROUND_KEYS_DIR the folder it was opened with?", round=round_id
            )
        except Exception as error:
            log.error("a round could not be gone on with", round=round_id, exc_info=error)
        self._not_before[round_id] = now + TRIED_AGAIN
        return False

    async def _write(self, verb: Callable[[Session, str, datetime], bool], round_id: str, now: datetime) -> bool:
        return await self._writer.write(lambda session: verb(session, round_id, now))

    async def _count(self, round_id: str, _now: datetime) -> bool:
        try:
            counted = await self._writer.read(lambda session: counting.count(session, session.get_one(Round, round_id)))
        except counting.TooEarly:  # somebody's ballot is on its way to its box
            return False
        await self._writer.write(partial(_finish, round_id, counted))
        await self._writer.read(rounds.sweep_keys)
        return True

    async def box(self, due: Sequence[Event], now: datetime) -> list[str]:
        """Takes ballots that are due on their way; returns the events that are done with, by entry."""
        if not due:
            return []
        found = await self._writer.read(lambda session: ballots.sort_out(session, due))
        if found.unmarked:
            unmarked = found.unmarked
            await self._writer.write(lambda session: turnout.take_part(session, unmarked))
            found = await self._writer.read(lambda session: ballots.sort_out(session, due))
        done = list(found.spent)
        for round_id, events in found.boxes.items():
            if self._not_before.get(round_id, now) <= now and await self._safely(partial(self._box, events), round_id, now):
                done += events
        return done

    async def _box(self, events: Mapping[str, str], round_id: str, _now: datetime) -> bool:
        await self._writer.write(partial(_put_in, round_id, list(events.values())))
        return True


def _finish(round_id: str, counted: counting.Counted, session: Session) -> None:
    counting.finish(session, session.get_one(Round, round_id), counted)


def _put_in(round_id: str, events: Sequence[str], session: Session) -> None:
    boxes.put_in(session, round_id, events)
