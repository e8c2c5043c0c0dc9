"""What an officer writes in a case: answers, questions, outcomes, notes. Each is shown before it goes, with the case's code
and first line, so that an answer never reaches the wrong worker; and nothing is sent over a colleague's head unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from config.i18n import N_
from handlers.chat.conversation import (
    Again,
    Choice,
    Conversation,
    Known,
    Question,
    Turn,
    open_token,
    take_text,
    unless_cancelled,
)
from handlers.chat.words import shortened
from handlers.files import attachments
from handlers.grievances import cards, cases
from models.anonymity import moments
from models.grievances import access, handling, saved_replies
from models.grievances import cases as case_rows
from models.grievances.cases import Entry, Grievance
from models.grievances.handling import Saying
from models.messages.message import Option
from models.messages.notes import note
from models.store.database import Session

Verb = Callable[[Session, Grievance, Saying, datetime], None]


@note
@dataclass(slots=True)
class Meanwhile:
    """How much was written in the case when the officer first saw it, and when the preview was last shown."""

    seen: int | None = None
    shown: int | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One way to speak to a reporter: its conversation, what it does to the case, and the message ids of what asks for the
    words (with {code}) and of what is added under them. `may_be_saved`: whether its words are worth using again."""

    name: str
    verb: Verb
    prompt: str
    added: str = ""
    may_be_saved: bool = False


def saying(turn: Turn, case: Grievance) -> Saying:
    """What was written here, by the officer at hand, and what goes with it."""
    relay_at = moments.cover(turn.now, turn.site.relay_minutes) if case.covered else turn.now
    return Saying(turn.member.person_id, turn.answers["text"], relay_at, attachments.going(turn))


def _count(turn: Turn, case: Grievance) -> int:
    """How much has been written in the case so far."""
    return len(case_rows.entries(turn.session, case.id))


def _saved(turn: Turn) -> Sequence[Choice]:
    """The unit's saved replies, to be sent as they are or after a change."""
    kept = saved_replies.of_units(turn.session, [turn.thing(Grievance).holder_id])
    return [Choice(reply_id, "“" + shortened(words, 40) + "”") for reply_id, words in kept]


def _take_saved(turn: Turn, value: str) -> str:
    kept = dict(saved_replies.of_units(turn.session, [turn.thing(Grievance).holder_id]))
    if value not in kept:  # a colleague has just dropped it
        raise Again
    return kept[value]


def note_seen(turn: Turn) -> None:
    """Where the words are asked for: what comes after that, the preview shows."""
    meanwhile = turn.notes(Meanwhile)
    if meanwhile.seen is None:
        meanwhile.seen = _count(turn, turn.thing(Grievance))


def _note_shown(turn: Turn) -> None:
    attachments.keep(turn)
    turn.notes(Meanwhile).shown = _count(turn, turn.thing(Grievance))


def _prompt(asked: str, turn: Turn) -> str:
    return turn._(asked, code=turn.thing(Grievance).code)


def _whole(turn: Turn, added: str) -> str:
    """What the reporter will read; what is added comes in their own language (handlers.grievances.posting)."""
    text = turn.answers["text"]
    return f"{text}\n\n{turn._(added)}" if added else text


def _preview(added: str, turn: Turn) -> str:
    case, seen = turn.thing(Grievance), turn.notes(Meanwhile).seen
    said = case_rows.entries(turn.session, case.id)
    about = shortened(case_rows.text_of(turn.session, said[0]).splitlines()[0], 80)
    lines = [
        turn._("To the reporter of {code}, who wrote “{about}”:", code=case.code, about=about),
        f"“{shortened(_whole(turn, added), 1500)}”",
        *attachments.review(turn),
    ]
    for entry in said[len(said) if seen is None else seen :]:
        if entry.kind == case_rows.UNDELIVERED:
            lines.append(cards.undelivered(turn.language))
        elif entry.officer_id != turn.member.person_id and entry.kind not in case_rows.BY_NOBODY:
            words = case_rows.text_of(turn.session, entry)
            by = cards.said_by(turn.session, turn.language, entry)
            lines.append(
                turn._("⚠ Meanwhile {who}: {words}", who=by, words=f"“{shortened(words)}”" if words else _done(turn, entry))
            )
    return "\n\n".join([*lines, turn._("Send this, comrade?")])


def _done(turn: Turn, entry: Entry) -> str:
    return {
        "acknowledged": turn._("has acknowledged it"),
        "assigned": turn._("has assigned it"),
        "escalated": turn._("has handed it up"),
        "returned": turn._("has handed it back"),
        "taken": turn._("has taken it over"),
    }.get(entry.kind, turn._("has changed it"))


def _choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("send", turn._("Send")),
        Choice("change", turn._("Write it again")),
        Choice("cancel", turn._("Cancel")),
    )


def _sure(turn: Turn, value: str) -> str:
    if value == "change":
        del turn.answers["text"]
        raise Again
    if value == "send" and _count(turn, turn.thing(Grievance)) != turn.notes(Meanwhile).shown:
        raise Again  # somebody wrote between the preview and the tap: show it with what they wrote
    return unless_cancelled(turn, value)


def deliver(turn: Turn, verb: Verb) -> str:
    """Sends what was written, and returns what to say of it: nothing where a colleague was first, which has been said."""
    case = turn.thing(Grievance)
    try:
        verb(turn.session, case, saying(turn, case), turn.now)
    except handling.Refused:
        cases.already(turn, case)
        return ""
    attachments.sent(turn)
    turn.falls_due = not case.covered
    if not case.covered:
        return turn._("Sent, comrade. The reporter of {code} hears it now.", code=case.code)
    return turn._(
        "Sent, comrade. The reporter of {code} hears it within {minutes} minutes, to protect them.",
        code=case.code,
        minutes="–".join(map(str, turn.site.relay_minutes)),
    )


def _send(how: Dialogue, turn: Turn) -> None:
    case = turn.thing(Grievance)
    said = deliver(turn, how.verb)
    if not said:
        return
    keeps = how.may_be_saved and access.is_open_to_all(turn.session, case)  # saved replies are read by the whole unit
    after = [
        Option(open_token("queue"), turn._("Cases to handle")),
        *([Option(open_token("keep", case.id), turn._("Keep as a saved reply"))] if keeps else []),
        Option(open_token("menu"), turn._("Menu")),
    ]
    turn.say(said, after)


def _note(turn: Turn) -> None:
    case = turn.thing(Grievance)
    handling.note_inside(turn.session, case, turn.member.person_id, turn.answers["text"], turn.now)
    cases.show(turn, case, turn._("Noted on {code}; the reporter does not see it.", code=case.code))


def begun(turn: Turn, case: Grievance, text: str) -> Known:
    """With what “PA-XXXXXX words” begins an answer at its preview."""
    return Known({"text": take_text(turn, text)}, (seen(turn, case),))


def seen(turn: Turn, case: Grievance) -> Meanwhile:
    """As much as there is in the case now."""
    return Meanwhile(_count(turn, case))


def _heard(turn: Turn) -> Grievance | None:
    """Their open case, with a chat to answer to."""
    case = cards.open_case(turn)
    return case if case is not None and case.route is not None else None


def preview(added: str = "") -> Question:
    """What is shown before anything goes to a reporter."""
    return Question("sure", partial(_preview, added), _choices, chosen=_sure, before=_note_shown, binds=True)


def _dialogue(how: Dialogue) -> Conversation:
    text = Question(
        "text",
        partial(_prompt, how.prompt),
        check=take_text,
        before=note_seen,
        listed=_saved if how.may_be_saved else None,
        chosen=_take_saved if how.may_be_saved else None,
    )
    asked = (text, preview(how.added))
    return Conversation(how.name, partial(_send, how), asked, about=_heard, in_office=True, takes_files=True, in_full=True)


_DIALOGUES = (
    Dialogue("reply", handling.reply, N_("Comrade, please write your answer to {code}."), may_be_saved=True),
    Dialogue(
        "ask",
        handling.ask,
        N_("Comrade, what would you like to ask the reporter of {code}?"),
        added=N_("You need not say your name."),
    ),
    Dialogue(
        "close",
        handling.propose_settling,
        N_("Comrade, please write what came of {code}. The reporter then says whether that settles it."),
    ),
    Dialogue(
        "unfounded",
        handling.close_unfounded,
        N_("Comrade, please write why {code} has no grounds. The reporter reads it."),
    ),
)
_NOTE = N_("Comrade, please write the note on {code}. Only officers of your unit read it.")

CONVERSATIONS = (
    *map(_dialogue, _DIALOGUES),
    Conversation(
        "note", _note, (Question("text", partial(_prompt, _NOTE), check=take_text),), about=cards.case_of, in_office=True
    ),
)
