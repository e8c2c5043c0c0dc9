"""Saying something to whoever typed a command: in their language, which the command line has found out before anything else.

What is said is composed in handlers/operator; here it only reaches the screen. Standard output has what was asked for,
standard error what went wrong, so that a file that output is sent to holds nothing else.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import NoReturn

import typer

from config.i18n import DEFAULT, Language, language
from handlers.operator import answers
from handlers.operator.causes import cause

_reads: ContextVar[str] = ContextVar("reads", default=DEFAULT)


def speak(code: str) -> None:
    """From now on what is said is said in this language."""
    _reads.set(code)


def reader() -> Language:
    return language(_reads.get())


def text(what: str, **values: object) -> str:
    return answers.text(reader(), what, **values)


def say(what: str, **values: object) -> None:
    print(text(what, **values))


def tell(what: str, **values: object) -> None:
    """Says it beside the output, not in it."""
    print(text(what, **values), file=sys.stderr)


def why(error: OSError) -> str:
    return cause(reader(), error.errno)


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
