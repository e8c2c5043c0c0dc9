"""Wrong joining codes: whoever guesses waits, and nobody else does.

There are 23**8 = 78 thousand million codes. Three records are looked at before any code is, right or wrong, so that the
answer tells nothing while the door is closed:

* the chat, in its own sealed state: FREE wrong codes, and after each further one a pause that grows from a minute to four
  hours. That is at most 15 wrong codes a day. A new web chat costs nothing, so there is also
* where a chat comes from (bot.visitors: an address, IPv6 by /64), in the memory of this process: FREE_HERE, since a canteen
  has one address, then the same pauses; whoever joins with a code of their own takes one wrong code off it. At most 30 a
  day.
* all lines together, by the hour, as rows that say nothing of anybody: once an hour has seen AN_HOUR wrong codes, only chats
  and addresses without a wrong code of today are listened to. Whoever types the code on their slip right joins, also then.

* of return codes (models.people.return_codes), those that begin alike, by a keyed hash in the same rows: once a day has seen
  AT_ONE of them wrong, only chats and addresses without a wrong code of today are listened to about that beginning. Whoever
  has half a code from somebody's screen gets no further than whoever has none of it, and the right one is still taken.

What guessing is worth, with 10,000 valid codes in drawers (one code in 7.8 million): a chat finds one in 1,400 years, an
address in 710. Somebody with a thousand addresses, each with its own 30 a day until the hour is crowded and then one,
guesses 200 an hour and a thousand more a day: one valid code in 3.7 years. No more than a guest's turns
(bot.channels.webchat.guests) can be guesses by web chat, 86,400 a day from as many networks: then in 90 days. A small union
with 100 codes: a hundred times as long.

What is in memory is gone with the process, on purpose: a row about who guessed would be a row about who writes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Field, col

from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_id

AN_HOUR = 200
AT_ONE = 10
"""Wrong return codes of one beginning in a day, over all lines."""
FREE = 5
"""Wrong codes of a chat before it has to pause: a torn slip, a cold thumb."""
FREE_HERE = 20
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""After each wrong code beyond that; the last one is repeated."""
DAY = timedelta(days=1)
_REMEMBERED = 20_000


class Tries(Base, table=True):
    """One wrong code in `hour`, counted from the beginning of 1970. A row each and not a number that rises: on PostgreSQL
    everybody with a wrong code would wait for everybody else's transaction. `about`: how a return code began, by a keyed
    hash."""

    __tablename__ = "tries"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=13)
    hour: int = Field(index=True)
    about: str | None = Field(default=None, max_length=32)


def pause_after(wrong: int, free: int = FREE) -> timedelta:
    """How long after its last wrong code somebody with so many is not listened to."""
    return PAUSES[min(wrong - free, len(PAUSES)) - 1] if wrong > free else timedelta()


@dataclass(slots=True)
class _Record:
    wrong: int
    last: datetime


class Addresses:
    """Wrong codes by where they came from, for a day after the last. In memory; several writer threads ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def wrong(self, origin: str, now: datetime) -> tuple[int, datetime]:
        """How many, and when the last one was."""
        with self._lock:
            record = self._records.get(origin)
            if record is None or now - record.last >= DAY:
                return 0, now
            return record.wrong, record.last

    def note(self, origin: str, now: datetime) -> None:
        with self._lock:
            record = self._records.pop(origin, None)
            before = record.wrong if record is not None and now - record.last < DAY else 0
            self._records[origin] = _Record(before + 1, now)
            if len(self._records) > _REMEMBERED:
                self._records.popitem(last=False)

    def forgive(self, origin: str) -> None:
        with self._lock:
            if (record := self._records.get(origin)) is not None:
                record.wrong = max(0, record.wrong - 1)


def _addresses(session: Session) -> Addresses:
    found: Addresses = session.info["records"].setdefault("wrong_codes", Addresses())
    return found


def of_chat(wrong: int, last: str, now: datetime) -> int:
    """How many wrong codes still count of a chat that has had `wrong`, the last one at `last` (ISO 8601, or empty)."""
    return wrong if last and now - datetime.fromisoformat(last) < DAY else 0


def must_wait(session: Session, wrong: int, last: str, origin: str, now: datetime, about: str = "") -> bool:
    """Whether no code is looked at now: `wrong` and `last` are of the chat, `origin` is where it comes from ("":
    unknown), `about` how the code begins, where it is a return code."""
    wrong = of_chat(wrong, last, now)
    if wrong and now - datetime.fromisoformat(last) < pause_after(wrong):
        return True
    wrong_here, last_here = _addresses(session).wrong(origin, now) if origin else (0, now)
    if now - last_here < pause_after(wrong_here, FREE_HERE):
        return True
    return bool(wrong or wrong_here) and (is_crowded(session, now) or _is_tried(session, about, now))


def count(session: Session, origin: str, now: datetime, about: str = "") -> None:
    """Notes one wrong code."""
    insert_ignore(session, Tries, [{"id": new_id(), "hour": _hour(now), "about": about or None}])
    if origin:
        _addresses(session).note(origin, now)


def forgive(session: Session, origin: str) -> None:
    """Somebody from there has joined with a code that only they had."""
    if origin:
        _addresses(session).forgive(origin)


def is_crowded(session: Session, now: datetime) -> bool:
    """Whether this hour has seen so many wrong codes that somebody must be guessing."""
    statement = select(func.count()).select_from(Tries).where(col(Tries.hour) == _hour(now))
    return int(session.execute(statement).scalar_one()) >= AN_HOUR


def _is_tried(session: Session, about: str, now: datetime) -> bool:
    """Whether somebody must be trying what comes behind this beginning."""
    today = col(Tries.hour) > _hour(now - DAY), col(Tries.about) == about
    return bool(about) and int(session.execute(select(func.count()).where(*today)).scalar_one()) >= AT_ONE


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(Tries).where(col(Tries.hour) < _hour(now - timedelta(days=1))))


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // 3600
