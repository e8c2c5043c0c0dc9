"""How a bench prints: a plain table, and what was to be reached."""

from __future__ import annotations

from collections.abc import Sequence

ROWS = list[Sequence[str]]


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell: the first to the left, the rest to the right."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    print(f"\n{title}")
    for row in (heads, ["-" * width for width in widths], *rows):
        cells = [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def target(what: str, found: float, wanted: str, reached: bool) -> Sequence[str]:
    """One row of the last table."""
    return (what, f"{found:,.2f}", wanted, "reached" if reached else "not reached")


def show_targets(rows: Sequence[Sequence[str]]) -> None:
    show("To reach", ("figure", "found", "wanted", ""), rows)
