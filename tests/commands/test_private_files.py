"""What the service and its commands write is for their owner's eyes only, whatever the umask is."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands import invites, polls, roll  # noqa: F401 - importing them adds their commands
from bot.commands.main import app
from bot.commands.roll_sample import NAMES
from models.store.database import Database
from models.store.private_files import writing
from models.store.sealing import Keyring

ROOT = Path(__file__).resolve().parents[2]
Command = Callable[..., None]


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """The umask of most machines: others may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, path in (("KEY_FILE", "keys/haichieu.key"), ("DATABASE_URL", "sqlite:///data/deep/haichieu.db")):
        monkeypatch.setenv(f"HAICHIEU_{name}", path)
    monkeypatch.setenv("HAICHIEU_WEB__PORT", "0")
    return tmp_path


def here(*words: str) -> None:
    """The command inside this process, where nobody has set a umask."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output


def spawned(*words: str) -> None:
    """The command as a shell starts it."""
    command = [sys.executable, "-m", "bot", *words]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


def open_to_others(folder: Path) -> dict[str, str]:
    """Everything under `folder` that somebody else could read, with its mode."""
    found = {}
    for path in folder.rglob("*"):
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            found[str(path.relative_to(folder))] = oct(stat.S_IMODE(mode))
    return found


@pytest.mark.parametrize("command", [here, spawned])
def test_nobody_else_reads_what_the_commands_write(home: Path, command: Command) -> None:
    command("keys", "new")
    command("migrate")
    command("import", "--sample", "lists/mine")
    command("import", f"lists/mine/{NAMES[0]}")
    command("invites", "--slips", "3", "--unit", "SONGLAM-MAY1", "--pdf", "slips.pdf")
    command("doctor")
    made = {str(path.relative_to(home)) for path in home.rglob("*")}
    assert {"slips.pdf", "keys/haichieu.key", "data/deep/haichieu.db", "lists/mine/people.csv"} <= made
    assert open_to_others(home) == {}


def test_nobody_else_reads_what_the_running_service_writes(home: Path) -> None:
    here("keys", "new")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any('"started"' in line for line in process.stderr)
        names = {path.name for path in home.rglob("*")}
        assert {"haichieu.db", "haichieu.db-wal", "haichieu.db-shm"} <= names
        found = open_to_others(home)
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert found == {}


def test_a_database_that_was_left_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    keyring, path = Keyring.new(), tmp_path / "haichieu.db"
    for name in ("haichieu.db", "haichieu.db-wal", "haichieu.db-shm"):
        (tmp_path / name).touch(0o644)
        (tmp_path / name).chmod(0o644)
    database = Database(f"sqlite:///{path}", keyring)
    assert database.is_reachable()
    assert open_to_others(tmp_path) == {}
    database.close()


def test_a_sheet_that_is_written_over_is_closed_to_others_and_shorter(tmp_path: Path) -> None:
    path = tmp_path / "slips.pdf"
    path.write_bytes(b"an older and longer sheet")
    path.chmod(0o644)
    with writing(path) as file:
        file.write(b"a new one")
    assert path.read_bytes() == b"a new one"
    assert open_to_others(tmp_path) == {}
