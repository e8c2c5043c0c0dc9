"""Numbered lists that were sent, and “write 1 to see it” on every line: a number typed from then on means the newest of
them, however it came to the screen."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.channels.base import Capabilities
from bot.channels.text import is_numbered
from bot.clock import Clock
from bot.writer import Writer
from models.messages import chats, unopened
from models.messages.outbox import REPLY
from models.messages.sending import Claimed, Outcome
from models.people.accounts import Sender
from models.store.database import Session

log = structlog.get_logger()


class Listed:
    """What was sent on one line with a numbered list and is not remembered yet."""

    def __init__(self, line: str, capabilities: Capabilities, writer: Writer, clock: Clock) -> None:
        self._line = line
        self._capabilities = capabilities
        self._writer = writer
        self._clock = clock
        self._rows: dict[str, Claimed] = {}

    def note(self, row: Claimed, outcome: Outcome) -> None:
        listed = is_numbered(row.message, self._capabilities) or unopened.is_preview(row.message.options)
        if outcome.state == "sent" and listed:
            self._rows[row.message.id] = row

    async def remember(self, outcome: Outcome) -> None:
        """Notes that this row's list is the newest on its reader's screen; call it before the outcome is recorded.

        In a transaction of its own: rows of different chats that share one are linked. Raises only when the database is
        away, and then nothing can be recorded either."""
        row = self._rows.get(outcome.id)
        if row is None:
            return
        to, now = Sender(self._line, row.message.recipient), self._clock.now()

        def write(session: Session) -> None:
            if row.letter.standing:
                reference = outcome.reference if self._capabilities.edits else chats.STANDS
                chats.stand(session, to, row.message.options, reference, now, in_office=row.letter.in_office)
                return
            chats.remember(session, to, row.message.options, now, unasked=row.lane != REPLY, in_office=row.letter.in_office)

        try:
            await self._writer.write(write)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # numbers keep meaning the older list; not recording it would send the message again
            log.error("a list was not remembered", line=self._line, exc_info=error)
        del self._rows[outcome.id]
