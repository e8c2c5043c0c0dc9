"""The cases of a seeded province, of two years, and what an ordinary day leaves in the tables that pass.

What the service writes in the order of time stands here in that order, too, so that the entries of one case lie as far
apart as they would.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from models.anonymity import intake
from models.anonymity.events import Event
from models.anonymity.told import Told
from models.grievances import cases
from models.grievances.cases import Entry, Grievance
from models.messages import chats
from models.messages.chats import Run, State
from models.messages.message import Option
from models.messages.received import Seen
from models.people.accounts import Sender
from models.store.ids import new_case_code, new_id
from models.store.sealing import keyed_hash, seal
from models.trust.audit import Audit
from tests.bench.province import CHUNK, DAYS, LINE, Row, Seeding, Worker

FAR = timedelta(days=3650)
AT_LEAST_OPEN = 12
"""Open cases of the federation itself, also in a small province: its officer's list is then as long in both."""
OPEN_EACH = 2
"""Open cases for each grassroots union."""
HOLDERS = {"team": 55, "union": 30, "middle": 10, "top": 5}
"""Of a hundred cases, how many each level holds in the end."""
TURNS = 5
"""Of somebody who writes, on one day."""
WORDS = "Tăng ca tháng 5 chưa được trả, cả tổ đều chưa có, mong công đoàn hỏi giúp. " * 4


def filed(seeding: Seeding) -> None:
    """All cases, the open ones last."""
    found = seeding.found
    still_open = OPEN_EACH * found.size.unions + AT_LEAST_OPEN
    total = found.size.closed + still_open
    filing = _Filing(seeding)
    for start in range(0, total, CHUNK):
        filed: list[Row] = []
        entries: list[Row] = []
        for left in range(total - start, max(total - start - CHUNK, 0), -1):
            at = seeding.now - timedelta(days=DAYS * left / total, minutes=seeding.random.randrange(60))
            case, said = filing.case(at, is_open=left <= still_open, at_top=left <= AT_LEAST_OPEN)
            filed.append(case)
            entries += said
        entries.sort(key=lambda entry: entry["at"])
        acts = [entry for entry in entries if entry["officer_id"]]
        seeding.write(Grievance, filed)
        seeding.write(Entry, entries)
        seeding.write(Audit, [_act(entry) for entry in acts])
        found.told += [entry["id"] for entry in acts if entry["kind"] == "proposal"][: CHUNK // 50]
        seeding.say(f"{start + len(filed):,} cases of {total:,}")


def _act(entry: Row) -> Row:
    subject, officer_id = entry["grievance_id"], entry["officer_id"]
    return {"id": new_id(), "at": entry["at"], "person_id": officer_id, "verb": entry["kind"], "subject": subject}


class _Filing:
    """Who has filed how often, and which codes are used."""

    def __init__(self, seeding: Seeding) -> None:
        self._seeding = seeding
        self._numbers: Counter[str] = Counter()
        self._codes: set[str] = set()

    def case(self, at: datetime, *, is_open: bool, at_top: bool) -> tuple[Row, list[Row]]:
        found, session, chance = self._seeding.found, self._seeding.session, self._seeding.random
        worker = chance.choice(found.workers)
        union = found.above[worker.team_id]
        levels = {"team": worker.team_id, "union": union, "middle": found.above[union], "top": found.top}
        holder = levels["top" if at_top else chance.choices(list(HOLDERS), list(HOLDERS.values()))[0]]
        kinds = ["report", "acknowledged"][: chance.randint(1, 2)]
        state = "settled" if not is_open else "new" if len(kinds) == 1 else "acknowledged"
        kinds += [] if is_open else ["proposal", "settled"]
        case: Row = {
            "id": new_id(),
            "code": self._code(),
            "unit_id": worker.team_id,
            "holder_id": holder,
            "category": "wage",
            "state": state,
            "created_at": at,
            "due_at": at + timedelta(hours=72),
            "mark": cases.mark(session, worker.reporter_id, self._numbers[worker.reporter_id]),
        }
        case["route"] = seal(session, "grievance.route", case["id"], worker.reporter_id)
        self._numbers[worker.reporter_id] += 1
        if is_open:
            found.open.setdefault(holder, []).append((case["id"], case["code"]))
        return case, [self._entry(case, kind, at + timedelta(days=2 * place)) for place, kind in enumerate(kinds)]

    def _entry(self, case: Row, kind: str, at: datetime) -> Row:
        officers = self._seeding.found.officers[case["holder_id"]]
        row_id, words = new_id(), WORDS if kind in ("report", "proposal") else ""
        return {
            "id": row_id,
            "grievance_id": case["id"],
            "kind": kind,
            "officer_id": self._seeding.random.choice(officers)[0] if kind in ("acknowledged", "proposal") else None,
            "text": seal(self._seeding.session, "entry.text", row_id, words),
            "at": at,
        }

    def _code(self) -> str:
        while (code := new_case_code()) in self._codes:
            pass
        self._codes.add(code)
        return code


def day(seeding: Seeding) -> None:
    """A tenth of the people wrote today, five messages each, and each turn left where its chat stands and a row of the
    intake; of yesterday as many are still there. What was received is known for three days, what was told for seven. One
    in a hundred of them is in the middle of a run. Of a thousand people two have a case on its way under time cover."""
    found, session, today = seeding.found, seeding.session, seeding.now.date()
    received = found.size.people * 3 // 2
    days = [today - timedelta(days=place * 3 // received) for place in range(received)]
    ids = [keyed_hash(session, "seeded", str(place)) for place in range(received)]
    seeding.write(Seen, [{"id": row, "line": LINE, "received_on": on} for row, on in zip(ids, days, strict=True)])
    told = [keyed_hash(session, "seeded", "told", str(place)) for place in range(found.size.people // 40)]
    seeding.write(Told, [{"id": row, "told_on": today} for row in told])
    offered = [Option("menu::::", "Menu"), Option("file::::", "Viết phản ánh"), Option("mine::::", "Phản ánh của tôi")]
    for number, worker in enumerate(seeding.random.sample(found.workers, len(found.workers) // 10)):
        to = Sender(LINE, worker.chat)
        run = Run("file", "", "abc", {"text": WORDS}, "category") if number % 100 == 0 else None
        for at in (seeding.now - timedelta(days=1), seeding.now):
            chat = chats.of(to, worker.account_id)
            for _ in range(TURNS):
                chats.save(session, chat, State(run=run, offered=offered), at)
                with intake.gathered(session, at):
                    pass
    for _ in range(found.size.people // 500):
        worker = seeding.random.choice(found.workers)
        intake.add(session, report(worker, found.above[worker.team_id], seeding.now + FAR), seeding.now)


def report(worker: Worker, holder_id: str, due: datetime) -> Event:
    """A sealed report as a worker's turn leaves it."""
    return Event(
        kind="report",
        due=due.isoformat(),
        case_id=new_id(),
        entry_id=new_id(),
        reporter_id=worker.reporter_id,
        text=WORDS,
        code=new_case_code(),
        unit_id=worker.team_id,
        holder_id=holder_id,
        category="wage",
        reply_due=(due + timedelta(hours=72)).isoformat(),
    )
