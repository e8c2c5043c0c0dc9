"""The officers' desk of notices: what was sent, how far it reached, and what can still be done with it.

Officers see counts and never people; what may be counted is models.anonymity.counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from config.i18n import N_, Language
from handlers.broadcasts import audiences, reading
from handlers.chat.conversation import Conversation, Question, Turn, is_officer, open_token, take_text
from handlers.chat.words import shortened
from handlers.files import attachments
from models.anonymity import counts
from models.broadcasts import broadcasts, ledger
from models.broadcasts.broadcasts import Broadcast, Draft
from models.messages.message import Option
from models.people import offices
from models.store.database import Session

_SHOWN = 8
SETTLED = timedelta(days=1)

_STATES = {
    "waiting": N_("waits for a second officer"),
    "scheduled": N_("scheduled"),
    "sending": N_("being sent"),
    "stopped": N_("stopped"),
    "done": N_("sent"),
    "refused": N_("not agreed to"),
    "cancelled": N_("cancelled"),
}

# What became of it, as officers read it; the words of the ledger's states.
ENDINGS = {
    "sent": N_("delivered"),
    "confirmed": N_("confirmed"),
    "queued": N_("waiting"),
    "sending": N_("being delivered"),
    "blocked": N_("stopped this line"),
    "rejected": N_("refused by the service"),
    "no_channel": N_("no phone here, or switched off"),
    "window_closed": N_("cannot be written to now"),
    "uncertain": N_("unknown whether it arrived"),
    "cancelled": N_("cancelled"),
}


def state_name(reader: Language, row: Broadcast) -> str:
    return reader.gettext(_STATES[row.state])


def handled(turn: Turn) -> list[str]:
    """The units this officer answers for."""
    return [held.unit_id for held in turn.offices if held.role in offices.HANDLERS]


def theirs(turn: Turn) -> Broadcast | None:
    """The broadcast this run is about, if this officer's unit sent it or stands above the unit that did."""
    row = broadcasts.get(turn.session, turn.subject) if turn.is_officer else None
    if row is None or not audiences.is_below(turn.session, row.unit_id, handled(turn)):
        return None
    return row


def opening(turn: Turn, row: Broadcast) -> str:
    """The conversation that shows this broadcast to whoever wrote its code."""
    return "cast" if audiences.is_below(turn.session, row.unit_id, handled(turn)) else "reread"


def is_theirs(turn: Turn) -> bool:
    return theirs(turn) is not None


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


def options(turn: Turn, row: Broadcast | None = None) -> list[Option]:
    """What can be done next; with `row`, to that broadcast."""
    found: list[Option] = []
    if row is not None:
        sent = row.state in broadcasts.SENT
        if row.state == "sending":
            found.append(Option(open_token("halt", row.id), turn._("Stop")))
        if row.state == "stopped":
            found.append(Option(open_token("resume", row.id), turn._("Go on")))
        if row.state in ("waiting", "scheduled", "sending", "stopped"):
            label = turn._("Cancel the rest") if row.started_at else turn._("Cancel the notice")
            found.append(Option(open_token("cancelrest", row.id), label))
        if sent and row.corrects is None:
            found.append(Option(open_token("correct", row.id), turn._("Correct it")))
        if row.state in ("done", "cancelled") and row.ask and not row.totals:
            found.append(Option(open_token("again", row.id), turn._("Send again to who has not confirmed")))
        if sent:
            found.append(Option(open_token("counts", row.id), turn._("Counts (XLSX)")))
        found.append(Option(open_token("cast", row.id), row.code))
    desk = Option(open_token("desk"), turn._("Notices to members"))
    return [*found, desk, Option(open_token("menu"), turn._("Menu"))]


def _row(turn: Turn, row: Broadcast) -> str:
    reader = turn.language
    return f"{row.code}: {reading.kind_name(reader, row.kind)} · {reader.when(row.send_at)} · {state_name(reader, row)}"


def _desk(turn: Turn) -> None:
    rows = broadcasts.of_units(turn.session, handled(turn), most=_SHOWN)
    _show_list(turn, rows, turn._("Notices of your unit, the newest first:"), turn._("Your unit has sent no notice yet."))


def _show_list(turn: Turn, rows: Sequence[Broadcast], some: str, none: str) -> None:
    lines = [some if rows else none, *(_row(turn, row) for row in rows)]
    turn.say(
        "\n".join(lines),
        [
            Option(open_token("notice"), turn._("Write a notice")),
            *(Option(open_token("cast", row.id), row.code) for row in rows),
            Option(open_token("find"), turn._("Search")),
            Option(open_token("told"), turn._("Told in person")),
            Option(open_token("nights"), turn._("Night-shift units")),
            Option(open_token("menu"), turn._("Menu")),
        ],
    )


def _find(turn: Turn) -> None:
    rows = broadcasts.search(turn.session, handled(turn), turn.answers["words"], most=_SHOWN)
    _show_list(turn, rows, turn._("Found:"), turn._("No notice of your unit has these words."))


def counts_of(session: Session, row: Broadcast) -> tuple[dict[str, int], int]:
    """(people by state, names ticked as told in person), also of a folded ledger."""
    if row.totals:
        kept = json.loads(row.totals)
        ticked = kept.pop("ticked")
        return kept, ticked
    return dict(ledger.counts(session, row.id)), ledger.told_count(session, row.id)


def seen_of(session: Session, row: Broadcast, k: int, now: datetime) -> tuple[counts.Reach, int]:
    """The counts as they may be seen, and the ticks. On its first day, and of an audience that depends on what people did on
    their phones, they are rounded: who looks again after one has tapped, or one has been asked more, would see that one."""
    numbers, ticked = counts_of(session, row)
    seen = counts.shown(numbers, k)
    if broadcasts.audience_of(row).is_private or now - (row.started_at or now) < SETTLED:
        groups = {states: counts.about(count, k) for states, count in seen.groups.items()}
        seen = counts.Reach(counts.about(seen.total, k) if broadcasts.audience_of(row).is_private else seen.total, groups)
    return seen, ticked


def reach_lines(reader: Language, session: Session, row: Broadcast, k: int, now: datetime) -> list[str]:
    """How far it reached, as far as that may be said."""
    seen, ticked = seen_of(session, row, k, now)
    found = [
        reader.ngettext("For {count} person:", "For {count} people:", seen.total)
        if seen.total >= 2 * k
        else reader.gettext("For fewer than {count} people:", count=2 * k)
    ]
    for states, count in sorted(seen.groups.items(), key=lambda pair: -pair[1]):
        found.append(f"{' + '.join(reader.gettext(ENDINGS[state]) for state in states)}: {reader.number(count)}")
    if not seen.groups:
        found.append(
            reader.gettext("Some groups are too small to be counted here: their numbers would tell about single persons.")
        )
    if ticked:
        found.append(reader.gettext("Told in person, as team leaders ticked (counted apart): {count}", count=ticked))
    return found


def _whole(turn: Turn, row: Broadcast, words: broadcasts.Words) -> list[str]:
    """The words; to who is to agree to them all of them, in each language, with what is attached."""
    if row.state != "waiting":
        return [f"«{shortened(words.in_language(turn.language.code), 1500)}»"]
    attached = reading.enclosed(turn.session, words)
    named = ", ".join(attachments.label(turn.language, one.kind, one.number) for one in attached)
    return [*(f"«{text}»" for text in words.texts.values()), *([turn._("Attached: {files}", files=named)] if named else [])]


def _cast(turn: Turn) -> None:
    row = theirs(turn)
    assert row is not None  # `allowed` was asked first
    words = broadcasts.words_of(turn.session, row)
    audience = broadcasts.audience_of(row)
    lines = [
        _row(turn, row),
        *_whole(turn, row, words),
        turn._("To: {audience}", audience=audiences.described(turn.session, turn.language, audience)),
        turn._("Written by: {who}", who=reading.signed(turn.session, turn.language, row)),
    ]
    if row.state in broadcasts.SENT:
        lines.append("\n".join(reach_lines(turn.language, turn.session, row, turn.site.notices.threshold, turn.now)))
    found = options(turn, row)
    if row.state == "waiting" and row.author_id != turn.member.person_id:
        found = [
            Option(open_token("approve", row.id), turn._("Agree, send it")),
            Option(open_token("refuse", row.id), turn._("Do not agree")),
            *found,
        ]
    turn.say("\n\n".join(lines), found)


def _change(turn: Turn) -> None:
    """halt, resume, cancelrest: the run's name is the verb."""
    row = theirs(turn)
    assert row is not None
    assert turn.state.run is not None
    name = turn.state.run.conversation
    verb = {"halt": broadcasts.stop, "resume": broadcasts.resume, "cancelrest": broadcasts.cancel}[name]
    try:
        verb(turn.session, row, turn.member.person_id, turn.now)
    except broadcasts.Refused:
        state = state_name(turn.language, row)
        turn.say(turn._("{code} is “{state}” by now. Nothing was changed.", code=row.code, state=state), options(turn, row))
        return
    turn.falls_due = True
    said = {
        "halt": turn._("{code} is stopped. What is on its way at this moment still arrives.", code=row.code),
        "resume": turn._("{code} goes on.", code=row.code),
        "cancelrest": turn._("{code} is cancelled. Whoever has it already keeps it.", code=row.code),
    }[name]
    turn.say(said, options(turn, row))


CONVERSATIONS = (
    Conversation("desk", _desk, allowed=is_officer, in_office=True),
    Conversation(
        "find",
        _find,
        (Question("words", lambda turn: turn._("Which words or which code, comrade?"), check=take_text),),
        allowed=is_officer,
        in_office=True,
    ),
    Conversation("cast", _cast, allowed=is_theirs, in_office=True),
    *(Conversation(name, _change, allowed=is_theirs, in_office=True) for name in ("halt", "resume", "cancelrest")),
)
