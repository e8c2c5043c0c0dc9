"""The bench of a province runs to its end, at the size of a village. What it finds is not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import scale
from tests.bench.province import Size


async def test_every_row_is_measured_at_both_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("big", "small")]
    ratios = await scale.run(urls, (Size(200, 6, 12, 60), Size(100, 3, 6, 30)), 1)
    assert len(ratios) == 2 * (len(scale.ROWS) + len(scale.MEANWHILE))
    assert all(ratio > 0 for ratio in ratios)
    assert "20 events due" in capsys.readouterr().out
