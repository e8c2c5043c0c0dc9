"""Fields of an event that may hold anything: of another kind than is documented, they are as good as absent.

Alone in a file because channels do not import each other, and each of them reads what a stranger may have sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = whole.get(name)
    return inner if isinstance(inner, Mapping) else {}


def words(part: Mapping[str, Any], name: str) -> str | None:
    said = part.get(name)
    return said if isinstance(said, str) and said else None
