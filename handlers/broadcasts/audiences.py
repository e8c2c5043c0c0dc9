"""Whom something is for: everybody of the officer's own unit, unless they choose units, by tapping or by names and codes,
and then who of them.

Only within one's own subtree: a unit is taken when an office of the officer stands above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from config import keyboards
from config.i18n import Language, fold
from config.tables import table
from handlers.chat import paging
from handlers.chat.conversation import Again, Choice, Invalid, Question, Turn, unless_cancelled
from models.broadcasts import broadcasts, sizes
from models.broadcasts.audiences import Audience
from models.messages.notes import note
from models.people import rights, units
from models.people.units import Unit
from models.store.database import Session

_OF_TEAMS = ("officers", "leaders")
_WHO = (*rights.AUDIENCES, "member", "not_yet", "vi", "en")


@note
@dataclass(slots=True)
class Chosen:
    """What is marked so far: ids of units, and who of them (`_WHO`, s_ and a sector, a notice). `sought`: the units that are
    shown to tap, alone, since their name was written. `open`: it is being chosen. `preset`: nobody has chosen it."""

    units: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    sought: list[str] = field(default_factory=list)
    open: bool = False
    preset: bool = False


def own_units(turn: Turn) -> list[Unit]:
    """The units this officer may speak for, the nearest to the workers first."""
    return [units.get(turn.session, one) for one in turn.units_with(rights.WRITE_NOTICE)]


def is_below(session: Session, unit_id: str, above: Sequence[str]) -> bool:
    """Whether the unit is one of these or stands below one."""
    return any(one.id in above for one in units.path(session, unit_id))


def speaker(turn: Turn, audience: Audience) -> Unit | None:
    """The unit in whose name it is said: the lowest of one's own that stands above all that was chosen. None where no single
    one does: the other officers of that unit would speak for units that are not theirs."""
    fitting = [one for one in own_units(turn) if all(is_below(turn.session, u, [one.id]) for u in audience.units)]
    return min(fitting, key=lambda one: units.LEVELS.index(units.level(one)), default=None)


def preset(turn: Turn) -> None:
    """Where nobody has chosen: everybody of one's own unit, of several the one nearest to the workers. Noted when it is
    shown, so that it stays what was shown."""
    given = turn.notes(Chosen)
    if not given.units:
        nearest = min(own_units(turn), key=lambda one: units.LEVELS.index(units.level(one)))
        turn.run.put(Chosen(units=[nearest.id], preset=True))


def speaking(turn: Turn, audience: Audience) -> Unit:
    """The unit in whose name it is said; one's own where none may, for a preview that says so (`refusals`)."""
    return speaker(turn, audience) or own_units(turn)[0]


def refusals(turn: Turn, audience: Audience) -> list[str]:
    """Why this cannot be chosen, and what can be done. Of the list and of last night: asked when it is chosen, when it is
    shown and when it is sent."""
    found = []
    if speaker(turn, audience) is None:
        found.append(turn._("⚠ One of your own units must stand above all of these, comrade. Please choose fewer."))
    if sizes.leaves_out_few(turn.session, audience, turn.site.notices.threshold):
        text = turn._(
            "⚠ So few have joined in a unit that is left out that what they do could be found by subtracting. Please leave "
            "out none, or choose one by one the units that shall receive it, comrade."
        )
        found.append(text)
    if audience.is_private and audience.role:
        found.append(turn._("⚠ Officers cannot be chosen by what they do on their phones, comrade. Please mark less."))
    return found


def may_still(turn: Turn) -> bool:
    """Whether this officer may go on: the office that stood above what was chosen may have ended since."""
    given = turn.notes(Chosen)
    return turn.holds(rights.WRITE_NOTICE) and (not given.units or given.open or speaker(turn, _of(turn)) is not None)


def _near(turn: Turn) -> list[Unit]:
    """What is offered to tap: one's own units and those right below, or those with the name that was sought; with what was
    chosen."""
    own = own_units(turn)
    below = [child for one in own for child in units.children(turn.session, one.id)]
    found, given = {one.id: one for one in [*own, *below]}, turn.notes(Chosen)
    named = dict.fromkeys((*given.sought, *given.units, *given.left_out))
    found |= {one: units.get(turn.session, one) for one in named if one not in found}
    if given.sought:
        return [found[one] for one in named]
    return list(found.values())


def _units_text(turn: Turn) -> str:
    lines = [turn._("Which units is it for? Tap them, or write the name or code of a unit.")]
    if turn.notes(Chosen).units:  # also what stands on another page
        lines.append(turn._("Chosen: {units}", units=name_of_units(turn.session, turn.language, _of(turn))))
    return "\n".join(lines)


def _units(turn: Turn) -> Sequence[Choice]:
    given = turn.notes(Chosen)
    marks = dict.fromkeys(given.units, "☑ ") | dict.fromkeys(given.left_out, "– ")
    return [Choice(one.id, marks.get(one.id, "☐ ") + one.name, "switch") for one in _near(turn)]


def _units_done(turn: Turn) -> Sequence[Choice]:
    given = turn.notes(Chosen)
    done = [Choice("done", turn._("Done, go on"))] if given.units else []
    every = [Choice("every", turn._("All units again"))] if given.sought else []
    return [*done, *every, Choice("cancel", turn._("Cancel"), "quiet")]


def _unit_tapped(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    if value == "done":
        if why := refusals(turn, _of(turn)):
            raise Invalid(why[0])
        return "done"
    if value == "every":
        _seek(turn, ())
        raise Again
    given = turn.notes(Chosen)
    if value in given.left_out:
        given.left_out.remove(value)
    elif value in given.units:
        given.units.remove(value)
    else:
        given.units.append(value)
    raise Again


def _units_typed(turn: Turn, text: str) -> str:
    """Codes or names, with commas between them. Part of a name that several units have shows these to tap."""
    own = [one.id for one in own_units(turn)]
    given = turn.notes(Chosen)
    taken, left_out = [*given.units], [*given.left_out]
    _seek(turn, ())
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", keyboards.plain(text)))):
        minus, wanted = part[0] == "-", part.lstrip("-+ ")
        found = units.with_code(turn.session, wanted)
        if found is None and fold(wanted):
            named = units.named(turn.session, own, wanted)
            found = named[0] if len(named) == 1 else None
            if len(named) > 1:
                _seek(turn, named)
                continue
        if found is None or not is_below(turn.session, found.id, own):
            raise Invalid(turn._("There is no unit {code} among yours, comrade.", code=wanted[:40]))
        into = left_out if minus else taken
        if found.id not in into:
            into.append(found.id)
    given.units, given.left_out = taken, left_out
    raise Again


def _seek(turn: Turn, found: Sequence[Unit]) -> None:
    """Shows these units alone, from the first page on; none: all again."""
    turn.notes(Chosen).sought = [one.id for one in found]
    paging.from_the_first(turn, "units")


def _who_text(turn: Turn) -> str:
    listed = name_of_units(turn.session, turn.language, _of(turn))
    return turn._("Who of {units}?", units=listed)


def _who_rows(turn: Turn) -> Sequence[Choice]:
    marked = turn.notes(Chosen).marks
    labels = _labels(turn.language)
    sectors = [key for key in units.sectors(turn.session, turn.notes(Chosen).units) if key in table("sectors")]
    chosen_units = [units.get(turn.session, one) for one in turn.notes(Chosen).units]
    teams = all(units.level(one) == "team" for one in chosen_units)
    rows = [(key, labels[key]) for key in _WHO if not teams or key in _OF_TEAMS or key not in rights.AUDIENCES]
    if len(sectors) > 1:
        rows += [(f"s_{key}", table("sectors")[key][turn.language.code]) for key in sectors]
    rows += [(row.id, turn._("Has not confirmed {code}", code=row.code)) for row in _asking(turn)]
    return [Choice(value, ("☑ " if value in marked else "☐ ") + label, "switch") for value, label in rows]


def _who(turn: Turn) -> Sequence[Choice]:
    marked = turn.notes(Chosen).marks
    first = Choice("done", turn._("Done, go on")) if marked else Choice("all", turn._("Everybody"))
    return [first, Choice("cancel", turn._("Cancel"), "quiet")]


def _asking(turn: Turn) -> Sequence[broadcasts.Broadcast]:
    own = [one.id for one in own_units(turn)]
    return [row for row in broadcasts.of_units(turn.session, own)[:] if row.ask and row.state in broadcasts.SENT]


def _who_tapped(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    if value in ("all", "done"):
        if why := refusals(turn, chosen(turn)):
            raise Invalid(why[0])
        given = turn.notes(Chosen)
        given.open = given.preset = False
        turn.answers.pop("units", None)
        raise Again
    given = turn.notes(Chosen)
    if value in given.marks:
        given.marks.remove(value)
    else:
        rivals = next((pair for pair in (tuple(rights.AUDIENCES), ("member", "not_yet"), ("vi", "en")) if value in pair), ())
        left = [one for one in given.marks if one not in rivals and not (_is_row(one) and _is_row(value))]
        given.marks = [one for one in left if not (one.startswith("s_") and value.startswith("s_"))] + [value]
    raise Again


def _is_row(value: str) -> bool:
    return value not in _WHO and not value.startswith("s_")


def _labels(reader: Language) -> dict[str, str]:
    return {
        "officers": reader.gettext("Union officers"),
        "leaders": reader.gettext("Team leaders and deputies"),
        "chair": reader.gettext("Chairs"),
        "vice_chair": reader.gettext("Vice-chairs"),
        "committee": reader.gettext("Executive committees"),
        "inspection": reader.gettext("Inspection committees"),
        "womens_affairs": reader.gettext("Women's affairs officers"),
        "member": reader.gettext("Union members"),
        "not_yet": reader.gettext("Not union members yet"),
        "vi": reader.gettext("Who reads Vietnamese"),
        "en": reader.gettext("Who reads English"),
    }


def _of(turn: Turn) -> Audience:
    given = turn.notes(Chosen)
    return Audience(tuple(given.units), tuple(given.left_out))


def chosen(turn: Turn) -> Audience:
    """What is marked, as a rule."""
    given = turn.notes(Chosen)
    marked = given.marks
    row = next((one for one in marked if _is_row(one)), "")
    return Audience(
        units=tuple(given.units),
        minus=tuple(given.left_out),
        role=next((one for one in marked if one in rights.AUDIENCES), ""),
        member="yes" if "member" in marked else "no" if "not_yet" in marked else "",
        sector=next((one[2:] for one in marked if one.startswith("s_")), ""),
        language=next((one for one in marked if one in ("vi", "en")), ""),
        unconfirmed=row,
    )


def name_of_units(session: Session, reader: Language, audience: Audience) -> str:
    names = ", ".join(units.get(session, one).name for one in audience.units)
    if not audience.minus:
        return names
    minus = ", ".join(units.get(session, one).name for one in audience.minus)
    return reader.gettext("{units} without {minus}", units=names, minus=minus)


def described(session: Session, reader: Language, audience: Audience) -> str:
    """The rule in words."""
    labels = _labels(reader)
    parts = [
        labels.get(audience.role, ""),
        {"yes": labels["member"], "no": labels["not_yet"]}.get(audience.member, ""),
        table("sectors")[audience.sector][reader.code] if audience.sector else "",
        labels.get(audience.language, ""),
    ]
    for row_id, words in (
        (audience.unconfirmed, reader.gettext("Has not confirmed {code}")),
        (audience.meant, reader.gettext("Those whom {code} was for")),
    ):
        row = broadcasts.get(session, row_id) if row_id else None
        parts.append(words.format(code=row.code) if row else "")
    return " · ".join(filter(None, [name_of_units(session, reader, audience), *parts]))


def ask_again(turn: Turn) -> None:
    """Asks for all of it; what was marked is still marked, and what was preset is not."""
    given = turn.notes(Chosen)
    turn.run.put(Chosen(open=True) if given.preset else replace(given, open=True, sought=[]))
    for question in QUESTIONS:
        turn.answers.pop(question.key, None)
        paging.from_the_first(turn, question.key)


def _is_open(turn: Turn) -> bool:
    return turn.notes(Chosen).open


QUESTIONS = (
    Question(
        "units",
        _units_text,
        _units_done,
        check=_units_typed,
        chosen=_unit_tapped,
        takes_words=lambda _turn: False,
        listed=_units,
        when=_is_open,
    ),
    Question("who", _who_text, _who, chosen=_who_tapped, listed=_who_rows, when=_is_open),
)
"""Asked only where somebody wants another audience than the preset one (`ask_again`)."""
