"""`haichieu calendar`: what the union's clerk reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.demo import union
from config.logging import configure
from models.store.database import Database
from models.store.sealing import Keyring


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A machine of its own, with the sample union."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAICHIEU_KEY_FILE", "haichieu.key")
    monkeypatch.setenv("HAICHIEU_DATABASE_URL", "sqlite:///haichieu.db")
    runner = CliRunner()
    for words in (["keys", "new"], ["migrate"]):
        assert runner.invoke(app, words).exit_code == 0
    database = Database(f"sqlite:///{tmp_path}/haichieu.db", Keyring.read(tmp_path / "haichieu.key"))
    with database.transaction() as session:
        union.found(session)
    database.close()
    return runner


@pytest.fixture(autouse=True)
def _quiet() -> object:
    yield
    configure("error")


def test_a_year_is_printed_with_the_reason_of_each_day(runner: CliRunner) -> None:
    result = runner.invoke(app, ["calendar", "songlam-may1", "2027"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Ngày nghỉ năm 2027 · Tổ may 1"
    assert "06/02/2027  Thứ Bảy    Tết Nguyên Đán" in lines
    assert "10/02/2027  Thứ Tư     Nghỉ bù ngày 07/02/2027 (Mùng hai Tết Nguyên Đán)" in result.stdout
    assert "14/02/2027  Chủ nhật   Ngày nghỉ hằng tuần" in lines
    # 52 Sundays, one of them a holiday; 11 holidays; one day instead
    assert lines[-1] == "63 ngày nghỉ; mỗi ngày làm việc 8 giờ 00 phút."
    assert len(lines) == 65


def test_a_unit_that_is_not_there_is_one_sentence(runner: CliRunner) -> None:
    result = runner.invoke(app, ["calendar", "NOWHERE", "2027"])
    assert (result.exit_code, result.stderr) == (1, "Không có đơn vị NOWHERE.\n")
    assert runner.invoke(app, ["calendar", "SONGLAM", "1999"]).exit_code == 2
