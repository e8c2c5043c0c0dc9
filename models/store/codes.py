"""Codes that people read aloud and write down: of a case, a notice, a poll."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Executable

from models.store.database import Session


def free(session: Session, taken: Executable, draw: Callable[[], str]) -> str:
    """A code that no row has: drawn until `taken`, a question with the parameter `code`, finds none. In a province with
    200,000 cases one random code in 740 is taken."""
    while True:
        code = draw()
        if session.connection().execute(taken, {"code": code}).first() is None:
            return code
