"""How far a broadcast has come, told to the officer who sent it: one message with a bar that changes in place, or, where a
line cannot change what was sent, a message at each quarter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n import Language, language
from handlers.broadcasts import overview
from handlers.chat.conversation import open_token
from models.anonymity import counts
from models.broadcasts import progress
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.progress import Progress
from models.broadcasts.recipients import OPEN
from models.messages import outbox
from models.messages.message import Option
from models.people import accounts, wishes
from models.people.accounts import Account
from models.store.database import Session

EVERY = timedelta(seconds=3)
"""How often a message is edited: a service counts edits as messages, and nobody reads faster."""
_BAR = 20
_QUARTERS = (25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to tell of one broadcast at one moment: of those it is sent to, since who has no phone here would be
    done before it began, and a first look would count them. `rate` is people a second lately, 0 where not known."""

    counts: Mapping[str, int]
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
        return 100 if not self.sendable else math.floor(100 * self.done / self.sendable)


def tell(
    session: Session,
    row: Broadcast,
    account: Account,
    known: Progress,
    sight: Sight,
    now: datetime,
    *,
    edits: bool,
    threshold: int,
) -> bool:
    """Tells one phone, where there is something new; False where there is not. The last message of all ends the watching."""
    over = row.state in ("done", "cancelled") and not sight.left
    said = f"{row.state}:{sight.percent if edits else _quarter(sight.percent)}"
    if wishes.is_blocked(session, account) or wishes.is_gone(session, account.id):
        progress.forget(session, row.id, account.id)
        return False
    if said == known.said:
        return False
    reference = progress.reference_of(session, known)
    if edits and known.said and not reference and not over:
        return False  # the first message is on its way: the next is to replace it
    progress.note(session, row.id, account.id, said)
    if over:
        progress.forget(session, row.id, account.id)
    if not edits and not over and row.state == "sending" and sight.percent < _QUARTERS[0]:
        return False
    reader = language(account.language)
    sender = accounts.sender_of(session, account)
    outbox.queue(
        session,
        sender,
        _words(session, reader, row, sight, threshold, now, over=over),
        now,
        options=_options(reader, row) if edits else (),
        lane=outbox.NOTICE,
        language=account.language,
        in_office=True,
        account_id=account.id,
        edits=reference if edits else "",
        watched="" if over else row.id,
    )
    return True


def _quarter(percent: int) -> int:
    return max((quarter for quarter in _QUARTERS if quarter <= percent), default=0)


def _words(
    session: Session, reader: Language, row: Broadcast, sight: Sight, threshold: int, now: datetime, *, over: bool
) -> str:
    lines = [f"{row.code} · {overview.state_name(reader, row)}"]
    filled = round(_BAR * sight.percent / 100)
    lines.append("▓" * filled + "░" * (_BAR - filled) + f" {sight.percent} %")
    if not over and row.state == "sending" and sight.rate > 0:
        left = math.ceil(sight.left / sight.rate)
        lines.append(
            reader.gettext("{rate} people a second, about {minutes} min {seconds} s left", rate=f"{sight.rate:.0f}",
                           minutes=left // 60, seconds=left % 60)
        )  # fmt: skip
    if over:
        lines += overview.reach_lines(reader, session, row, threshold, now)
    elif sight.sendable >= 2 * threshold:
        done, total = (reader.number(counts.about(count, threshold)) for count in (sight.done, sight.sendable))
        lines.append(reader.gettext("About {done} of {total}", done=done, total=total))
    return "\n".join(lines)


def _options(reader: Language, row: Broadcast) -> Sequence[Option]:
    go_on, halt = reader.gettext("Go on"), reader.gettext("Stop")
    rest = Option(open_token("cancelrest", row.id), reader.gettext("Cancel the rest"))
    match row.state:
        case "sending":
            return (Option(open_token("halt", row.id), halt), rest)
        case "stopped":
            return (Option(open_token("resume", row.id), go_on), rest)
        case _:
            return (Option(open_token("cast", row.id), row.code),)
