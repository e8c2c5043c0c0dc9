"""An officer away for some days names a colleague who handles the unit's cases meanwhile; it ends by itself, or at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, unless_unchanged
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import unit_name
from models.messages.outbox import Letter
from models.people import offices, persons, rights, units
from models.people.offices import Office
from models.trust import audit

_DAYS = (1, 3, 7, 14)
_ENDED = "end"


def _own(turn: Turn) -> Office | None:
    """The office that can be lent: the first one held in one's own right."""
    return next(
        (held for held in turn.offices if held.deputy_for is None and rights.units_of([held], rights.LEND_OFFICE)), None
    )


def _candidates(turn: Turn) -> list[persons.Person]:
    """Officers of the unit and of the units above it up to the grassroots union, and their colleagues in other teams."""
    own = _own(turn)
    assert own is not None
    listed = [own.unit_id, *units.below(turn.session, units.grassroots_of(turn.session, own.unit_id).id)]
    found: dict[str, persons.Person] = {}
    for unit_id in listed:
        for _account, somebody, _office in offices.officers_of(turn.session, unit_id, turn.now.date()):
            if somebody.id != turn.member.person_id:
                found[somebody.id] = somebody
    return list(found.values())


def _listed(turn: Turn) -> Sequence[Choice]:
    return [Choice(one.id, persons.name_of(turn.session, one)) for one in _candidates(turn)]


def _who(turn: Turn) -> Sequence[Choice]:
    choices = []
    own = _own(turn)
    if own is not None and offices.deputies(turn.session, own.id, turn.now.date()):
        choices.append(Choice(_ENDED, turn._("I am back: end it now")))
    return [*choices, Choice("cancel", turn._("Cancel"), "quiet")]


def _days(turn: Turn) -> Sequence[Choice]:
    choices = [Choice(str(n), turn.language.ngettext("{count} day", "{count} days", n)) for n in _DAYS]
    return [*choices, Choice("cancel", turn._("Cancel"), "quiet")]


def _finish(turn: Turn) -> None:
    own = _own(turn)
    assert own is not None
    today = turn.now.date()
    if turn.answers["who"] == _ENDED:
        offices.end_deputies(turn.session, own.id, today)
        audit.note(turn.session, turn.member.person_id, "back", own.id, turn.now)
        menu.show(turn, turn._("Welcome back, comrade. The cases are yours again."))
        return
    chosen, until = turn.answers["who"], today + timedelta(days=int(turn.answers["days"]))
    offices.deputise(turn.session, own, chosen, today, until)
    audit.note(turn.session, turn.member.person_id, "deputise", chosen, turn.now)
    mine = persons.name_of(turn.session, turn.session.get_one(persons.Person, turn.member.person_id))
    where = unit_name(turn.session, own.unit_id)
    for account, somebody, _office in offices.officers_of(turn.session, own.unit_id, today):
        if somebody.id == chosen:
            reader = reader_of(turn.session, account)
            text = reader.gettext(
                "Comrade, until {day} you handle the cases of {unit} for {name}.",
                day=f"{until:%d/%m/%Y}",
                unit=where,
                name=mine,
            )
            tell(turn.session, account, Letter(text, in_office=True), turn.now)
    name = persons.name_of(turn.session, turn.session.get_one(persons.Person, chosen))
    menu.show(
        turn, turn._("{name} handles the cases of {unit} until {day}.", name=name, unit=where, day=f"{until:%d/%m/%Y}")
    )


CONVERSATIONS = (
    Conversation(
        "away",
        _finish,
        (
            Question(
                "who",
                lambda turn: turn._("Who shall handle your cases while you are away, comrade?"),
                _who,
                chosen=unless_unchanged,
                listed=_listed,
            ),
            Question(
                "days",
                lambda turn: turn._("For how long?"),
                _days,
                chosen=unless_unchanged,
                when=lambda turn: turn.answers.get("who") != _ENDED,
            ),
        ),
        allowed=lambda turn: _own(turn) is not None,
        in_office=True,
    ),
)
