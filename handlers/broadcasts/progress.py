"""How far a broadcast has come, told to the officer who sent it: one message with a bar that changes in place, or, where a
line cannot change what was sent, a message at each part of the way.

The way has two or four parts where enough people had joined last night, and else none: a bar in per cent of a small team
would count its phones, and stop at nine of ten while the tenth is writing to the union. Whoever is passed over for that
reason counts as done (models.broadcasts.ledger.is_through).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n import Language
from handlers.broadcasts import overview
from handlers.chat.conversation import open_token
from handlers.chat.unasked import reader_of
from handlers.chat.words import bar
from models.anonymity import counts
from models.broadcasts import progress
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.progress import Watched
from models.broadcasts.recipients import OPEN
from models.messages import outbox
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import units, wishes
from models.store.database import Session

EVERY = timedelta(seconds=3)
"""How often a message is edited: a service counts edits as messages, and nobody reads faster."""
TIMED = 20
"""From so many times the threshold on the time that is left is told: one person more or less is lost in it."""
_BAR = 10
"""Blocks: with what stands beside them they fit a line of the narrowest phone."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to tell of one broadcast at one moment, of those it is sent to. `state` as officers are told
    (models.broadcasts.lifecycle.shown_state); `over`: it will be done soon. `heads`: how many had joined last night, at
    least. `rate` is people a second lately, 0 where not known."""

    counts: Mapping[str, int]
    state: str
    over: bool
    heads: int
    k: int
    rate: float = 0.0

    @property
    def sendable(self) -> int:
        return sum(self.counts.values()) - self.counts.get("no_channel", 0)

    @property
    def left(self) -> int:
        return sum(self.counts.get(state, 0) for state in OPEN)

    @property
    def done(self) -> int:
        return self.sendable - self.left

    @property
    def percent(self) -> int:
        """By parts of the way; the last is not done before all is."""
        if self.state == "done":
            return 100
        parts = counts.parts(self.heads, self.k)
        reached = parts if self.over else parts * self.done // max(1, self.sendable)
        return 100 * min(reached, parts - 1) // parts

    @property
    def minutes(self) -> int:
        """Until it is done; 0 where that is not told."""
        told = self.heads >= TIMED * self.k and self.rate > 0 and self.state == "sending"
        return max(1, math.ceil(self.left / self.rate / 60)) if told else 0


def tell(session: Session, watched: Watched, sight: Sight, now: datetime, *, edits: bool) -> bool:
    """Tells one phone, where there is something new; False where there is not. The last message of all ends the watching.
    `edits`: its line can change what was sent."""
    row, account, last = watched
    over = sight.state in ("done", "cancelled")
    said = f"{sight.state}:{sight.percent}:{sight.minutes if edits else 0}"
    if wishes.is_blocked(session, account) or wishes.is_gone(session, account.id):
        progress.forget(session, row.id, account.id)
        return False
    if said == last.said:
        return False
    reference = progress.reference_of(session, last)
    if edits and last.said and not reference and not over:
        return False  # the first message is on its way: the next is to replace it
    progress.note(session, row.id, account.id, said)
    if over:
        progress.forget(session, row.id, account.id)
    if not edits and not over and sight.state == "sending" and not sight.percent:
        return False
    reader = reader_of(session, account)
    sender = wishes.sender_of(session, account)
    outbox.queue(
        session,
        sender,
        Letter(
            _words(session, reader, row, sight, over=over),
            options=_options(session, reader, row, sight.state) if edits else (),
            language=reader.code,
            in_office=True,
            account_id=account.id,
            edits=reference if edits else "",
            watched="" if over else row.id,
        ),
        now,
        lane=outbox.NOTICE,
    )
    return True


def _words(session: Session, reader: Language, row: Broadcast, sight: Sight, *, over: bool) -> str:
    lines = [f"{row.code} · {overview.state_name(reader, sight.state)}"]
    if sight.state != "cancelled":
        percent = reader.percent(sight.percent / 100)
        lines.append(reader.gettext("{bar} {percent} worked through", bar=bar(sight.percent / 100, _BAR), percent=percent))
    if sight.minutes:
        lines.append(reader.ngettext("about {count} minute left", "about {count} minutes left", sight.minutes))
    if over:
        lines += overview.reach_lines(reader, session, row, sight.k)
    return "\n".join(lines)


def _options(session: Session, reader: Language, row: Broadcast, state: str) -> Sequence[Option]:
    go_on, halt = reader.gettext("Go on"), reader.gettext("Stop")
    rest = Option(open_token("cancelrest", row.id), reader.gettext("Cancel the rest"), "danger")
    told = overview.telling(reader, row, units.takes_workers(session, units.get(session, row.unit_id)))
    match state:
        case "sending":
            return (Option(open_token("halt", row.id), halt), rest)
        case "stopped":
            return (Option(open_token("resume", row.id), go_on), rest)
        case _:
            return (*told, Option(open_token("cast", row.id), row.code))
