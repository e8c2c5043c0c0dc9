"""`haichieu invites`: codes on a list, slips on paper, and a printing taken back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from bot.clock import SystemClock
from bot.commands import slips
from config.i18n import language
from handlers.people import slip_words
from models.people import accounts, claims, invites, persons
from models.people.accounts import Sender
from models.people.invites import Invite
from models.people.units import Unit
from models.store.database import Database
from models.store.ids import random_code
from models.store.sealing import Keyring
from tests.rules.people.lists import TODAY, book, complaints, runs


@pytest.fixture
def union(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which an operator works, the sample list imported."""
    monkeypatch.setenv("HAICHIEU_LANG", "en")
    runs("import", book(workplace / "list.xlsx"))
    return workplace


@pytest.fixture
def database(union: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{union}/var/haichieu.db", Keyring.read(union / "haichieu.key"))
    yield opened
    opened.close()


def listed(*words: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(runs("invites", "--csv", *words))))


def works(database: Database, code: str) -> bool:
    with database.reading() as session:
        return invites.find(session, code, TODAY) is not None


def test_every_team_and_officer_gets_a_code(union: Path, database: Database) -> None:
    rows = listed()
    assert [(row["unit"], row["staff_code"], row["link"]) for row in rows if row["unit"] != "SONGLAM"] == [
        ("LDLD", "LD001", ""),
        ("SONGLAM-MAY1", "", ""),
        ("SONGLAM-MAY1", "SL001", ""),
        ("SONGLAM-MAY2", "", ""),
        ("SONGLAM-MAY2", "SL004", ""),
    ]
    assert sorted(row["staff_code"] for row in rows if row["unit"] == "SONGLAM") == ["SL002", "SL003"]
    assert all(works(database, row["code"]) for row in rows)
    raw = (union / "var/haichieu.db").read_bytes() + (union / "var/haichieu.db-wal").read_bytes()
    assert not [row for row in rows if row["code"].encode() in raw], "a code is kept as a keyed hash and nothing else"


def test_officers_codes_made_again_end_the_old_ones(union: Path, database: Database) -> None:
    first = {(row["unit"], row["staff_code"]): row["code"] for row in listed("--unit", "songlam-may1")}
    assert set(first) == {("SONGLAM-MAY1", ""), ("SONGLAM-MAY1", "SL001")}
    runs("invites", "--unit", "SONGLAM-MAY1")
    assert "1 officers' codes that were made before and not used no longer work" in complaints[-1]
    assert not works(database, first["SONGLAM-MAY1", "SL001"])
    assert works(database, first["SONGLAM-MAY1", ""]), "a team's own code may hang on a wall"


def test_printing_again_ends_no_claim_that_waits(union: Path, database: Database) -> None:
    """Neither of a chat that joined with the code, nor of a worker's that used it; `--all` does."""
    [code] = [row["code"] for row in listed() if row["staff_code"] == "SL001"]
    with database.transaction() as session:
        [invite_id] = invites.ids_of(session, code)
        worker = persons.add(session, session.get_one(Invite, invite_id).unit_id)
        sender = Sender("telegram:1", "1")
        account = accounts.add(
            session,
            sender,
            worker,
            accounts.Joining(language="vi", confirmed=True, consent_version="x"),
            SystemClock().now().date(),
        )
        assert claims.begin(session, account.id, invite_id, SystemClock().now().date()) is not None
    assert "SL001" not in [row["staff_code"] for row in listed()]
    with database.reading() as session:
        assert not session.get_one(Invite, invite_id).revoked
    assert "SL001" in [row["staff_code"] for row in listed("--all")]
    with database.reading() as session:
        assert session.get_one(Invite, invite_id).revoked


@pytest.mark.parametrize(
    ("setting", "value", "link"),
    [
        ("HAICHIEU_WEB__PUBLIC_URL", "https://cd.example.vn/", "https://cd.example.vn/chat#ma="),
        ("HAICHIEU_TELEGRAM__NAME", "@cong_doan_bot", "https://t.me/cong_doan_bot?start="),
    ],
)
def test_links_where_the_address_is_known(
    union: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, link: str
) -> None:
    monkeypatch.setenv(setting, value)
    assert all(row["link"] == link + row["code"] for row in listed())


def test_slips_are_for_nobody_in_particular(union: Path, database: Database) -> None:
    said = runs("invites", "--slips", 30, "--unit", "SONGLAM-MAY1", "--pdf", union / "slips.pdf")
    assert (union / "slips.pdf").read_bytes().startswith(b"%PDF")
    with database.reading() as session:
        rows = session.execute(select(Invite)).scalars().all()
        in_file = [row for (row,) in session.execute(text("SELECT id FROM invite ORDER BY rowid"))]
    assert len(rows) == 30
    assert {(row.uses_left, row.person_id) for row in rows} == {(1, None)}
    assert in_file == sorted(in_file), "rows stand in the order of their hashes, not in the order of the sheets"
    [batch] = {row.batch for row in rows}
    assert batch in said


def test_the_order_of_printing_is_drawn_from_a_hat(database: Database) -> None:
    with database.transaction() as session:
        unit_id = session.execute(text("SELECT id FROM unit LIMIT 1")).scalar_one()
        codes = invites.issue_slips(session, unit_id, 40, "BATCH")
        hashes = [found.id for code in codes if (found := invites.find(session, code, TODAY))]
    assert len(hashes) == 40
    assert hashes != sorted(hashes)


def test_a_lost_sheet_is_revoked_and_printed_again(union: Path, database: Database) -> None:
    pdf = union / "slips.pdf"
    said = runs("invites", "--slips", 5, "--unit", "SONGLAM-MAY1", "--pdf", pdf)
    [batch] = re.findall(r"batch (\w{6})\.", said)
    with database.transaction() as session:
        used = session.execute(select(Invite)).scalars().first()
        assert used is not None
        invites.use(session, used)
    again = runs("invites", "--revoke", batch.lower(), "--slips", 4, "--unit", "SONGLAM-MAY1", "--pdf", pdf)
    assert batch not in again
    with database.reading() as session:
        rows = session.execute(select(Invite).where(col(Invite.batch) == batch)).scalars().all()
        assert sum(invites.find_by_id(session, row.id, TODAY) is not None for row in rows) == 0
        assert sum(row.revoked for row in rows) == 4
        assert len(session.execute(select(Invite)).scalars().all()) == 9


def test_no_more_slips_than_people(union: Path, database: Database) -> None:
    """Whoever prints more keeps some, and each is a head in every threshold. Only what was revoked unused can be printed
    anew: nothing tells whose a used one was."""
    pdf = union / "slips.pdf"
    said = runs("invites", "--slips", 40, "--unit", "SONGLAM-MAY1", "--pdf", pdf)
    [batch] = re.findall(r"batch (\w{6})\.", said)
    refused = runs("invites", "--slips", 1, "--unit", "SONGLAM-MAY1", "--pdf", pdf, code=1)
    assert "SONGLAM-MAY1 has 40 people, and 40 slips are out or used up: 0 more can be printed" in refused
    with database.transaction() as session:
        for used in session.execute(select(Invite).limit(3)).scalars().all():
            assert invites.use(session, used)
    assert "37 more" not in runs("invites", "--slips", 38, "--unit", "SONGLAM-MAY1", "--pdf", pdf, code=1)
    again = "invites", "--revoke", batch, "--unit", "SONGLAM-MAY1", "--pdf", pdf, "--slips"
    runs(*again, 38, code=1)
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(Invite)).scalar_one() == 40, "refused whole"
    runs(*again, 37)
    runs("invites", "--slips", 1, "--unit", "SONGLAM-MAY1", "--pdf", pdf, code=1)


def test_slips_that_are_over_can_be_printed_anew(database: Database) -> None:
    with database.transaction() as session:
        team = session.execute(select(Unit).where(col(Unit.code) == "SONGLAM-MAY1")).scalar_one()
        invites.issue_slips(session, team.id, 10, "B", TODAY)
        invites.issue(session, team.id)  # a team's own code is no slip
        assert invites.left(session, team, TODAY) == 30
        assert invites.left(session, team, TODAY + timedelta(days=1)) == 40


def test_slips_need_a_headcount(union: Path, database: Database) -> None:
    said = runs("invites", "--slips", 3, "--unit", "LDLD", "--pdf", union / "slips.pdf", code=1)
    assert "How many people work in LDLD is not known" in said and "haichieu import" in said
    assert not (union / "slips.pdf").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--slips", "3"), "--slips COUNT --unit CODE --pdf FILE"),
        (("--pdf", "slips.pdf"), "How many slips?"),
        (("--unit", "NOWHERE"), "There is no unit NOWHERE."),
        (("--revoke", "NOTONE"), "There is no batch NOTONE."),
        (("--slips", "3", "--unit", "SONGLAM", "--pdf", "no/such/place.pdf"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_and_makes_no_code(union: Path, database: Database, words: list[str], said: str) -> None:
    assert said in runs("invites", *words, code=1)
    with database.reading() as session:
        assert not session.execute(select(Invite)).scalars().all()


def test_nothing_on_a_slip_is_read_as_markup() -> None:
    evil = '#evil[ #read("/etc/passwd") \\ $ <x> @y *b* "q" ' * 3
    words = slip_words.words(language("vi"), evil, "https://x.example/" + "a" * 200)
    assert slips.render(words, [(random_code(8), "")] * 9, "vi").startswith(b"%PDF")


def test_a_slip_says_what_it_must() -> None:
    words = slip_words.words(language("vi"), "Tổ may 1", "cd.example.vn/chat")
    said = str(words)
    for must in ("Tổ may 1", "ẩn danh", "Mỗi phiếu dùng một lần", "Công ty không có tài khoản", "Cách khác", "Đồng ý"):
        assert must in said
    assert len(words["how"]) == 3
