"""README's table of steps: what it promises of each job."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.stories.said import Said

README = Path(__file__).resolve().parents[2] / "README.md"
PROPERTY = "job"
TENS = 10
"""Heights are written in tens of pixels: the same letters are a little higher in another font."""
_ROW = re.compile(r"^\| ([^|]+?) \| (\d+) \| (\d+) px \|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Promise:
    """Taps and sent messages; and pixels of the highest message on the way."""

    steps: int
    height: int


def promised() -> dict[str, Promise]:
    return {job: Promise(int(steps), int(height)) for job, steps, height in _ROW.findall(README.read_text("utf-8"))}


def noted(values: Iterable[str]) -> list[tuple[str, Said]]:
    """What was shown on the way to each job."""
    return [(job, Said.load(one)) for value in values for job, shown in [json.loads(value)] for one in shown]


def in_tens(height: int) -> int:
    return -(-height // TENS) * TENS


def untrue(heights: Mapping[str, int]) -> list[str]:
    """Jobs of which README says another height than was measured, by more than ten pixels."""
    known = promised()
    wrong = [job for job in {*known, *heights} if job not in known or job not in heights]
    wrong += [job for job in {*known} & {*heights} if abs(known[job].height - in_tens(heights[job])) > TENS]
    return [f"README's table of steps: {job} is {in_tens(heights.get(job, 0))} px high" for job in sorted(wrong)]


def write(heights: Mapping[str, int]) -> None:
    def row(found: re.Match[str]) -> str:
        job, steps, before = found.groups()
        return f"| {job} | {steps} | {in_tens(heights.get(job, int(before)))} px |"

    README.write_text(_ROW.sub(row, README.read_text("utf-8")), "utf-8")
