"""The operator's commands: what they print, and that a fault is one sentence and exit code 1."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from bot.clock import SystemClock
from bot.commands.main import app
from bot.demo import union
from config.i18n import fold
from config.logging import configure
from models.anonymity import intake
from models.people import claims, invites, persons
from models.people.accounts import Account, Joining, Sender, add
from models.people.invites import Invite
from models.people.persons import Person
from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.running_app import MONDAY
from tests.waiting import HANGS

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "123456:geheim-4711"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine of its own: settings, key file and database in one directory. It speaks English: msgids are what is asserted
    here, and that each has its Vietnamese is asserted elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAICHIEU_LANG", "en")
    monkeypatch.setenv("HAICHIEU_KEY_FILE", "var/haichieu.key")
    monkeypatch.setenv("HAICHIEU_DATABASE_URL", "sqlite:///var/haichieu.db")
    yield tmp_path
    configure("error")  # commands set logging up for themselves


Command = Callable[..., Result]


@pytest.fixture
def haichieu(monkeypatch: pytest.MonkeyPatch) -> Command:
    def run(*words: str, **environment: str) -> Result:
        for name, value in environment.items():
            monkeypatch.setenv(f"HAICHIEU_{name}", value)
        return CliRunner().invoke(app, list(words))

    return run


def spawned(*words: str, **environment: str) -> subprocess.Popen[str]:
    """The command in a process of its own, as a shell starts it."""
    named = {f"HAICHIEU_{name}": value for name, value in environment.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        env={**os.environ, **named, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def opened(home: Path) -> Database:
    return Database(f"sqlite:///{home}/var/haichieu.db", Keyring.read(home / "var/haichieu.key"))


def fault(result: Result) -> str:
    """The one sentence of a command that failed."""
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    [line] = result.stderr.strip().splitlines()
    return line


def test_keys_are_made_and_then_rotated(haichieu: Command, home: Path) -> None:
    first = haichieu("keys", "new")
    assert first.exit_code == 0
    assert "var/haichieu.key: key 1 seals" in first.stdout
    sealed = Keyring.read(home / "var/haichieu.key").seal("p", "r", "chữ")
    second = haichieu("keys", "new")
    assert "key 2 seals" in second.stdout
    ring = Keyring.read(home / "var/haichieu.key")
    assert ring.current == 2
    assert ring.unseal("p", "r", sealed) == "chữ"
    (home / "var/haichieu.key").chmod(0o644)
    assert "chmod 600" in fault(haichieu("keys", "new"))
    (home / "var/haichieu.key").chmod(0o600)
    (home / "var/haichieu.key").write_text("{")
    assert "is damaged" in fault(haichieu("keys", "new"))
    assert (home / "var/haichieu.key").read_text() == "{", "a damaged key file is not written over"


def test_migrate(haichieu: Command, home: Path) -> None:
    assert "`haichieu keys new` makes one" in fault(haichieu("migrate"))
    haichieu("keys", "new")
    result = haichieu("migrate")
    assert result.exit_code == 0
    assert re.fullmatch(r"The database was empty and is now at \w+\.\n", result.stdout)
    again = haichieu("migrate").stdout
    [before, after] = re.findall(r"at (\w+)", again)
    assert before == after


def test_officers_confirm(haichieu: Command, home: Path) -> None:
    haichieu("keys", "new")
    haichieu("migrate")
    assert fault(haichieu("officers", "confirm", "SL001")) == "Nobody with that staff code waits to be confirmed."
    database = opened(home)
    with database.transaction() as session:
        codes = union.found(session)
        slip = invites.find(session, codes.leader, MONDAY.date())
        assert isinstance(slip, Invite)
        officer = session.get_one(Person, slip.person_id)
        today = SystemClock().now().date()
        for name in "xy":
            sender = Sender("webchat:main", name * 43)
            add(session, sender, officer, Joining(language="vi", confirmed=False, claim=slip.id, consent_version="x"), today)
    database.close()
    listed = haichieu("officers", "confirm").stdout.splitlines()
    assert [line[:5] for line in listed] == ["SL001", "SL001"]
    first, second = (line.split("  until")[0].removeprefix("SL001").strip() for line in listed)
    assert first != second
    several = haichieu("officers", "confirm", "SL001")
    assert (several.exit_code, several.stdout.splitlines()) == (1, listed), "two chats claim it: never both, never a guess"
    wrong = haichieu("officers", "confirm", "SL001", "--words", "không có")
    assert (wrong.exit_code, wrong.stderr) == (1, "None of them shows these words; nobody was confirmed.\n")
    result = haichieu("officers", "confirm", " sl001", "--words", fold(second).replace(" – ", " "))
    assert (result.exit_code, result.stdout) == (
        0,
        f"1 chat confirmed, whose screen shows: {second}. Its holder is told in it.\n",
    )
    assert haichieu("officers", "confirm").stdout == "Nobody waits to be confirmed.\n"
    assert "Nobody" in fault(haichieu("officers", "confirm", "SL001"))


def test_officers_confirm_a_workers_chat(haichieu: Command, home: Path) -> None:
    """Listed and confirmed like any other; the account changes in the night."""
    haichieu("keys", "new")
    haichieu("migrate")
    database = opened(home)
    with database.transaction() as session:
        [invite_id] = invites.ids_of(session, union.found(session).leader)
        worker = persons.add(session, session.get_one(Invite, invite_id).unit_id)
        today = SystemClock().now().date()
        account = add(
            session, Sender("telegram:1", "1"), worker, Joining(language="vi", confirmed=True, consent_version="x"), today
        )
        assert claims.begin(session, account.id, invite_id, today) is not None
    [line] = haichieu("officers", "confirm").stdout.splitlines()
    words = line.split("  until")[0].removeprefix("SL001").strip()
    assert haichieu("officers", "confirm", "SL001").stdout.startswith(f"1 chat confirmed, whose screen shows: {words}.")
    assert haichieu("officers", "confirm").stdout == "Nobody waits to be confirmed.\n"
    with database.reading() as session:
        assert session.get_one(Account, account.id).person_id == worker.id
        assert [event.kind for event in intake.of_code(session, invite_id)] == ["office"]
    database.close()


@pytest.mark.parametrize("command", [["run"], ["migrate"], ["doctor"], ["keys", "new"], ["officers", "confirm", "X"]])
def test_a_wrong_setting_is_one_sentence_everywhere(haichieu: Command, home: Path, command: list[str]) -> None:
    sentence = fault(haichieu(*command, TELEGRAM__TOKEN="geheim-4711"))
    assert sentence.startswith("HAICHIEU_TELEGRAM__TOKEN: ")
    assert "geheim" not in sentence
    assert not list(home.iterdir()), "nothing was made"


def test_run_without_keys_or_with_an_older_database(haichieu: Command, home: Path) -> None:
    assert "`haichieu keys new` makes one" in fault(haichieu("run"))
    haichieu("keys", "new")
    haichieu("migrate")
    database = opened(home)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000_before'"))
    newest = schema.head()
    database.close()
    assert fault(haichieu("run")) == (
        f"The database is at version 0000_before and this program needs {newest}: run `haichieu migrate`."
    )


def test_run_with_the_port_taken(haichieu: Command) -> None:
    haichieu("keys", "new")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = spawned("run", WEB__PORT=port, LOG_LEVEL="error")
        out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 1
    [line] = err.strip().splitlines()
    assert line.startswith(f"HAICHIEU_WEB__PORT: 127.0.0.1:{port} cannot be opened")
    assert not out


def test_run_stops_in_order_when_told_to(haichieu: Command) -> None:
    haichieu("keys", "new")
    process = spawned("run", WEB__PORT="0")
    assert process.stderr is not None
    try:
        assert any('"started"' in line for line in process.stderr), "it starts"
    finally:
        process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 0
    assert '"stopped"' in err
    assert "Traceback" not in err


# The doctor.


@pytest.fixture
def telegram() -> Iterator[str]:
    """The emulator in a process of its own; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.emulators.telegram", "--token", TOKEN],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        found = re.search(r'"url": "([^"]+)"', process.stdout.readline())
        assert found is not None
        yield found[1]
        process.terminate()


def test_the_doctor_finds_all_well(haichieu: Command, telegram: str) -> None:
    haichieu("keys", "new")
    haichieu("migrate")
    result = haichieu("doctor", TELEGRAM__TOKEN=TOKEN, TELEGRAM__API_URL=telegram)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert all(line.startswith("ok    ") for line in lines)
    for what in (
        "keys",
        "database",
        "database version",
        "quarantine",
        "telegram bot",
        "telegram updates",
        "attachments",
        "clock",
    ):
        assert any(f" {what}: " in line for line in lines), what
    assert "geheim" not in result.output

    wrong = haichieu("doctor", TELEGRAM__TOKEN="123456:geheim-9999")
    assert wrong.exit_code == 1
    assert "FAULT telegram bot: Telegram refuses HAICHIEU_TELEGRAM__TOKEN\n" in wrong.stdout
    assert "geheim" not in wrong.output


def test_the_doctor_names_what_is_wrong(haichieu: Command, home: Path) -> None:
    result = haichieu("doctor")
    assert result.exit_code == 1
    assert "FAULT keys: the key file var/haichieu.key is not there" in result.stdout
    haichieu("keys", "new")
    result = haichieu("doctor")
    assert "ok    database version: still empty: `haichieu import` and `haichieu run` make it ready" in result.stdout
    assert result.exit_code == 0, "what the next step makes by itself is no fault"
    haichieu("migrate")
    assert haichieu("doctor").exit_code == 0
    database = opened(home)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000_before'"))
    database.close()
    result = haichieu("doctor")
    assert result.exit_code == 1
    assert "FAULT database version: at 0000_before, needs" in result.stdout
    assert "`haichieu migrate`" in result.stdout
    result = haichieu("doctor", DATABASE_URL="postgresql://u:geheim-4711@127.0.0.1:1/none")
    assert result.exit_code == 1
    assert "FAULT database: HAICHIEU_DATABASE_URL cannot be reached" in result.stdout
    assert "geheim" not in result.output


def test_the_doctor_says_when_telegram_is_away(haichieu: Command) -> None:
    haichieu("keys", "new")
    haichieu("migrate")
    result = haichieu("doctor", TELEGRAM__TOKEN=TOKEN, TELEGRAM__API_URL="http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "FAULT telegram" in result.stdout
    assert "geheim" not in result.output


def test_no_command_is_help_and_an_unknown_one_is_an_error(haichieu: Command) -> None:
    assert "migrate" in haichieu().output
    assert haichieu("nothing").exit_code == 2
    assert haichieu("run", "--nothing").exit_code == 2
