"""What a log line may say: keys on a short list, and in tests nothing else is even tried."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import structlog

from config.logging import KEYS, NotAllowed

ROOT = Path(__file__).resolve().parents[3]


def keys_of(source: str) -> set[str]:
    """The keys that are given to a logger."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    logged = (
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("debug", "info", "warning", "error")
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
    )
    return {keyword.arg for call in logged for keyword in call.keywords if keyword.arg} - {"exc_info"}


def test_every_key_that_is_logged_may_be() -> None:
    """“a round's key is not there” never said which: its key was not on the list, and left out without a word."""
    code = [path for room in ("bot", "handlers", "models", "config") for path in (ROOT / room).rglob("*.py")]
    logged = set().union(*(keys_of(path.read_text("utf-8")) for path in code))
    assert {"line", "error", "round", "why"} <= logged <= KEYS
    assert keys_of('log.error("lost", worker="An", exc_info=error)') == {"worker"}


def test_a_key_that_may_not_be_logged_fails() -> None:
    with pytest.raises(NotAllowed):
        structlog.get_logger().info("a grievance came", words="Tăng ca")
