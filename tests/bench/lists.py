"""A province's list of people, imported: 20,000 of them beside 2,000, by the real `haichieu import` in processes of its own.

First everybody is new; then the same file comes again and changes nothing. What counts is the ratio for each person: a list
ten times as long may take ten times as long.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from models.store.sealing import Keyring
from tests.bench import table
from tests.bench.processes import Child
from tests.rules.people.lists import PEOPLE, UNITS, book

AIM = 1.5
IN_A_UNION, TEAMS, LEADERS = 50, 4, 10
FIRST, AGAIN = "everybody is new", "the same file again"


def province(path: Path, people: int) -> Path:
    """A workbook with so many people, 50 in each grassroots union."""
    units = [UNITS[0], ["TINH", "Liên đoàn Lao động tỉnh", "ldld_tinh", "", ""]]
    listed = [PEOPLE[0]]
    for number in range(people // IN_A_UNION):
        units.append([f"CS{number}", f"Công đoàn cơ sở số {number}", "CĐCS", "TINH", "fdi"])
        units += [[f"CS{number}-{team}", f"Tổ {team}", "tổ", f"CS{number}", ""] for team in range(TEAMS)]
        for one in range(IN_A_UNION):
            role = "tổ trưởng" if one < LEADERS else ""
            listed.append([f"N{number}-{one}", f"Nguyễn Thị Người {one}", f"CS{number}-{one % TEAMS}", role, "vi"])
    return book(path, units, listed)


def imported(people: int) -> dict[str, float]:
    """Seconds of each step, with the start of a process in them."""
    with tempfile.TemporaryDirectory(prefix="haichieu-lists-") as name:
        directory = Path(name)
        Keyring.new().write(directory / "haichieu.key")
        path = province(directory / "list.xlsx", people)
        found = {}
        for step, said in ((FIRST, f"{people} new people"), (AGAIN, "Nothing changed")):
            began = time.monotonic()
            with Child(directory, "bot", "import", "--lang", "en", str(path)) as child:
                assert child.process.stdout is not None
                told = child.process.stdout.read()
                child.process.wait()
            found[step] = time.monotonic() - began
            assert said in told, f"{told}\n{child.log.read_text()[-2000:]}"
        return found


def main(*, quick: bool) -> None:
    """Measures and prints."""
    sizes = (500, 2_000) if quick else (2_000, 20_000)
    imported(IN_A_UNION)  # compiles, so that neither is the first
    small, large = (imported(people) for people in sizes)
    times = sizes[1] / sizes[0]
    heads = ("step", *(f"{people:,} people s" for people in sizes), "ratio for each")
    ratios = {step: large[step] / small[step] / times for step in large}
    rows = [(step, f"{small[step]:.2f}", f"{large[step]:.2f}", f"{ratios[step]:.2f}") for step in large]
    table.show("lists: `haichieu import` of a workbook", heads, rows)
    table.show_targets([table.target(step, ratio, f"<= {AIM}", ratio <= AIM) for step, ratio in ratios.items()])
