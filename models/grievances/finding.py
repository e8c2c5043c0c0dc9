"""Finding a case again: by its code, by words, by where it stands; closed ones too.

Searched is only what this officer may see, at this moment. Words are sealed, so they are opened one by one, compared, and
forgotten: there is no index, because an index is a second copy of the words that no key protects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from config import keyboards
from config.i18n import LANGUAGES, fold
from config.tables import table
from models.grievances import access, work
from models.grievances.cases import OPEN, Grievance, entries, text_of
from models.store.database import Session

Kind = Literal["owed", "waits", "closed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LOOKED_THROUGH = 500
"""The newest cases that a search for words opens."""
_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """`is_all`: whether everything was looked through."""

    cases: Sequence[Grievance]
    is_all: bool = True


def codes(wanted: str) -> list[str]:
    """The codes that this may be, with or without `PA-` in front and the dash."""
    read = [*keyboards.readings(wanted, _LETTERS, front="PA"), *keyboards.readings(wanted, _LETTERS)]
    return [f"PA-{code}" for code in read]


def by_words(session: Session, person_id: str, wanted: str, now: datetime) -> Found:
    """The cases with this code, else those in which all these words stand, the newest first."""
    for code in codes(wanted):
        if (case := access.for_officer(session, person_id, code, now)) is not None:
            return Found([case])
    words = fold(wanted).split()
    theirs = access.all_of(session, person_id, now)
    found = [case for case in theirs[:LOOKED_THROUGH] if all(word in _text(session, case) for word in words)]
    return Found(found, len(theirs) <= LOOKED_THROUGH)


def _text(session: Session, case: Grievance) -> str:
    names = [table("categories")[case.category][language] for language in LANGUAGES]
    return fold("\n".join([*names, *(text_of(session, entry) for entry in entries(session, case.id))]))


def by_kind(session: Session, person_id: str, kind: Kind, now: datetime) -> Found:
    """The cases that stand so: open ones in their order, closed ones the newest first."""
    if kind != "closed":
        wanted = work.OWED if kind == "owed" else ("waits",)
        return Found([one.case for one in work.waiting(session, person_id, now) if one.group in wanted])
    return Found([case for case in access.all_of(session, person_id, now)[:] if case.state not in OPEN])
