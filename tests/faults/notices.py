"""A broadcast in the town of crash tests, and the reckoning after it: who has it, how often; what the ledger says."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from models.broadcasts import broadcasts, ledger
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Broadcast, Draft, Words
from models.broadcasts.ledger_sending import TRIES
from models.broadcasts.recipients import OPEN, Recipient
from models.people import accounts, persons
from models.people.accounts import Account, Sender
from models.people.offices import Office
from models.people.units import Unit
from tests.faults.crashes import TOKEN, Town
from tests.waiting import SOMETIMES, until

ON = f"telegram:{TOKEN.split(':')[0]}"
OF_A_PROCESS = 300
"""People made in one transaction."""


@dataclass
class Reckoning:
    """What became of a broadcast: `extra` copies beyond the first, people `unknown` (ended as uncertain), those of them who
    never got it (`missed`), and the `most` copies that anybody has."""

    extra: int
    unknown: int
    missed: int
    most: int


async def crowd(town: Town, count: int) -> None:
    """So many people of the first team, each with an open chat; they have joined long ago."""
    ids = (await town.tell("users", count=count))["ids"]
    with town.database.transaction() as session:
        team = session.execute(select(Unit).where(col(Unit.code) == "SONGLAM-MAY1")).scalar_one().id
    for start in range(0, count, OF_A_PROCESS):
        with town.database.transaction() as session:
            for user in ids[start : start + OF_A_PROCESS]:
                somebody = persons.add(session, team)
                to = Sender(ON, str(user))
                today = datetime.now(UTC).date()
                joined = accounts.Joining(language="vi", confirmed=True, consent_version="1")
                accounts.add(session, to, somebody, joined, today).plain_previews = True  # the words are what is counted


def writes(town: Town, *, ask: bool = True) -> str:
    """A broadcast to the team, due now; returns its id."""
    now = datetime.now(UTC)
    with town.database.transaction() as session:
        team = session.execute(select(Unit).where(col(Unit.code) == "SONGLAM-MAY1")).scalar_one()
        author = session.execute(select(Office).where(col(Office.unit_id) == team.id)).scalar_one().person_id
        words = Words({"vi": "Họp tổ lúc 8 giờ"})
        return broadcasts.create(
            session, Draft(author, team.id, words, Audience((team.id,)), "safety", now, ask=ask), now
        ).id


def state(town: Town, broadcast_id: str) -> str:
    with town.database.reading() as session:
        return session.get_one(Broadcast, broadcast_id).state


def adds_up(town: Town, broadcast_id: str) -> Counter[str]:
    """The sums are right at this moment, whatever was killed; returns the counts."""
    with town.database.reading() as session:
        row = session.get_one(Broadcast, broadcast_id)
        counts = ledger.counts(session, broadcast_id)
    assert sum(counts.values()) == row.size
    return counts


async def is_over(town: Town, broadcast_id: str) -> None:
    await until(lambda: state(town, broadcast_id) == "done", SOMETIMES)


async def reckon(town: Town, broadcast_id: str, phones: int, frozen: int = 0) -> Reckoning:
    """Everybody has it, or is counted as of unknown fate because crash after crash hit their row; nobody has an extra copy
    that no crash (or `frozen` process) explains; no process said it to anybody twice."""
    counts = adds_up(town, broadcast_id)
    assert not counts.keys() & {*OPEN} and counts["sent"] + counts["uncertain"] == phones, counts
    with town.database.reading() as session:
        code = session.get_one(Broadcast, broadcast_id).code
        known = {one.id: one for one in session.execute(select(Account)).scalars()}
        rows = session.execute(select(Recipient).where(col(Recipient.broadcast_id) == broadcast_id)).scalars()
        ledgered = {
            accounts.sender_of(session, known[row.account_id]).external: row for row in rows if row.account_id in known
        }
    killed = {frozen, *(life.pid for life in town.lives if life.code)}
    begun: dict[str, list[int]] = defaultdict(list)
    for pid, to, text in town.journal():
        if code in text:
            begun[to].append(pid)
    copies: Counter[str] = Counter()
    for call in await town.ask("sent", method="sendMessage"):
        if code in call["params"]["text"]:
            copies[str(call["params"]["chat_id"])] += 1
    assert begun.keys() | copies.keys() <= ledgered.keys()
    for to, row in ledgered.items():
        pids = begun[to]
        assert len(set(pids)) == len(pids), f"told twice by one process: {to}"
        assert set(pids[:-1]) <= killed, f"told again without need: {to}"
        assert copies[to] <= len(pids) <= TRIES
        if row.state == "sent":
            assert copies[to] and pids, f"missed: {to}"
        else:
            assert row.attempts >= TRIES, f"given up after {row.attempts} tries: {to}"
    state = await town.ask("state")
    assert not state["violations"]
    missed = sum(not copies[to] for to in ledgered)
    return Reckoning(copies.total() - len(copies), counts["uncertain"], missed, max(copies.values()))
