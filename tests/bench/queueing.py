"""How long a ledger takes to be written, and how much memory: `models.broadcasts.lifecycle.begin` in a process of its own.

`python -m tests.bench.queueing <database url> <key file> <broadcast id>`
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.broadcasts import lifecycle
from models.store.database import Database
from models.store.sealing import Keyring
from tests.bench import members
from tests.bench.processes import Child


@dataclass(frozen=True, slots=True)
class Queued:
    """`grown`: MiB of memory at the peak of writing it, above what the process had before."""

    count: int
    size: int
    seconds: float
    grown: float

    def told(self) -> str:
        return f"queueing {self.count:,}: {self.size:,} rows in {self.seconds:.1f} s, {self.grown:.1f} MiB more at the peak"


def run(count: int) -> Queued:
    """Seeds a union, and queues one notice to all of it."""
    with tempfile.TemporaryDirectory(prefix="haichieu-queueing-") as name:
        directory, keyring = Path(name), Keyring.new()
        keyring.write(directory / "haichieu.key")
        url = f"sqlite:///{directory}/haichieu.db"
        database = Database(url, keyring)
        known = members.seed(database, count)
        with database.transaction() as session:
            broadcast_id = members.announce(session, known, datetime.now(UTC))
        database.close()
        told = (url, str(directory / "haichieu.key"), broadcast_id)
        with Child(directory, "tests.bench.queueing", *told) as child:
            return Queued(count, **json.loads(child.first_line()))


def memory(name: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def _begin(url: str, key_file: str, broadcast_id: str) -> None:
    database = Database(url, Keyring.read(Path(key_file)))
    with database.reading() as session:
        lifecycle.due(session, datetime.now(UTC))  # everything is imported and connected
    before, began = memory("VmRSS"), time.perf_counter()
    with database.transaction() as session:
        row = lifecycle.begin(session, broadcast_id, [members.LINE], datetime.now(UTC))
        assert row is not None
    passed = time.perf_counter() - began
    print(json.dumps({"size": row.size, "seconds": passed, "grown": memory("VmHWM") - before}), flush=True)
    database.close()


if __name__ == "__main__":
    _begin(*sys.argv[1:])
