"""The commands on a machine like the union's own: Windows, where modules, signals and modes of Unix are missing and the
console has one of the old tables. Played here by taking them away before the command is loaded."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.commands import invites, roll  # noqa: F401 - importing them adds their commands
from bot.commands.main import app
from bot.commands.roll_sample import NAMES
from models.people.invites import Invite
from models.store.database import Database
from models.store.sealing import Keyring
from tests.rules.people.lists import book
from tests.waiting import HANGS

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = """
import asyncio, asyncio.unix_events, os, stat, subprocess, sys
for name in ("fcntl", "resource", "grp", "pwd", "termios"):
    sys.modules[name] = None
for name in ("fchmod", "geteuid", "getuid", "getegid", "fork", "nice"):
    delattr(os, name)
def missing(*_):
    raise NotImplementedError
asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = missing
def seen(ask):
    def answer(*given, **named):
        told = ask(*given, **named)
        if not stat.S_ISREG(told.st_mode):
            return told
        return os.stat_result((told.st_mode | 0o666, *told[1:10]), {})
    return answer
os.stat, os.fstat = seen(os.stat), seen(os.fstat)
sys.argv = ["haichieu", *sys.argv[1:]]
from bot.__main__ import main
main()
"""
Result = subprocess.CompletedProcess[bytes]


def windows(home: Path, *words: object, console: str = "cp1252", **environment: str) -> Result:
    """The command as it runs there."""
    settings = {f"HAICHIEU_{name}": value for name, value in environment.items()}
    return subprocess.run(
        [sys.executable, "-c", WINDOWS, *map(str, words)],
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": console, "PYTHONUTF8": "0"},
        cwd=home,
        capture_output=True,
        timeout=HANGS,
        check=False,
    )


def well(result: Result) -> str:
    assert result.returncode == 0, result.stderr.decode("utf-8", "replace")
    return result.stdout.decode("utf-8")


@pytest.fixture
def home(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A union's folder with its key, its list and a database that nobody is in yet."""
    monkeypatch.setenv("HAICHIEU_WEB__PORT", "0")
    book(workplace / NAMES[0])
    return workplace


def test_a_union_begins_on_windows(home: Path) -> None:
    """On the console of the west and on that of Vietnam, in turn."""
    (home / "haichieu.key").unlink()
    (home / "var/haichieu.db").unlink()
    assert "khóa số 1" in well(windows(home, "keys", "new", console="cp1252"))
    assert "người mới: LD001" in well(windows(home, "import", NAMES[0], console="cp1258"))
    assert "danh sách giống dữ liệu đang có" in well(windows(home, "import", NAMES[0], console="cp1252"))
    assert well(windows(home, "invites", "--csv", console="cp1258")).count("\n") == 8
    well(windows(home, "invites", "--slips", 2, "--unit", "SONGLAM-MAY1", "--out", "slips.pdf", console="cp1252"))
    assert (home / "slips.pdf").read_bytes().startswith(b"%PDF")
    assert "Hai Chiều" in well(windows(home, "--help", console="cp1258"))


def test_the_doctor_on_windows_says_what_is_missing(home: Path) -> None:
    well(windows(home, "migrate"))
    result = windows(home, "doctor", console="cp1258")
    said = result.stdout.decode("utf-8")
    assert "ổn  chìa khóa: " in said and "ổn  cơ sở dữ liệu: " in said, result.stderr
    assert b"Traceback" not in result.stderr


@pytest.mark.slow
def test_the_demo_plays_on_windows(tmp_path: Path) -> None:
    """How far it comes on a busy machine is not this test's affair: that it plays, and says so in whole letters, is."""
    result = windows(tmp_path, "demo", "--tour", console="cp1258")
    assert b"Traceback" not in result.stderr
    assert result.stdout.decode("utf-8").count("Người lao động thấy:") > 10


def test_the_service_runs_on_windows_and_stops_when_told(home: Path) -> None:
    well(windows(home, "migrate"))
    process = subprocess.Popen(
        [sys.executable, "-c", WINDOWS, "run"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"},
        cwd=home,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        assert any('"started"' in line for line in process.stderr)
    finally:
        process.terminate()
    _, said = process.communicate(timeout=HANGS)
    assert process.returncode == 0, said
    assert '"stopped"' in said


LOCKS = """
import asyncio, fcntl, subprocess, sys, types
def locking(descriptor, how, length):  # as Windows' own: refused at once with an OSError
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
sys.modules["fcntl"] = None
from bot.lease import Alive
from models.store.database import Database
from models.store.sealing import Keyring
database = Database("sqlite:///lease.db", Keyring.new())
first, second = Alive(database, "first"), Alive(database, "second")
first.show()
print(second.is_gone("first"))
first.hide()
open("lease.db-killed", "w").close()
print(second.is_gone("killed"), second.is_gone("first"))
"""


def test_a_holder_is_seen_to_live_by_the_locks_of_windows(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOCKS],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.stdout.split() == ["False", "True", "False"], result.stderr


def test_a_key_that_others_may_read_is_still_refused_where_modes_are_kept(home: Path) -> None:
    (home / "haichieu.key").chmod(0o644)
    assert b"chmod 600" in _unix(home, "import", NAMES[0]).stderr
    assert not list(home.glob(".haichieu-*"))


# What is shown once.


@pytest.fixture
def opened(home: Path) -> Callable[[], int]:
    """How many codes are kept."""

    def count() -> int:
        database = Database(f"sqlite:///{home}/var/haichieu.db", Keyring.read(home / "haichieu.key"))
        with database.reading() as session:
            found = session.execute(select(func.count()).select_from(Invite)).scalar_one()
        database.close()
        return int(found)

    return count


def _unix(home: Path, *words: object, stdout: int = subprocess.PIPE) -> Result:
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=home,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=HANGS,
        check=False,
    )


def here(*words: str) -> str:
    """The command inside this process, where it is not the process that matters; what it says."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_codes_that_nobody_could_read_are_not_kept(home: Path, opened: Callable[[], int]) -> None:
    here("import", NAMES[0])
    with Path("/dev/full").open("wb") as full:
        result = _unix(home, "invites", stdout=full.fileno())
    assert result.returncode == 1
    assert "chưa tạo mã nào" in result.stderr.decode() and b"Traceback" not in result.stderr
    reading, writing = os.pipe()
    os.close(reading)
    assert _unix(home, "invites", "--csv", stdout=writing).returncode == 1
    os.close(writing)
    assert _unix(home, "invites", "--out", "no/such/folder.csv").returncode == 1
    assert opened() == 0


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (["--out", "codes.csv"], b"\xef\xbb\xbfcode,unit,staff_code,link\n"),
        (["--csv", "--out", "codes.txt"], b"\xef\xbb\xbfcode,"),
        (["--out", "codes.txt"], b""),
        (["--slips", "2", "--unit", "SONGLAM-MAY1", "--out", "slips.pdf"], b"%PDF"),
    ],
)
def test_codes_go_into_a_file_for_ones_own_eyes(
    home: Path, opened: Callable[[], int], words: Sequence[str], begins: bytes
) -> None:
    here("import", NAMES[0])
    path = home / words[-1]
    path.touch()
    path.chmod(0o644)
    shown = here("invites", *words)
    assert path.read_bytes().startswith(begins)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert opened() == (2 if "--slips" in words else 7)
    codes = re.findall(rb"^[A-Z0-9]{8}(?=[, ])", path.read_bytes(), re.MULTILINE)
    assert len(codes) == (0 if "--slips" in words else 7)
    assert not [code for code in codes if code.decode() in shown], "nothing of them on the screen"
