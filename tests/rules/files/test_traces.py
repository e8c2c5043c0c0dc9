"""Every crafted file of tests/traces goes in with the trace of a person, and comes out without it, and still shows what it
showed."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from PIL import Image

from bot.files.cleaning import Clean, clean
from tests import traces
from tests.traces import RED, SEEN, Trace, holds
from tests.traces.refusals import NOT_KEPT
from tests.traces.voices import AMR_FRAMES, OPUS, RAW

EVERY = traces.every()
ROOT = Path(__file__).resolve().parents[3]
WALLED = """
import hashlib, json, os, pickle, sys
from bot.files.cleaning import Refused, __main__ as child, clean, walls
given = pickle.load(sys.stdin.buffer)
child.load("document")
walls.close(300)
def result(content, kind):
    try:
        return hashlib.sha256(clean(content, kind).content).hexdigest()
    except Refused as refused:
        return refused.why
done = [result(content, kind) for content, kind in given]
os.write(1, json.dumps([child.reachable(), done]).encode())
os._exit(0)
"""


def each() -> list[object]:
    return [pytest.param(trace, id=trace.name) for trace in EVERY]


def red(image: Image.Image, place: tuple[int, int]) -> bool:
    pixel = image.convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(shade - wanted) < 12 for shade, wanted in zip(pixel, RED, strict=True))


def is_seen(done: Clean) -> bool:
    """Whether a reader of the new file sees or hears what the old one showed. Read with other programs than wrote it."""
    file = io.BytesIO(done.content)
    match done.mime.rpartition(".")[2]:
        case "image/jpeg":
            return red(Image.open(file), (32, 24))
        case "document":
            return any(SEEN in paragraph.text for paragraph in docx.Document(file).paragraphs)
        case "sheet":
            return openpyxl.load_workbook(file).worksheets[0]["A1"].value == SEEN
        case "application/pdf":
            page = pypdfium2.PdfDocument(file)[0]
            return red(page.render(scale=1).to_pil(), (50, int(page.get_height()) - 50))
        case "audio/ogg":
            return all(packet[1:] in done.content for packet in OPUS)
        case "audio/aac":
            return all(packet in done.content for packet in RAW) and len(done.content) == 5 * 67
        case "audio/amr":
            return done.content == b"#!AMR\n" + b"".join(AMR_FRAMES)
        case "audio/mpeg":
            return len(done.content) == 3 * 417 and all(bytes([number]) * 413 in done.content for number in (1, 2, 3))
        case "audio/wav":
            return done.content[44:] == b"\1\2" * 400
    raise AssertionError(done.mime)


@pytest.mark.parametrize("trace", each())
def test_the_trace_is_gone_and_the_rest_is_seen(trace: Trace) -> None:
    assert holds(trace.content), "the sample must be one"
    done = clean(trace.content, trace.kind)
    assert not holds(done.content)
    assert is_seen(done)


def test_a_search_that_finds_nothing_would_be_noticed() -> None:
    assert not holds(b"BINH") and holds(b"PK" + "xBINHCANARYx".encode("utf-16-be")[2:])
    assert len(EVERY) > 36 + 20 and len({trace.name for trace in EVERY}) == len(EVERY)


def test_behind_the_walls_everything_comes_out_the_same() -> None:
    """One process for all of them: whatever a decoder looks for when it is first used must have been loaded before. That
    both say the same also shows that no time, number or name of this machine is written in."""
    refused = [
        Trace(f"not kept, {number}: {why}", kind, content() if callable(content) else content)
        for number, (content, kind, why) in enumerate(NOT_KEPT)
    ]
    given = pickle.dumps([(trace.content, trace.kind) for trace in (*EVERY, *refused)])
    command = [sys.executable, "-W", "ignore", "-P", "-c", WALLED]
    said = subprocess.run(command, input=given, capture_output=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert said.returncode == 0, said.stderr.decode()[-2000:]
    reached, done = json.loads(said.stdout)
    assert reached == []
    here = [hashlib.sha256(clean(trace.content, trace.kind).content).hexdigest() for trace in EVERY]
    here += [why for _, _, why in NOT_KEPT]
    assert [trace.name for trace, one, other in zip((*EVERY, *refused), here, done, strict=True) if one != other] == []
