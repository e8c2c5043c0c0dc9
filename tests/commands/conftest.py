"""Where an operator works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.store.sealing import Keyring


@pytest.fixture
def workplace(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that the commands are given in, with a key and a database that nobody is in yet: made by the first
    command it would take most of a test's time, and tests/commands/test_private_files.py and test_windows.py have it so."""
    monkeypatch.chdir(tmp_path)
    Keyring.new().write(tmp_path / "haichieu.key")
    (tmp_path / "var").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "var/haichieu.db")
    return tmp_path
