"""Child processes of a bench: started, asked, measured and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
_BYTECODE = tempfile.TemporaryDirectory(prefix="haichieu-bench-bytecode-")
"""Compiled modules of all children: a start is timed as it is after the first, whatever this shell says about .pyc."""


def install(directory: Path, packages: Sequence[str]) -> Path:
    """Packages that only a bench needs, in a directory that goes with it; `Child(beside=…)` finds them before any other."""
    target = directory / "-".join(packages).replace("==", "-")
    if not target.exists():
        command = ["uv", "pip", "install", "--quiet", "--python", sys.executable, "--target", str(target), *packages]
        subprocess.run(command, cwd=directory, check=True)  # elsewhere: this project's versions are not for them
    return target


class Child:
    """`python -m …` in a directory of its own, from `with` to the end of its block. `beside`: of `install`."""

    def __init__(
        self, directory: Path, *arguments: str, env: Mapping[str, str] | None = None, beside: Path | None = None
    ) -> None:
        path = str(ROOT) if beside is None else f"{beside}{os.pathsep}{ROOT}"
        unwanted = ("HAICHIEU_", "PYTHONDONTWRITEBYTECODE")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        self.log = directory / f"{arguments[0]}.log"
        self.began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=directory,
                env={**clean, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": _BYTECODE.name, **(env or {})},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def first_line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.log.name} ended: {self.log.read_text()[-2000:]}")
        return line

    def memory(self) -> tuple[float, float]:
        """Resident MiB: (at its peak, now)."""
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if ":" in line
        )
        return tuple(int(status[name].split()[0]) / 1024 for name in ("VmHWM", "VmRSS"))  # type: ignore[return-value]

    def cpu(self) -> float:
        """Seconds of processor time so far, in all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class CrowdProcess(Child):
    """The load server, and a way to steer it."""

    def __init__(self, directory: Path, module: str = "tests.bench.crowd") -> None:
        super().__init__(directory, module)
        self.url: str = json.loads(self.first_line())["url"]

    def ask(self, name: str, what: Any = None) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/control/{name}", json.dumps(what or {}).encode())
        with urllib.request.urlopen(request, timeout=900) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def polled_at(self, bot: Child) -> float:
        """Seconds from the start of `bot` to its first getUpdates."""
        while (first := self.ask("state")["first_poll"]) is None:
            if bot.process.poll() is not None:
                raise RuntimeError(f"{bot.log.name} ended: {bot.log.read_text()[-2000:]}")
            time.sleep(0.05)
        return float(first) - bot.began
