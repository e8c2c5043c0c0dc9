"""An officer has lost the phone: somebody above, or whoever runs the service, ends its chats and has a new code made.

The new chat is a claim like the first one, and confirmed by another than who had the code made (models.people.reissuing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.i18n import fold
from handlers.chat import menu, paging
from handlers.chat.conversation import Again, Choice, Conversation, Invalid, Question, Turn, take_text, unless_back
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import role_name
from handlers.people.officer_claims import stands_above
from models.anonymity import moments
from models.messages.notes import note
from models.messages.outbox import Letter
from models.people import offices, persons, reissuing, rights, units
from models.people.persons import Person
from models.store.database import Session


@note
@dataclass(slots=True)
class Wanted:
    """The name that was looked for, or a part of it."""

    name: str = ""


def may(turn: Turn) -> bool:
    """Whether there is anybody whose phone this officer could replace."""
    return bool(_units(turn))


def _units(turn: Turn) -> list[str]:
    """The units below those this officer stands above with it; of the topmost, it itself."""
    above = rights.below_of(turn.offices, rights.REISSUE)
    found = {unit_id: None for one in above for unit_id in sorted(units.below(turn.session, one) - {one})}
    for one in turn.units_with(rights.HEAR_OF_CLAIM):
        if len(units.path(turn.session, one)) == 1:
            found.setdefault(one)
    return list(found)


def _officers(turn: Turn) -> list[tuple[Person, str, units.Unit]]:
    """Who, in which role and where; by name. With a name that was looked for, only who bears it."""
    known: dict[str, tuple[Person, str, units.Unit]] = {}
    for held in offices.held_in(turn.session, _units(turn), turn.now.date()):
        if held.person_id not in known and held.person_id != turn.member.person_id:
            who = turn.session.get_one(Person, held.person_id)
            known[who.id] = who, held.role, units.get(turn.session, held.unit_id)
    wanted = fold(turn.notes(Wanted).name)
    named = [(persons.name_of(turn.session, row[0]), row) for row in known.values()]
    return [row for name, row in sorted(named, key=lambda pair: fold(pair[0])) if wanted in fold(name)]


def _who_text(turn: Turn) -> str:
    return turn._("Which officer has lost the phone, comrade? Tap a name, or write a part of it.")


def _who_listed(turn: Turn) -> Sequence[Choice]:
    return [
        Choice(who.id, f"{persons.name_of(turn.session, who)}, {role_name(turn.language, role)}, {unit.name}")
        for who, role, unit in _officers(turn)
    ]


def _who_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("back", turn._("Back")),)


def _who_typed(turn: Turn, text: str) -> str:
    wanted = turn.notes(Wanted)
    before, wanted.name = wanted.name, take_text(turn, text)[:80]
    if not _officers(turn):
        wanted.name = before
        raise Invalid(turn._("No officer below your unit has that name."))
    paging.from_the_first(turn, "who")
    raise Again


def _chosen(turn: Turn) -> Person | None:
    """Whom it is about, where this officer still stands above them."""
    who = turn.session.get(Person, turn.answers["who"])
    if who is None or who.id == turn.member.person_id:
        return None
    held = offices.held_by(turn.session, who.id, turn.now.date())
    return who if any(stands_above(turn, rights.REISSUE, one.unit_id) for one in held) else None


def _sure_text(turn: Turn) -> str:
    who = turn.session.get(Person, turn.answers["who"])
    return turn._(
        "{name}: every earlier phone is put out at once, and a new code is made. With it they join again, and another "
        "officer above than you, or whoever runs the service, has to confirm it. The other officers are told.",
        name=persons.name_of(turn.session, who) if who is not None else "",
    )


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Put out, and make a code")), Choice("back", turn._("Back")))


def _finish(turn: Turn) -> None:
    who = _chosen(turn)
    at = moments.tonight(turn.now, turn.site.relay_minutes)
    by = turn.member.person_id
    code = reissuing.reissue(turn.session, who, turn.now, at, by) if who is not None else None
    if who is None or code is None:
        menu.show(turn, turn._("This is not open to you, or is over by now."))
        return
    announce(turn.session, who, turn.now, by)
    menu.show(
        turn,
        turn._(
            "The new code of {name}: {code}\n\nPlease give it to them in person, comrade. It works once.",
            name=persons.name_of(turn.session, who),
            code=f"{code[:4]}-{code[4:]}",
        ),
    )


def announce(session: Session, officer: Person, now: datetime, by: str = "") -> None:
    """Tells the officers of the units and those above, each once; not who had it done, who knows."""
    told: set[str] = {by, officer.id}
    for held in offices.held_by(session, officer.id, now.date()):
        path = units.path(session, held.unit_id)
        for named in path:
            for account, somebody, _office in offices.officers_of(session, named.id, now.date(), rights.HEAR_OF_CLAIM):
                if somebody.id not in told:
                    reader = reader_of(session, account)
                    text = reader.gettext(
                        "{name}, {role}, {unit}, gets a new code: the earlier phone was lost and is put out. If you know "
                        "nothing of it, please ask them in person.",
                        name=persons.name_of(session, officer),
                        role=role_name(reader, held.role),
                        unit=path[0].name,
                    )
                    tell(session, account, Letter(text, in_office=True), now)
            told |= {row[1].id for row in offices.officers_of(session, named.id, now.date(), rights.HEAR_OF_CLAIM)}


def by_operator(session: Session, staff_code: str, now: datetime, minutes: tuple[int, int]) -> tuple[str, str] | None:
    """The operator's: the name and the new code; None where nobody with that staff code holds an office."""
    officer = reissuing.of_staff_code(session, staff_code)
    code = reissuing.reissue(session, officer, now, moments.tonight(now, minutes)) if officer is not None else None
    if officer is None or code is None:
        return None
    announce(session, officer, now)
    return persons.name_of(session, officer), code


CONVERSATIONS = (
    Conversation(
        "lost_phone",
        _finish,
        (
            Question("who", _who_text, _who_choices, check=_who_typed, chosen=unless_back, listed=_who_listed),
            Question("sure", _sure_text, _sure_choices, chosen=unless_back),
        ),
        allowed=may,
        in_office=True,
    ),
)
