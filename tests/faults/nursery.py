"""Where the processes of crash tests come from: the test's end of tests.faults.victim."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Life:
    """One process of the service, from its start to its end."""

    name: str
    pid: int = 0
    code: int | None = None


class Nursery:
    """Gives birth to service processes (tests.faults.victim) and learns how they end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._lives: dict[str, Life] = {}
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        assert self._ready.wait(30)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "name" not in said:
                self._ready.set()
            elif "pid" in said:
                self._lives[said["name"]].pid = said["pid"]
            else:
                self._lives[said["name"]].code = said["code"]

    def bear(self, env: dict[str, str], log: Path, **job: Any) -> Life:
        life = Life(f"{len(self._lives)}")
        self._lives[life.name] = life
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"name": life.name, "env": env, "log": str(log), **job}) + "\n")
        self._process.stdin.flush()
        return life

    def close(self) -> None:
        """Everything it bore dies with it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()
