"""The reckoning after a crash test: what the database holds, and what everybody saw, against what was done."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from models.anonymity import intake
from models.anonymity.intake import Intake
from models.grievances import cases
from models.grievances.cases import Entry, Grievance
from models.messages import unopened
from models.messages.chats import Conversation
from models.messages.leases import Lease
from models.messages.outbox import Outbound
from models.messages.received import Quarantine, Seen
from models.people import accounts
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.persons import Person
from tests.faults.crashes import Town, identity, says_only_that_there_is_news, shown

OFFICERS_ON_THE_ROLL = 3
WORKERS_HEAR = (
    "[Đồng ý]",
    "đã tham gia",
    "[Chỉ thông báo]",
    "[Viết phản ánh]",
    "",
    "[Gửi tổ trưởng công đoàn]",
    "mã PA-",
)


def check_effects(town: Town) -> None:
    """Every person joined once and filed once, with their own words; nothing is left half done."""
    workers = [somebody for somebody in town.people if somebody.words]
    with town.database.reading() as session:

        def count(table: type) -> int:
            return session.execute(select(func.count()).select_from(table)).scalar_one()

        known = session.execute(select(Account)).scalars().all()
        who = sorted(accounts.sender_of(session, one).external for one in known)
        assert who == sorted(str(somebody.user) for somebody in town.people)
        assert count(Person) == OFFICERS_ON_THE_ROLL + len(workers)
        entries = session.execute(select(Entry)).scalars().all()
        assert sorted(cases.text_of(session, entry) for entry in entries) == sorted(w.words for w in workers)
        assert count(Grievance) == len({entry.grievance_id for entry in entries}) == len(workers)
        assert sorted(session.execute(select(col(Invite.uses_left))).scalars(), key=str) == [0, 1, 1, None, None]
        # Every officer who heard that there is news finds each case behind it, once.
        filed_cases = sorted(session.execute(select(col(Grievance.id))).scalars())
        officers = {str(somebody.user) for somebody in town.people if not somebody.words}
        for one in known:
            found = sorted(item.case_id for item in unopened.waiting(session, one.id))
            assert found == (filed_cases if accounts.sender_of(session, one).external in officers else [])
        assert count(Quarantine) == count(Outbound) == 0
        assert not intake.due(session, datetime.now(UTC) + timedelta(days=1), set()), "all was posted, and it is written so"
        # Every turn has left one row of each, whatever it was, and once; joining ends a guest's chat besides, and a preview
        # that arrived is remembered, perhaps twice where its sender was killed.
        turns = sum(somebody.done for somebody in town.people)
        assert count(Seen) == count(Intake) == turns, "a turn was taken twice, or never"
        assert count(Conversation) >= turns + len(town.people)
        assert count(Lease) == 4  # two lines, the tick, the fetcher


async def check_messages(town: Town, crashes: int) -> int:
    """Everybody heard everything, in order; no process said anything twice, and only after one that was killed while it said
    something did another say it again. Returns the number of extra copies."""
    sent = await town.ask("sent", method="sendMessage")
    copies = Counter((str(call["params"]["chat_id"]), identity(call["params"])) for call in sent)
    screens: dict[str, dict[str, str]] = defaultdict(dict)
    for call in sent:
        screens[str(call["params"]["chat_id"])].setdefault(identity(call["params"]), shown(call["params"]))
    for somebody in town.people:
        heard = list(screens[str(somebody.user)].values())
        if somebody.words:
            expected = [words in text for text, words in zip(heard, WORKERS_HEAR, strict=False)]
            assert expected == [True] * len(WORKERS_HEAR) and len(heard) == len(expected), f"told otherwise: {heard}"
        else:
            filed = sum(bool(one.words) for one in town.people)
            told = heard[4:]  # one that counts, edited; more only where a process died before it knew of it
            assert all(text.endswith("Gõ 1 để xem.\n[Xem]") for text in told), f"told otherwise: {heard}"
            assert 1 <= len(told) <= filed, f"told otherwise: {heard}"
    killed = {life.pid for life in town.lives if life.code}
    assert len(killed) == crashes
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    for pid, to, text in town.journal():
        if not says_only_that_there_is_news(text):
            said[to, text].append(pid)
    copies = Counter({message: count for message, count in copies.items() if not says_only_that_there_is_news(message[1])})
    for message, pids in said.items():
        assert len(set(pids)) == len(pids), f"told twice by one process: {message}"
        assert set(pids[:-1]) <= killed, f"told again without need: {message}"
        assert 1 <= copies[message] <= len(pids) <= 1 + crashes
    assert said.keys() == copies.keys()
    state = await town.ask("state")
    assert not state["violations"] and not state["pending"]
    return sum(copies.values()) - len(copies)
