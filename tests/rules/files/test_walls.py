"""The process in which files are opened: what it can do when somebody else has taken it over, and what a bomb costs."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands import doctor
from bot.files.cleaning import Refused, apart, walls
from config.i18n import language
from handlers.operator import findings
from models.store.sealing import Keyring
from tests import sample_files as files
from tests.traces import pdfs, sheets, words

ROOT = Path(__file__).resolve().parents[3]
TAKEN_OVER = """
import json, os, socket, subprocess, sys, threading
from bot.files.cleaning import walls
wall, key, mine = sys.argv[1:]
inherited = sorted(int(name) for name in os.listdir("/proc/self/fd"))
{"all": lambda: walls.close(5), "bounds": lambda: walls.bounds(5), "landlock": walls.landlock, "seccomp": walls.seccomp,
 "none": lambda: None}[wall]()
tried = {
    "key": lambda: open(key, "rb").read(),
    "passwd": lambda: open("/etc/passwd").read(),
    "parent": lambda: open(f"/proc/{mine}/environ", "rb").read(),
    "list": lambda: os.listdir("/"),
    "write": lambda: open(key + ".new", "w"),
    "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", 9)),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "unix": lambda: socket.socket(socket.AF_UNIX).connect("/tmp/nothing"),
    "fork": lambda: os.fork() or os._exit(0),
    "signal": lambda: os.kill(int(mine), 0),
    "delete": lambda: os.unlink(key),
    "memory": lambda: len(bytes(2 * 2**30)),
}
done = []
for name, act in tried.items():
    try:
        act()
        done.append(name)
    except ConnectionRefusedError:
        done.append(name)
    except (OSError, MemoryError):
        pass
os.write(1, json.dumps([inherited, done]).encode() + b"\\n")
try:
    os.execv("/bin/echo", ["echo", "program"])
except OSError:
    os._exit(0)
"""


def could(wall: str, key: Path) -> tuple[list[int], set[str]]:
    """What a program can do behind a wall, and which files it had open before."""
    command = [sys.executable, "-P", "-c", TAKEN_OVER, wall, str(key), str(os.getpid())]
    said = subprocess.run(command, capture_output=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    first, _, second = said.stdout.partition(b"\n")
    inherited, done = json.loads(first)
    return inherited, {*done, *second.decode().split()}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "haichieu.key"
    Keyring.new().write(path)
    return path


def test_behind_all_walls_nothing_can_be_reached(key: Path) -> None:
    inherited, done = could("all", key)
    assert done == set()
    assert inherited[:3] == [0, 1, 2] and len(inherited) == 4, "its own three, and the folder it is just listing"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has them")
@pytest.mark.parametrize(
    ("wall", "open_"),
    [
        ("landlock", {"udp", "fork", "memory"}),
        ("seccomp", {"memory"}),
        ("bounds", {"signal", "delete"} | ({"fork"} if os.geteuid() == 0 else set())),
    ],
)
def test_each_wall_by_itself(wall: str, open_: set[str], key: Path) -> None:
    """So that a machine that lacks one is known: the rest of the table is shut by the others."""
    done = could(wall, key)[1]
    assert done <= open_
    assert wall == "bounds" or "memory" in done, "only the limits bound memory: the test sees what is open"


def test_without_walls_the_same_program_reaches_everything(key: Path) -> None:
    """The table above bites."""
    done = could("none", key)[1]
    assert {"key", "passwd", "parent", "list", "write", "udp", "fork", "program", "signal", "delete", "memory"} <= done
    assert not key.exists()


async def test_a_file_is_cleaned_in_a_process_of_its_own() -> None:
    done = await apart.clean_apart(files.photo(), "photo")
    assert done.mime == "image/jpeg" and done.content.startswith(b"\xff\xd8\xff") and b"Exif" not in done.content
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(b"<html>", "photo")
    assert refused.value.why == "not_a_photo"


async def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(apart.SECONDS, "photo", 0.01)
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(files.photo(), "photo")
    assert refused.value.why == "large"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b'{"kind": "photo", "mime": "text/html"}\n<script>', "damaged"),
        (b'{"kind": "page", "mime": "image/jpeg"}\nx', "damaged"),
        (b'{"why": "<b>anything</b>"}\n', "damaged"),
        (b"[1]\n", "damaged"),
        (b"no json\n", "damaged"),
        (b"", "damaged"),
        (b'{"why": "locked"}\n', "locked"),
    ],
)
async def test_what_the_process_answers_is_not_trusted(
    answer: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it had been taken over: another program that says what it likes."""
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.stdin.buffer.read()\nsys.stdout.buffer.write({answer!r})\n")
    program.chmod(0o700)
    monkeypatch.setattr(apart.sys, "executable", str(program))
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(b"x", "photo")
    assert refused.value.why == why


async def test_an_answer_without_end_is_not_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\nimport os\nwhile True: os.write(1, bytes(2**20))\n")
    program.chmod(0o700)
    monkeypatch.setattr(apart.sys, "executable", str(program))
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(b"x", "photo")
    assert refused.value.why == "large"


async def test_its_folder_is_empty_and_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.tempfile, "tempdir", str(tmp_path))
    seen: list[tuple[int, list[str]]] = []
    began = asyncio.create_subprocess_exec

    async def watched(*command: str, cwd: str, **how: object) -> asyncio.subprocess.Process:
        seen.append((os.stat(cwd).st_mode & 0o777, os.listdir(cwd)))
        return await began(*command, cwd=cwd, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(apart.asyncio, "create_subprocess_exec", watched)
    await apart.clean_apart(files.photo(), "photo")
    assert seen == [(0o700, [])] and os.listdir(tmp_path) == []


def _many_cells() -> bytes:
    return sheets.xlsx(rows="".join(f'<row r="{row}">' + "<c><v>1</v></c>" * 250 + "</row>" for row in range(2, 1900)))


def _many_attributes() -> bytes:
    return words.docx("<w:p " + " ".join(f'a{at}="1"' for at in range(1_000_000)) + "/>")


# Made when their test begins: packed at import they cost every worker seconds, whatever it was to test.
BOMBS = {
    "a search without end": (files.slow, "large"),
    "the same where nobody looks": (lambda: words.docx(parts={"word/x.xml": "<absPath " * 8_000_000}), ""),
    "a part of 150 MB": (files.bomb, "large"),
    "a million and a half tags": (lambda: words.docx("<w:p/>" * 1_500_000), "large"),
    "a million attributes": (_many_attributes, "damaged"),
    "a hundred thousand deep": (lambda: words.docx("<w:sdt>" * 100_000), "damaged"),
    "half a million cells": (_many_cells, "large"),
    "text of one line": (lambda: b"a" * (20 << 20), ""),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_over_in_seconds(name: str) -> None:
    """Counted in time of the processor, which another program on this machine does not change much."""
    make, why = BOMBS[name]
    content = make()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        await apart.clean_apart(content, "document")
        said = ""
    except Refused as refused:
        said = refused.why
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert said == why
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10


async def test_what_goes_on_reckoning_is_ended_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of two million strokes: no count beforehand finds it out. One second instead of thirty, not to wait for it."""
    program = "import sys; from bot.files.cleaning import __main__ as child; child.SECONDS['document'] = 1; child.main()"
    strokes = b"0 0 m 200 200 l S 0 0 200 200 re f " * 2_000_000
    began = asyncio.create_subprocess_exec
    first: list[str] = []

    async def with_less(*command: str, **how: object) -> asyncio.subprocess.Process:
        first.extend(command)
        return await began(sys.executable, "-P", "-c", program, command[-1], **how)  # type: ignore[arg-type]

    monkeypatch.setattr(apart.asyncio, "create_subprocess_exec", with_less)
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(pdfs.pdf(content=strokes, compress_streams=True), "document")
    assert refused.value.why == "large" and first[-1] == "document"


def test_a_processor_is_left_to_whoever_waits() -> None:
    """Documents are the last to be given time."""
    from bot.files.cleaning.__main__ import NICE

    assert NICE["document"] > NICE["photo"] == NICE["voice"] > 0


async def test_the_doctor_says_which_walls_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = await doctor.cleaning()
    words_ = findings.said(language("en"), finding)
    assert finding.well and "no file, network or other process" in words_
    if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
        assert "seccomp" in words_
    for seen, well, said in [
        (apart.Walls(("limits",), ()), True, "no Landlock, seccomp"),
        (apart.Walls(("limits", "landlock"), ("network",)), False, "could reach the network"),
        (None, False, "does not start"),
    ]:

        async def look(seen: apart.Walls | None = seen) -> apart.Walls | None:
            return seen

        monkeypatch.setattr(apart, "look", look)
        finding = await doctor.cleaning()
        assert finding.well == well and said in findings.said(language("en"), finding)


def test_walls_are_named_for_machines_that_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls.sys, "platform", "darwin")
    assert walls.landlock() == 0 and not walls.seccomp()
