"""A nursery of victims: real `haichieu run` processes that kill themselves at an exact point, without a hook in the service.

`python -m tests.faults.victim` imports the service once (2 s of processor time, otherwise paid at every start) and forks a
process for each line of JSON it is given: {"name", "env", "log", "point"?, "passage"?, "plant"?}. It answers with
{"name", "pid"} and, when that process is over, {"name", "code"}. When its input ends, everything it started is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

_in = threading.local()


class Passages:
    """Ends this process without a word at the `last` passage."""

    def __init__(self, last: int) -> None:
        self._left = last
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def _keep_journal(path: str) -> None:
    """Writes down every message before it is sent: who sent what, which the service's answer times cannot tell."""
    from bot.channels.telegram.channel import TelegramChannel

    send = TelegramChannel.send
    journal = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def wrapped(self: TelegramChannel, message: Any) -> str:
        tokens = [option.token for option in message.options]
        os.write(journal, (json.dumps([os.getpid(), message.recipient, message.text, tokens]) + "\n").encode())
        return await send(self, message)

    TelegramChannel.send = wrapped  # type: ignore[method-assign]


def _share_clock(path: str) -> None:
    """So many seconds as stand in this file, when there is one, are over for every process that looks at its clock."""
    from bot.clock import SystemClock

    now = SystemClock.now
    ahead = os.open(path, os.O_RDONLY | os.O_CREAT)
    SystemClock.now = lambda self: now(self) + timedelta(seconds=int(os.pread(ahead, 8, 0) or 0))  # type: ignore[method-assign]


def _claim_as_paced() -> None:
    """So far ahead as a line with Telegram's limits claims, though this one sends as fast as it can."""
    from bot.sending import outbox

    outbox.MOST_AHEAD = 58


def before_commit(passage: Callable[[], None]) -> None:
    """The turn is done, its transaction not committed."""
    from sqlalchemy import Engine, event

    event.listen(Engine, "commit", lambda _connection: passage() if _has("turn") else None)


def after_commit(passage: Callable[[], None]) -> None:
    """The turn is committed, and its update not confirmed."""
    _when_over("turn", passage)


def _when_over(what: str, passage: Callable[[], None]) -> None:
    """The transaction in which this was done is over and nobody has heard of it: a thread that gives its connection back has
    committed, and has handed on no result yet."""
    from sqlalchemy import Pool, event

    event.listen(Pool, "checkin", lambda *_: passage() if _has(what) else None)


def _has(what: str) -> bool:
    """Whether this thread has done this since it was last asked."""
    done = bool(getattr(_in, what, False))
    setattr(_in, what, False)
    return done


def _note_turns() -> None:
    """A turn is done when it is answered, or known as a repeat."""
    from handlers.front import answer
    from models.messages import received

    take, first_time = answer.take, received.first_time

    def answers(*about: Any) -> bool:
        falls_due = take(*about)
        _in.turn = True
        return falls_due

    def is_first(*about: Any) -> bool:
        first = first_time(*about)
        _in.turn = not first or getattr(_in, "turn", False)
        return first

    answer.take, received.first_time = answers, is_first  # type: ignore[assignment]


def any_commit(passage: Callable[[], None]) -> None:
    """Just before any commit: of a claim, a lease, a result, a posting."""
    from sqlalchemy import Engine, event

    event.listen(Engine, "commit", lambda _connection: passage())


def claimed_by_a_sender(passage: Callable[[], None]) -> None:
    """A message is about to leave: whoever recorded it before has lost it now."""
    from bot.channels.telegram.channel import TelegramChannel

    send = TelegramChannel.send

    async def wrapped(self: TelegramChannel, message: Any) -> str:
        passage()
        return await send(self, message)

    TelegramChannel.send = wrapped  # type: ignore[method-assign]


def sent_not_recorded(passage: Callable[[], None]) -> None:
    """The service has taken the message; its row still says that it is under way."""
    from bot.channels.telegram.channel import TelegramChannel

    send = TelegramChannel.send

    async def wrapped(self: TelegramChannel, message: Any) -> str:
        reference = await send(self, message)
        passage()
        return reference

    TelegramChannel.send = wrapped  # type: ignore[method-assign]


def past_the_inheritance(passage: Callable[[], None]) -> None:
    """As `sent_not_recorded`, at a part of a broadcast, once all that earlier processes left behind is recorded."""
    from bot.channels.telegram.channel import TelegramChannel
    from bot.sending.broadcasts import Ledgers

    send, claim, record = TelegramChannel.send, Ledgers.claim, Ledgers.record
    claimed, inherited = set[str](), set[str]()

    async def claims(self: Ledgers, fence: int, limit: int) -> Any:
        found = await claim(self, fence, limit)
        claimed.update(row.message.id for row in found)
        inherited.update(row.message.id for row in found if row.doubtful)
        return found

    async def records(self: Ledgers, found: Any) -> None:
        await record(self, found)
        inherited.difference_update(row.message.id for row, _ in found)

    async def wrapped(self: TelegramChannel, message: Any) -> str:
        reference = await send(self, message)
        if message.id in claimed and not inherited:
            passage()
        return reference

    Ledgers.claim, Ledgers.record = claims, records  # type: ignore[method-assign]
    TelegramChannel.send = wrapped  # type: ignore[method-assign]


def claimed_not_sent(passage: Callable[[], None]) -> None:
    """A part of a broadcast is claimed, and nobody has got it yet."""
    from bot.channels.telegram.channel import TelegramChannel
    from bot.sending.broadcasts import Ledgers

    send, claim = TelegramChannel.send, Ledgers.claim
    claimed = set[str]()

    async def claims(self: Ledgers, fence: int, limit: int) -> Any:
        found = await claim(self, fence, limit)
        claimed.update(row.message.id for row in found)
        return found

    async def wrapped(self: TelegramChannel, message: Any) -> str:
        if message.id in claimed:
            passage()
        return await send(self, message)

    Ledgers.claim = claims  # type: ignore[method-assign]
    TelegramChannel.send = wrapped  # type: ignore[method-assign]


def posted_not_forgotten(passage: Callable[[], None]) -> None:
    """A new case is posted, and its sealed event still waits to be: the next process will post it again."""
    from handlers.front import posting
    from models.grievances.cases import Grievance

    post = posting.post

    def wrapped(session: Any, event: Any, now: Any, *how: Any) -> None:
        known = session.get(Grievance, event.case_id)
        post(session, event, now, *how)
        _in.new_case = known is None

    posting.post = wrapped
    _when_over("new_case", passage)


POINTS = {
    "before-commit": before_commit,
    "after-commit": after_commit,
    "any-commit": any_commit,
    "sent-not-recorded": sent_not_recorded,
    "posted-not-forgotten": posted_not_forgotten,
}
OF_A_PLANT = {"about-to-be-sent": claimed_by_a_sender}
OF_A_BROADCAST = {"past-the-inheritance": past_the_inheritance, "claimed-not-sent": claimed_not_sent}


def live(job: dict[str, Any]) -> int:
    """In the forked process: `haichieu run`, with a point to die at."""
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.dup2(log, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(job["env"])
    _note_turns()
    _keep_journal(job["log"] + ".sent")
    _share_clock(job["log"] + ".ahead")
    _claim_as_paced()
    if plant := job.get("plant"):
        from tests.faults.plants import PLANTS

        PLANTS[plant]()
    if point := job.get("point"):
        {**POINTS, **OF_A_BROADCAST, **OF_A_PLANT}[point](Passages(job["passage"]))
    from bot.commands.main import app

    try:
        app(["run"])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def watch(job: dict[str, Any]) -> None:
    """In a fork of its own: starts one victim and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if not pid:
        code = 70
        try:
            code = live(job)
        finally:
            os._exit(code)
    _say(name=job["name"], pid=pid)
    _, status = os.waitpid(pid, 0)
    _say(name=job["name"], code=os.waitstatus_to_exitcode(status))
    os._exit(0)


def _say(**words: Any) -> None:
    os.write(1, (json.dumps(words) + "\n").encode())


def _warm_up() -> None:
    """Imports, and whatever is made once in a process, before any thread is."""
    for name in (
        "bot.app",
        "bot.channels.telegram.channel",
        "bot.channels.webchat.channel",
        "bot.commands.main",
        "psycopg.pq",
    ):
        import_module(name)
    from config.i18n import LANGUAGES, language
    from models.store import schema
    from models.store.database import Database
    from models.store.sealing import Keyring

    for code in LANGUAGES:
        language(code)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/warm.db", Keyring.new())
        schema.upgrade(database)
        database.close()
    assert threading.active_count() == 1


def main() -> None:
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the watchers
    _say(ready=True)
    for line in sys.stdin:
        if not os.fork():
            watch(json.loads(line))
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
