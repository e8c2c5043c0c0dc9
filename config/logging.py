"""Structured logs that cannot give anybody away: only keys on a short list pass, and no exception's own words.

An error's message may quote a row, a URL with a token or a worker's sentence; its class and the places it came through say
enough to mend it.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

# What a log line may say. No text, name, phone, chat id or token has a key here.
KEYS = frozenset(
    {
        *("event", "level", "timestamp", "logger", "line", "lane", "state", "error", "where", "status", "count"),
        *("seconds", "setting", "attempt", "method", "job", "host", "port", "version", "reason"),
        *("round", "kind", "code", "limit", "why"),
    }
)


_PLAIN = re.compile(r"[\w .,:;/<>=()+-]{0,400}", re.ASCII)


class NotAllowed(Exception):
    """A log line has a key that is not on the list: it would be dropped without a word."""


def _all_known(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if unknown := entry.keys() - KEYS:
        raise NotAllowed(", ".join(sorted(unknown)))
    return entry


def _only_known(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if _is_harmless(value) else "(withheld)" for key, value in entry.items() if key in KEYS}


def _is_harmless(value: Any) -> bool:
    """Numbers, and short plain words of our own; nobody's sentence, and no id in disguise."""
    return not isinstance(value, str) or _PLAIN.fullmatch(value) is not None


def _name_exception(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turns exc_info into the error's class and the functions it came through, without its message."""
    given = entry.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        entry["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        entry["where"] = " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)
    return entry


class _Plain(logging.Handler):
    """Other libraries' log records: their level, logger and error class, never their message, which may hold a URL."""

    def emit(self, record: logging.LogRecord) -> None:
        entry = structlog.get_logger().bind(logger=record.name)
        method = getattr(entry, record.levelname.lower(), entry.info)
        method("library", exc_info=record.exc_info or None)


def configure(level: str, *, strict: bool = False) -> None:
    """Sends everything to standard error as one JSON object a line, from `level` up. `strict`: a key that may not be logged
    raises `NotAllowed`, as in every test, instead of being left out."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_exception,
            *([_all_known] if strict else []),
            _only_known,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Plain()]
    root.setLevel(max(number, logging.WARNING))
