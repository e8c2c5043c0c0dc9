"""How many pages there may be, what strangers may cost, and how long anything is waited for: one value, which a test may
replace. The reasons stand where each number does."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.webchat import admission, files, guests, polling


@dataclass(frozen=True, slots=True)
class Limits:
    """Sockets: `sockets` in all, `per_session` of one session, `lobby` that have not said who they are. Guests (guests.py):
    `turns`, `seats` in all and `seats_here` of one address, each for `silent` seconds at most. Seconds: a socket has `hello`
    to say who it is; a guest without a turn or a seat is `held`; another page of a session has `answer` to speak; an upload
    may stay away for `body`; a page without a socket (polling.py) is answered after `poll` and is gone after `gone`."""

    sockets: int = 5000
    per_session: int = 5
    lobby: int = guests.LOBBY
    turns: guests.Turns = guests.TURNS
    seats: int = guests.SEATS
    seats_here: int = guests.SEATS_HERE
    silent: float = guests.SILENT
    hello: float = 10.0
    held: float = guests.HELD
    answer: float = admission.ANSWER_WITHIN
    body: float = files.SILENT
    poll: float = polling.WAITS
    gone: float = polling.GONE


LIMITS = Limits()
