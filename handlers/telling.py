"""“Told in person”: the team leader ticks names on the full roll of the team, whoever has a phone here and whoever has not.

The roll shows nobody's phone, and a tick changes no count of chats: it is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.i18n import HERE
from handlers import audiences, desk, notices
from handlers.conversation import (
    Again,
    Choice,
    Conversation,
    Invalid,
    Question,
    Turn,
    is_officer,
    open_token,
    unless_unchanged,
)
from models import broadcast, ledger, unit
from models.broadcast import Broadcast
from models.message import Option
from models.person import Person, name_of

_SHOWN = 6
_PAGE = 20


def _rows(turn: Turn) -> list[Broadcast]:
    """What this officer was sent or their units sent: a team hears what its leader hears."""
    sent = [row for row in broadcast.of_units(turn.session, desk.handled(turn), most=_SHOWN) if row.state in broadcast.SENT]
    heard = ledger.of_person(turn.session, turn.member.person_id, most=_SHOWN)
    found = {row.id: row for row in (*heard, *sent) if not row.totals}
    return sorted(found.values(), key=lambda row: row.started_at or row.send_at, reverse=True)[:_SHOWN]


def _which(turn: Turn) -> str:
    return turn._("Which notice did you tell in person, comrade?") if _rows(turn) else turn._("There is no notice to tell.")


def _choices(turn: Turn) -> Sequence[Choice]:
    found = [Choice(row.id, f"{row.code} · {notices.kind_name(turn.language, row.kind)}") for row in _rows(turn)]
    return [*found, Choice("cancel", turn._("Cancel"))]


def _teams(turn: Turn) -> list[unit.Unit]:
    """The officer's own units with people on the roll in them."""
    return [one for one in audiences.own_units(turn) if unit.takes_workers(turn.session, one)]


def _roll(turn: Turn) -> list[tuple[Person, bool]]:
    return [
        pair
        for team in _teams(turn)
        for pair in sorted(
            ledger.roll(turn.session, turn.answers["which"], team.id), key=lambda pair: name_of(turn.session, pair[0])
        )
    ]


def _page(turn: Turn) -> int:
    return int(turn.answers.get("page", "0"))


def _ticks(turn: Turn) -> str:
    roll, row = _roll(turn), broadcast.get(turn.session, turn.answers["which"])
    assert row is not None
    if not roll:
        return turn._("Your team has nobody by name on the roll for {code}, comrade.", code=row.code)
    lines = [
        turn._("Who did you tell {code} in person? Write the numbers of their names, for example: 1 3 5.", code=row.code)
    ]
    for number, (person, told) in enumerate(roll, 1):
        if _page(turn) * _PAGE < number <= (_page(turn) + 1) * _PAGE:
            lines.append(f"{'●' if told else '○'} {number}. {name_of(turn.session, person)}")
    return "\n".join(lines)


def _names(turn: Turn) -> Sequence[Choice]:
    roll = _roll(turn)
    last = [Choice("done", turn._("Done"))]
    if not roll:
        return last
    pages = (len(roll) - 1) // _PAGE + 1
    turns = [Choice("page", turn._("Next names"))] if pages > 1 else []
    return [Choice("all", turn._("Everybody")), *turns, *last]


def _tapped(turn: Turn, value: str) -> str:
    roll = _roll(turn)
    if value == "all":
        _tick(turn, [person.id for person, _told in roll], on=True)
    elif value == "page":
        pages = (len(roll) - 1) // _PAGE + 1
        turn.answers["page"] = str((_page(turn) + 1) % pages)
    else:
        return value
    raise Again


def _typed(turn: Turn, text: str) -> str:
    roll = _roll(turn)
    numbers = text.replace(",", " ").split()
    if not numbers or not all(one.isdecimal() and 1 <= int(one) <= len(roll) for one in numbers):
        raise Invalid(turn._("Please write numbers of the list, for example: 1 3 5."))
    for one in numbers:
        person, told = roll[int(one) - 1]
        _tick(turn, [person.id], on=not told)
    raise Again


def _tick(turn: Turn, people: Sequence[str], *, on: bool) -> None:
    today = turn.now.astimezone(HERE).date()
    ledger.tick_told(turn.session, turn.answers["which"], people, today if on else None)


def _finish(turn: Turn) -> None:
    count = sum(told for _person, told in _roll(turn))
    text = turn.language.ngettext("{count} name is ticked, comrade.", "{count} names are ticked, comrade.", count)
    turn.say(text, desk.options(turn))


def _below(turn: Turn) -> list[unit.Unit]:
    own = audiences.own_units(turn)
    below = [child for one in own for child in unit.children(turn.session, one.id, most=20)]
    return list({one.id: one for one in [*own, *below]}.values())


def _nights(turn: Turn) -> Sequence[Choice]:
    found = [Choice(one.id, ("● " if one.night_shift else "○ ") + one.name) for one in _below(turn)]
    return [*found, Choice("cancel", turn._("Back"))]


def _night_tapped(turn: Turn, value: str) -> str:
    unless_unchanged(turn, value)
    one = unit.get(turn.session, value)
    one.night_shift = not one.night_shift
    turn.session.add(one)
    turn.session.flush()
    raise Again


def _no_nights(turn: Turn) -> None:
    turn.say(turn._("Done."), [Option(open_token("desk"), turn._("Notices to members"))])


CONVERSATIONS = (
    Conversation(
        "told",
        _finish,
        (
            Question("which", _which, _choices, chosen=unless_unchanged),
            Question("ticks", _ticks, _names, check=_typed, chosen=_tapped),
        ),
        allowed=is_officer,
        in_office=True,
    ),
    Conversation(
        "nights",
        _no_nights,
        (
            Question(
                "unit",
                lambda turn: turn._(
                    "In quiet hours only urgent notices ring. Which units work at night and receive all of them then?"
                ),
                _nights,
                chosen=_night_tapped,
            ),
        ),
        allowed=is_officer,
        in_office=True,
    ),
)
