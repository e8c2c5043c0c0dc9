"""“Told in person”: the team leader ticks names on the full roll of the team, whoever has a phone here and whoever has not.

The roll shows nobody's phone, and a tick changes no count of chats: it is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.i18n import HERE
from handlers.broadcasts import audiences, overview, reading
from handlers.chat.conversation import (
    Again,
    Choice,
    Conversation,
    Known,
    Question,
    Turn,
    open_token,
    unless_unchanged,
    with_right,
)
from models.broadcasts import broadcasts, ledger
from models.broadcasts.broadcasts import Broadcast
from models.messages.message import Option
from models.people import rights, units
from models.people.persons import Person, name_of


def _rows(turn: Turn) -> list[Broadcast]:
    """What this officer was sent or their units sent: a team hears what its leader hears."""
    sent = [row for row in broadcasts.of_units(turn.session, overview.handled(turn))[:] if row.state in broadcasts.SENT]
    heard = ledger.of_person(turn.session, turn.member.person_id, only_sent=False)[:]
    # Not of an audience that depends on what people did on their phones: the list would be the list of those.
    found = {row.id: row for row in (*heard, *sent) if not (row.totals or broadcasts.audience_of(row).is_private)}
    return sorted(found.values(), key=lambda row: row.started_at or row.send_at, reverse=True)


def _begun(turn: Turn, _subject: str, value: str) -> Known:
    """From the button under a notice: which it is has been said, where this officer may tick it."""
    return Known({"which": value} if any(row.id == value for row in _rows(turn)) else {})


def _which(turn: Turn) -> str:
    return turn._("Which notice did you tell in person, comrade?") if _rows(turn) else turn._("There is no notice to tell.")


def _listed(turn: Turn) -> Sequence[Choice]:
    return [Choice(row.id, f"{row.code} · {reading.kind_name(turn.language, row.kind)}") for row in _rows(turn)]


def _choices(turn: Turn) -> Sequence[Choice]:
    return [Choice("cancel", turn._("Cancel"), "quiet")]


def _teams(turn: Turn) -> list[units.Unit]:
    """The officer's own units with people on the roll in them."""
    return [one for one in audiences.own_units(turn) if units.takes_workers(turn.session, one)]


def _roll(turn: Turn) -> list[tuple[Person, bool]]:
    return [
        pair
        for team in _teams(turn)
        for pair in sorted(
            ledger.roll(turn.session, turn.answers["which"], team.id), key=lambda pair: name_of(turn.session, pair[0])
        )
    ]


def _ticks(turn: Turn) -> str:
    row = broadcasts.get(turn.session, turn.answers["which"])
    assert row is not None
    if not _roll(turn):
        return turn._("Your team has nobody by name on the roll for {code}, comrade.", code=row.code)
    return turn._("Who did you tell {code} in person, comrade? Mark the names.", code=row.code)


def _names(turn: Turn) -> Sequence[Choice]:
    rows = ((person.id, ("☑ " if told else "☐ ") + name_of(turn.session, person)) for person, told in _roll(turn))
    return [Choice(person_id, label, "switch") for person_id, label in rows]


def _all_or_done(turn: Turn) -> Sequence[Choice]:
    everybody = [Choice("all", turn._("Tick everybody"))] if _roll(turn) else []
    return [*everybody, Choice("done", turn._("Done"))]


def _tapped(turn: Turn, value: str) -> str:
    roll = {person.id: told for person, told in _roll(turn)}
    today = turn.now.astimezone(HERE).date()
    if value == "done":
        return value
    if value == "all":
        ledger.tick_told(turn.session, turn.answers["which"], list(roll), today)
    else:
        ledger.tick_told(turn.session, turn.answers["which"], [value], None if roll[value] else today)
    raise Again


def _finish(turn: Turn) -> None:
    count = sum(told for _person, told in _roll(turn))
    text = turn.language.ngettext("{count} name is ticked, comrade.", "{count} names are ticked, comrade.", count)
    turn.say(text, overview.options(turn))


def _below(turn: Turn) -> list[units.Unit]:
    own = audiences.own_units(turn)
    below = [child for one in own for child in units.children(turn.session, one.id)]
    return list({one.id: one for one in [*own, *below]}.values())


def _nights(turn: Turn) -> Sequence[Choice]:
    return [Choice(one.id, ("☑ " if one.night_shift else "☐ ") + one.name, "switch") for one in _below(turn)]


def _back(turn: Turn) -> Sequence[Choice]:
    return [Choice("back", turn._("Back"), "quiet")]


def _night_tapped(turn: Turn, value: str) -> str:
    if value == "back":
        return value
    units.set_night_shift(turn.session, units.get(turn.session, value), turn.member.person_id, turn.now)
    raise Again


def _no_nights(turn: Turn) -> None:
    turn.say(turn._("Done."), [Option(open_token("desk"), turn._("Notices to members"))])


CONVERSATIONS = (
    Conversation(
        "told",
        _finish,
        (
            Question("which", _which, _choices, chosen=unless_unchanged, listed=_listed),
            Question("ticks", _ticks, _all_or_done, chosen=_tapped, listed=_names),
        ),
        allowed=with_right(rights.MANAGE_NOTICE),
        in_office=True,
        begun=_begun,
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
                _back,
                chosen=_night_tapped,
                listed=_nights,
            ),
        ),
        allowed=with_right(rights.MANAGE_NOTICE),
        in_office=True,
    ),
)
