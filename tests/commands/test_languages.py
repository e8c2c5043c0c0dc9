"""The operator reads Vietnamese first: whatever a command says, and each page of its help; English where it was asked."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from bot.commands import invites, polls, roll  # noqa: F401 - importing them adds their commands
from bot.commands.main import app
from config.i18n import LANGUAGES, fold, language
from config.logging import configure
from handlers.operator import answers, causes, help_pages, tour_words
from tests.catalogs import placeholders
from tests.commands.test_windows import WINDOWS, windows
from tests.test_house_rules import CODE

ROOT = Path(__file__).resolve().parents[2]
TYPERS = ("usage", "error", "try '", "options", "arguments", "show this message", "default:", "required", "invalid value")
"""What Typer says by itself."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    configure("error")


def haichieu(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def commands(below: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Every command and group of commands, by its words."""
    yield " ".join(path), below
    for name, one in getattr(below, "commands", {}).items():
        yield from commands(one, *path, name)


ALL = dict(commands(get_command(app)))


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert set(ALL) == set(help_pages.PAGES)
    for name, page in help_pages.PAGES.items():
        assert [below for below, _ in page.commands] == [] or {below for below, _ in page.commands} == set(
            ALL[name].commands
        )


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_page_tells_of_everything_its_command_takes(name: str) -> None:
    """And of nothing else."""
    takes = [param for param in ALL[name].params if param.name != "help"]
    told = [term.strip("[]").split()[0] for term, _ in help_pages.PAGES[name].takes]
    assert {term for term in told if term.startswith("-")} == {
        param.opts[0] for param in takes if param.param_type_name == "option"
    }
    arguments = [param for param in takes if param.param_type_name == "argument"]
    assert len([term for term in told if not term.startswith("-")]) == len(arguments)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", sorted(ALL))
def test_a_page_fits_a_console_and_bears_an_example(name: str, code: str) -> None:
    result = haichieu(*name.split(), "--help", "--lang", code)
    assert (result.exit_code, result.stderr) == (0, "")
    page = result.stdout.splitlines()
    assert len(page) <= 25 and max(map(len, page)) <= 80, "the window of a console that nobody has made larger"
    assert result.stdout.strip() == help_pages.page(language(code), name)
    assert f"  {help_pages.PAGES[name].example}" in page
    assert not [word for word in TYPERS if word in result.stdout.lower()]
    assert ("tiếng Việt" in page[-1]) == (code == "en"), "how to read the other language is said in it"


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_example_can_be_typed_as_it_stands(name: str) -> None:
    """Read by the command itself, as far as its own work."""
    words = shlex.split(help_pages.PAGES[name].example)
    assert words.pop(0) == "haichieu" and " ".join(words).startswith(name)
    if words[-1] == "--help":
        assert " ".join(words[:-1]) in ALL
        return
    path = max((known for known in ALL if " ".join(words).startswith(known)), key=len)
    rest = words[len(path.split()) :]
    parent = get_command(app).make_context("haichieu", list(words))
    read = ALL[path].make_context(path, rest, parent=parent)
    assert not read.args


@pytest.mark.parametrize(
    ("words", "vietnamese", "english"),
    [
        (["nothing"], "Không có lệnh “nothing”. Xem cách dùng: `haichieu --help`.", "There is no command “nothing”."),
        (["keys", "nothing"], "Không có lệnh “nothing”. Xem cách dùng: `haichieu keys --help`.", "no command “nothing”"),
        (["run", "--nothing"], "Lệnh này không có tùy chọn --nothing.", "There is no option --nothing here."),
        (["demo", "--port"], "Sau --port cần một giá trị.", "--port needs a value behind it."),
        (
            ["demo", "--port", "abc"],
            "Giá trị của --port CỔNG không dùng được: cổng của trang; 0 là cổng bất kỳ.",
            "--port PORT",
        ),
        (["demo", "--port", "70000"], "Giá trị của --port CỔNG không dùng được", "--port PORT cannot be what stands there"),
        (
            ["invites", "--slips", "-1"],
            "Giá trị của --slips SỐ không dùng được",
            "--slips COUNT cannot be what stands there",
        ),
        (["poll", "verify", "--hash", "1"], "Còn thiếu TỆP: danh sách mã đã công bố", "FILE is missing: the list of codes"),
        (["poll", "verify", "x"], "Còn thiếu --hash SỐ-KIỂM-TRA: ", "--hash NUMBER is missing: "),
        (["migrate", "x"], "Dòng lệnh thừa một từ. Xem cách dùng: `haichieu migrate --help`.", "one word too many"),
        (["run", "--lang", "fr"], "--lang chỉ nhận: vi, en.", ""),
        (["run", "--lang"], "--lang chỉ nhận: vi, en.", ""),
    ],
)
def test_a_line_that_cannot_be_understood(words: list[str], vietnamese: str, english: str) -> None:
    result = haichieu(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert line.startswith(vietnamese)
    assert not [word for word in TYPERS if word in line.lower()]
    if english:
        result = haichieu("--lang=en", *words)
        assert result.exit_code == 2
        assert english in result.stderr


@pytest.mark.parametrize(
    "words", [("--lang", "en", "keys", "new"), ("keys", "--lang=en", "new"), ("keys", "new", "--lang", "en")]
)
def test_english_is_asked_for_anywhere_on_the_line(words: tuple[str, ...]) -> None:
    assert "seals from now on" in haichieu(*words).stdout
    assert "từ nay khóa số 2 niêm phong dữ liệu" in haichieu("keys", "new").stdout, "for that line only"


def test_english_is_set_for_good(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "haichieu.toml").write_text('lang = "en"\n')
    assert haichieu("run").stderr.startswith("The key file haichieu.key is not there")
    assert haichieu("run", "--lang", "vi").stderr.startswith("Không có tệp chìa khóa haichieu.key")
    monkeypatch.setenv("HAICHIEU_LANG", "vi")
    assert haichieu("run").stderr.startswith("Không có tệp chìa khóa haichieu.key"), "the environment wins over the file"
    monkeypatch.setenv("HAICHIEU_LANG", "fr")
    assert haichieu("run").stderr == "HAICHIEU_LANG: phải là một trong: vi, en.\n"
    assert haichieu("--help").exit_code == 0
    monkeypatch.delenv("HAICHIEU_LANG")
    (home / "haichieu.toml").write_text("lang = [\n")
    assert haichieu("run").stderr.startswith("Không đọc được haichieu.toml: ")


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("WEB__PORT", "x", "HAICHIEU_WEB__PORT: phải là số nguyên.\n"),
        ("WEB__PORT", "65536", "HAICHIEU_WEB__PORT: không được quá 65535.\n"),
        ("LIMITS__FILINGS", "0", "HAICHIEU_LIMITS__FILINGS: phải từ 1 trở lên.\n"),
        ("LOG_LEVEL", "loud", "HAICHIEU_LOG_LEVEL: phải là một trong: debug, info, warning, error.\n"),
        ("OFFICERS__CONFIRM", "perhaps", "HAICHIEU_OFFICERS__CONFIRM: phải là true hoặc false.\n"),
        ("WEB__HOST", "", "HAICHIEU_WEB__HOST: không được để trống.\n"),
        ("TELEGRAM__PER_SECOND", "many", "HAICHIEU_TELEGRAM__PER_SECOND: phải là một số.\n"),
        ("TELEGRAM__TOKEN", "x", "HAICHIEU_TELEGRAM__TOKEN: phải là token BotFather đã cấp, dạng 123456:ABC….\n"),
        ("TELEGRAM_TOKEN", "x", "Hai Chiều không có cài đặt HAICHIEU_TELEGRAM_TOKEN; README liệt kê các cài đặt.\n"),
        ("TELEGRAM__MODE", "webhook", "Cần HAICHIEU_TELEGRAM__WEBHOOK_SECRET khi HAICHIEU_TELEGRAM__MODE là webhook.\n"),
    ],
)
def test_a_wrong_setting_is_named_in_vietnamese(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, sentence: str
) -> None:
    if value == "webhook":
        monkeypatch.setenv("HAICHIEU_TELEGRAM__TOKEN", "123456:geheim")
    monkeypatch.setenv(f"HAICHIEU_{setting}", value)
    result = haichieu("migrate")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", sentence)


def test_the_doctor_speaks_vietnamese_and_its_verdicts_stand_below_each_other() -> None:
    haichieu("keys", "new")
    result = haichieu("doctor")
    assert result.exit_code == 0, result.output
    assert all(line.startswith("ổn  ") for line in result.stdout.splitlines())
    assert "chưa có gì: `haichieu import` hoặc `haichieu run` sẽ tạo" in result.stdout
    assert "giờ Việt Nam" in result.stdout
    assert haichieu("migrate").stdout.startswith("Cơ sở dữ liệu chưa có gì, nay ở phiên bản ")
    assert haichieu("officers", "confirm").stdout == "Không có ai đang chờ xác nhận.\n"
    assert haichieu("invites", "--unit", "X").stderr == "Không có đơn vị X.\n"


def test_what_is_read_by_programs_is_the_same_in_every_language() -> None:
    """Exit codes and the head of the list of codes: a union's own sheets go by them."""
    haichieu("keys", "new")
    for code in LANGUAGES:
        assert haichieu("invites", "--csv", "--lang", code).stdout == "code,unit,staff_code,link\n"
        assert haichieu("invites", "--unit", "X", "--lang", code).exit_code == 1
        assert haichieu("import", "--sample", ".", "--lang", code).stdout.split() == [
            "organisation.xlsx", "units.csv", "people.csv"]  # fmt: skip


def test_why_a_file_cannot_be_had_is_said_in_vietnamese(home: Path) -> None:
    haichieu("keys", "new")
    assert haichieu("import", "nofile.xlsx").stderr.startswith("nofile.xlsx: không đọc được (không có)")
    assert haichieu("poll", "verify", ".", "--hash", "x").stderr == "Không đọc được . (đó là thư mục).\n"
    (home / "taken").write_text("")
    assert haichieu("import", "--sample", "taken/below").stderr == "Không ghi được taken/below (tên này đã có).\n"
    assert causes.cause(language("vi"), 9999) == "Unknown error 9999"


@pytest.mark.parametrize("console", ["cp1252", "cp1258"])
def test_every_letter_survives_the_old_consoles(home: Path, console: str) -> None:
    """Standard output and standard error, as they come to a file or a pipe there."""
    assert "Tạo mã tham gia" in windows(home, "--help", console=console).stdout.decode("utf-8")
    assert "Không có lệnh “nothing”" in windows(home, "nothing", console=console).stderr.decode("utf-8")
    assert "Không có tệp chìa khóa" in windows(home, "migrate", console=console).stderr.decode("utf-8")
    assert "reconfigure" not in WINDOWS, "played here is the console, not the remedy"


SAID = {"text": answers.TEXTS, "say": answers.TEXTS, "tell": answers.TEXTS, "answers.text": answers.TEXTS,
        "speaking.text": answers.TEXTS, "tour_words.text": tour_words.TEXTS, "TourError": tour_words.TEXTS}  # fmt: skip


def test_everything_that_is_said_has_its_words_and_what_they_name() -> None:
    """Also where no test comes: a refusal that nobody meets before the union does must not end in a traceback."""
    met = 0
    for path in CODE:
        if path.parent.name not in ("commands", "demo"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or (texts := SAID.get(ast.unparse(node.func))) is None:
                continue
            keys = [part.value for one in node.args for part in ast.walk(one) if isinstance(part, ast.Constant)]
            given = {word.arg for word in node.keywords}
            for key in keys:
                if isinstance(key, str) and key and not key.startswith("key_file_"):
                    assert key in texts, f"{path.name}, line {node.lineno}: {key}"
                    assert placeholders(texts[key]) <= given, f"{path.name}, line {node.lineno}: {key}"
                    met += 1
    assert met > 50


def test_a_misspelt_command_is_not_guessed() -> None:
    """Typer would suggest one, in English."""
    assert fold(haichieu("invite").stderr).startswith("khong co lenh")
    with pytest.raises(typer.TyperException):
        get_command(app).main(["nothing"], standalone_mode=False)
