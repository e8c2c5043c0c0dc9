"""What the sender of one line works with. Apart from it, so that whoever makes a sender may give it another part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.base import Channel
from bot.clock import Clock
from bot.lease import Holding
from bot.sending.broadcasts import Ledgers
from bot.sending.pacing import Pacer
from bot.writer import Writer
from models.messages.quiet_hours import Quiet


@dataclass(frozen=True, slots=True)
class Means:
    """`ledgers`: from which it claims what goes to many. `lease`: on the line, of which as much must be left as `spare` to
    begin a send. `pacer`: whose turn it is."""

    ledgers: Ledgers
    lease: Holding
    pacer: Pacer
    spare: timedelta

    @classmethod
    def of(cls, channel: Channel, writer: Writer, clock: Clock, quiet: Quiet = None) -> Means:
        """As the line's service allows. `quiet`: the hours in which only urgent notices ring."""
        line, can = channel.line, channel.capabilities
        return cls(
            Ledgers(line, can, writer, clock, quiet),
            Holding(line, writer, clock),
            Pacer(clock, can.per_second, can.per_chat_second, can.concurrency),
            timedelta(seconds=can.timeout),
        )
