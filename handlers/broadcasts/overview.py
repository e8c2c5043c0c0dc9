"""The officers' desk of notices: what was sent, how far it reached, and what can still be done with it.

Officers see counts and never people; what may be counted is models.anonymity.counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from config.i18n import N_, Language
from handlers.broadcasts import audiences, forecast, reading
from handlers.chat import paging
from handlers.chat.conversation import Again, Choice, Conversation, Goes, Question, Turn, open_token, take_text, with_right
from handlers.chat.words import shortened
from handlers.files import attachments
from models.anonymity import counts, night_counts
from models.anonymity.counts import Size
from models.broadcasts import broadcasts, ledger, lifecycle, sizes
from models.broadcasts.broadcasts import Broadcast, Draft
from models.messages.message import Option
from models.people import rights, units
from models.store.database import Session

_SHOWN = 120
"""Letters of a notice that went out, on its card: who sent it knows it."""

_STATES = {
    "waiting": N_("waits for a second officer"),
    "scheduled": N_("scheduled"),
    "sending": N_("being sent"),
    "stopped": N_("stopped"),
    "done": N_("worked through"),
    "refused": N_("not agreed to"),
    "cancelled": N_("cancelled"),
}


def state_name(reader: Language, state: str) -> str:
    return reader.gettext(_STATES[state])


def handled(turn: Turn) -> list[str]:
    """The units this officer answers for."""
    return turn.units_with(rights.MANAGE_NOTICE)


def theirs(turn: Turn) -> Broadcast | None:
    """The broadcast this run is about, if this officer's unit sent it or stands above the unit that did."""
    row = broadcasts.get(turn.session, turn.subject) if turn.offices else None
    if row is None or row.kind == broadcasts.POLL or not turn.may(rights.MANAGE_NOTICE, row.unit_id):
        return None
    return row


def sent(turn: Turn) -> Broadcast | None:
    """The same, once some people may have it."""
    row = theirs(turn)
    return row if row is not None and row.state in broadcasts.SENT else None


def opening(turn: Turn, row: Broadcast) -> str:
    """The conversation that shows this broadcast to whoever wrote its code."""
    return "cast" if turn.may(rights.MANAGE_NOTICE, row.unit_id) else "reread"


def sample(turn: Turn, made: Draft) -> str:
    """The notice as a member will read it."""
    row = Broadcast(
        code="TB-······",
        author_id=made.author_id,
        unit_id=made.unit_id,
        kind=made.kind,
        urgent=made.urgent,
        ask=made.ask,
        audience="",
        state="scheduled",
        created_at=turn.now,
        send_at=max(made.send_at, turn.now),
        corrects=made.corrects,
        body=b"",
    )
    return reading.text_of(turn.session, turn.language, row, made.words)


def options(turn: Turn, row: Broadcast | None = None, *, is_card: bool = False) -> list[Option]:
    """What can be done next, five at most; with `row`, to that broadcast. `is_card`: it is on the screen."""
    desk = Option(open_token("desk"), turn._("Notices to members"))
    if row is None:
        return [desk, Option(open_token("menu"), turn._("Menu"))]
    found: list[Option] = []
    state = lifecycle.shown_state(row, turn.now)
    if state == "sending":
        found.append(Option(open_token("halt", row.id), turn._("Stop")))
    if state == "stopped":
        found.append(Option(open_token("resume", row.id), turn._("Go on")))
    if state in ("done", "cancelled") and row.ask and not row.totals:
        found.append(Option(open_token("again", row.id), turn._("Send again to who has not confirmed")))
    if row.state in broadcasts.SENT:
        found.append(Option(open_token("cast_more", row.id), turn._("More…")))
    if not is_card:
        found.append(Option(open_token("cast", row.id), row.code))
    if state in ("waiting", "scheduled", "sending", "stopped"):
        label = turn._("Cancel the rest") if row.started_at else turn._("Cancel the notice")
        found.append(Option(open_token("cancelrest", row.id), label, "danger"))
    return [*found, desk]


def _more(turn: Turn) -> None:
    """What is seldom done to a notice that went out."""
    row = turn.thing(Broadcast)
    found = []
    if row.corrects is None:
        found.append(Option(open_token("correct", row.id), turn._("Correct it")))
    found.append(Option(open_token("counts", row.id), turn._("Counts (XLSX)")))
    if reading.enclosed(turn.session, broadcasts.words_of(turn.session, row)):
        found.append(Option(open_token("office_enclosed", row.id), turn._("See files")))
    by_name = units.takes_workers(turn.session, units.get(turn.session, row.unit_id))
    turn.say(_row(turn, row), [*found, *telling(turn.language, row, by_name), Option(open_token("cast", row.id), row.code)])


def telling(reader: Language, row: Broadcast, by_name: bool) -> list[Option]:
    """The way to tick who was told in person. `by_name`: its unit has people of its own on the roll."""
    ticks = Option(open_token("told", "", row.id), reader.gettext("Told in person"))
    return [ticks] if by_name and _is_told(row) else []


def _is_told(row: Broadcast) -> bool:
    """Whether it can be told in person: not where those it was for are not to be known, and not twice."""
    audience = broadcasts.audience_of(row)
    return not (row.totals or row.corrects or audience.is_private or audience.role)


def _row(turn: Turn, row: Broadcast) -> str:
    reader, state = turn.language, lifecycle.shown_state(row, turn.now)
    when = reader.when(row.started_at or row.send_at)
    return f"{row.code}: {reading.kind_name(reader, row.kind)} · {when} · {state_name(reader, state)}"


def _line(turn: Turn, row: Broadcast) -> str:
    """The same in a list: short, and how it stands only where that is not that it is done."""
    reader, state = turn.language, lifecycle.shown_state(row, turn.now)
    stands = "" if state == "done" else f" · {state_name(reader, state)}"
    return f"{row.code} · {reading.kind_name(reader, row.kind)} · {reader.day(row.started_at or row.send_at)}{stands}"


def _desk(turn: Turn) -> None:
    shown = paging.page(broadcasts.of_units(turn.session, handled(turn)), paging.asked(turn))
    some, none = turn._("Notices of your unit, the newest first:"), turn._("Your unit has sent no notice yet.")
    lines = [some if shown.rows else none, *(_line(turn, row) for row in shown.rows), *paging.place(turn.language, shown)]
    lines += _wanting(turn)
    turn.say(
        "\n".join(lines),
        [
            Option(open_token("notice"), turn._("Write a notice")),
            *(Option(open_token("cast", row.id), row.code) for row in shown.rows),
            *paging.options(turn, shown, "desk"),
            Option(open_token("find"), turn._("Search")),
            Option(open_token("desk_more"), turn._("More…")),
            Option(open_token("menu"), turn._("Menu"), "quiet"),
        ],
    )


def _desk_more(turn: Turn) -> None:
    """What is seldom done at this desk."""
    turn.say(
        turn._("What else would you like to do, comrade?"),
        [
            Option(open_token("told"), turn._("Told in person")),
            Option(open_token("nights"), turn._("Night-shift units")),
            Option(open_token("heads"), turn._("Headcounts and slips")),
            Option(open_token("desk"), turn._("Notices to members")),
        ],
    )


def _wanting(turn: Turn) -> list[str]:
    """How many want notices, of how many who have joined, as both stood last night; nothing where they are few."""
    found = []
    k = turn.site.notices.threshold
    for unit_id in turn.units_with(rights.MANAGE_NOTICE):
        joined = night_counts.floor_of(turn.session, counts.UNDER, unit_id)
        want = counts.capped(night_counts.floor_of(turn.session, counts.WANT, unit_id), joined, k)
        if want:
            about = {"unit": units.get(turn.session, unit_id).name, "want": turn.language.number(want)}
            words = turn._("{unit}: at least {joined} have joined, at least {want} want notices.", **about,
                           joined=turn.language.number(joined))  # fmt: skip
            found.append(words)
    return found


def _found(turn: Turn) -> tuple[list[Broadcast], bool]:
    """What the words at hand find, asked once a turn; and whether everything was looked through."""
    key = f"notices {turn.answers['words']}"
    if key not in turn.found:
        turn.found[key] = broadcasts.search(turn.session, handled(turn), turn.answers["words"])
    found: tuple[list[Broadcast], bool] = turn.found[key]
    return found


def _found_text(turn: Turn) -> str:
    rows, is_all = _found(turn)
    lines = [turn._("Found:") if rows else turn._("No notice of your unit has these words.")]
    lines += [_line(turn, row) for row in paging.on_screen(turn, "which", rows).rows]
    if not is_all:
        lines.append(turn._("Only the newest {count} were looked through.", count=broadcasts.LOOKED_THROUGH))
    return "\n".join(lines)


def _found_rows(turn: Turn) -> Sequence[Choice]:
    return [Choice(row.id, row.code) for row in _found(turn)[0]]


def _found_back(turn: Turn) -> Sequence[Choice]:
    return (Choice("desk", turn._("Notices to members")), Choice("menu", turn._("Menu")))


def _found_again(turn: Turn, text: str) -> str:
    """Other words are another search."""
    turn.answers["words"] = take_text(turn, text)
    paging.from_the_first(turn, "which")
    raise Again


def _go_there(turn: Turn) -> None:
    chosen = turn.answers["which"]
    raise Goes(chosen) if chosen in ("desk", "menu") else Goes("cast", chosen)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a notice reached, as officers are told: `got` and `read` at least, as last night, 0 where nothing is said."""

    size: Size
    got: int
    read: int
    ticked: int


def reach_of(session: Session, row: Broadcast, k: int) -> Reach:
    """Of those who joined with a slip of their own; the others prove nothing. Of whom somebody chose by what they told or
    did, nothing is said."""
    size, audience = Size.load(row.shown_size), broadcasts.audience_of(row)
    ticked = json.loads(row.totals)["ticked"] if row.totals else ledger.told_count(session, row.id)
    if size.how == "some" or audience.is_private:
        return Reach(size, 0, 0, ticked)
    among = size.number if size.how == "exact" else sizes.heads(session, audience)
    got = counts.capped(night_counts.floor_of(session, counts.GOT, row.id), among, k)
    read = counts.capped(night_counts.floor_of(session, counts.READ, row.id), among, k)
    return Reach(size, got, read if row.ask else 0, ticked)


def reach_lines(reader: Language, session: Session, row: Broadcast, k: int) -> list[str]:
    """How far it reached, as far as that may be said."""
    reach = reach_of(session, row, k)
    found = [forecast.size_line(reader, reach.size)]
    if _is_told(row):
        found += forecast.missed_lines(reader, reach.size, sizes.heads(session, broadcasts.audience_of(row)), k)
    if reach.got:
        found.append(reader.gettext("delivered: at least {count}", count=reader.number(reach.got)))
    if reach.read:
        found.append(reader.gettext("confirmed: at least {count}", count=reader.number(reach.read)))
    if reach.size.how != "some":
        found.append(
            reader.gettext(
                "Counted once a night, only who joined with a slip of their own, from {count} people on.",
                count=counts.enough(k),
            )
        )
    if reach.ticked:
        found.append(reader.gettext("Told in person, as team leaders ticked (counted apart): {count}", count=reach.ticked))
    return found


def _whole(turn: Turn, row: Broadcast, words: broadcasts.Words) -> list[str]:
    """The words; to who is to agree to them all of them, in each language, with what is attached."""
    if row.state != "waiting":
        return [f"“{shortened(words.in_language(turn.language.code), _SHOWN)}”"]
    attached = reading.enclosed(turn.session, words)
    named = ", ".join(attachments.label(turn.language, one.kind, one.number) for one in attached)
    return [*(f"“{text}”" for text in words.texts.values()), *([turn._("Attached: {files}", files=named)] if named else [])]


def _cast(turn: Turn) -> None:
    row = turn.thing(Broadcast)
    words = broadcasts.words_of(turn.session, row)
    audience = broadcasts.audience_of(row)
    lines = [
        _row(turn, row),
        *_whole(turn, row, words),
        turn._("To: {audience}", audience=audiences.described(turn.session, turn.language, audience)),
        turn._("Written by: {who}", who=reading.signed(turn.session, turn.language, row)),
    ]
    if row.state in broadcasts.SENT:
        lines += reach_lines(turn.language, turn.session, row, turn.site.notices.threshold)
    found = options(turn, row, is_card=True)
    if row.state == "waiting":
        if reading.enclosed(turn.session, words):
            found = [Option(open_token("office_enclosed", row.id), turn._("See files")), *found]
        if row.author_id != turn.member.person_id:
            agree = Option(open_token("approve", row.id), turn._("Agree, send it"))
            found = [agree, Option(open_token("refuse", row.id), turn._("Do not agree"), "danger"), *found]
    turn.say("\n".join(lines), found)


def _change(verb: Callable[[Session, Broadcast, str, datetime], None], said: str, turn: Turn) -> None:
    """`said`: the message id of what is said when it is done."""
    row = turn.thing(Broadcast)
    try:
        if lifecycle.is_over(turn.session, row):
            raise broadcasts.Refused  # what is left of it waits for whoever is writing just now
        verb(turn.session, row, turn.member.person_id, turn.now)
    except broadcasts.Refused:
        state = state_name(turn.language, "done" if lifecycle.is_over(turn.session, row) else row.state)
        turn.say(turn._("{code} is “{state}” by now. Nothing was changed.", code=row.code, state=state), options(turn, row))
        return
    turn.falls_due = True
    turn.say(turn._(said, code=row.code), options(turn, row))


_STOPPED = N_("{code} is stopped. What is on its way at this moment still arrives.")
_RESUMED = N_("{code} goes on.")
_CANCELLED = N_("{code} is cancelled. Whoever has it already keeps it.")

CONVERSATIONS = (
    Conversation("desk", _desk, allowed=with_right(rights.MANAGE_NOTICE), in_office=True, begun=paging.begun, is_list=True),
    Conversation(
        "find",
        _go_there,
        (
            Question("words", lambda turn: turn._("Which words or which code, comrade?"), check=take_text),
            Question("which", _found_text, _found_back, check=_found_again, listed=_found_rows),
        ),
        allowed=with_right(rights.MANAGE_NOTICE),
        in_office=True,
        is_list=True,
    ),
    Conversation("desk_more", _desk_more, allowed=with_right(rights.MANAGE_NOTICE), in_office=True),
    Conversation("cast", _cast, about=theirs, in_office=True),
    Conversation("cast_more", _more, about=sent, in_office=True),
    Conversation("halt", partial(_change, broadcasts.stop, _STOPPED), about=theirs, in_office=True),
    Conversation("resume", partial(_change, broadcasts.resume, _RESUMED), about=theirs, in_office=True),
    Conversation("cancelrest", partial(_change, broadcasts.cancel, _CANCELLED), about=theirs, in_office=True),
)
