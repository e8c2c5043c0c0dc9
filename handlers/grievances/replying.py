"""What an officer writes in a case: answers, questions, outcomes, notes. Each is shown before it goes, with the case's code
and first line, so that an answer never reaches the wrong worker; and nothing is sent over a colleague's head unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from handlers.chat.conversation import Again, Choice, Conversation, Question, Turn, open_token, take_text, unless_cancelled
from handlers.chat.words import shortened
from handlers.grievances import cases
from models.anonymity import moments
from models.grievances import cases as case_rows
from models.grievances import exclusions, handling, saved_replies
from models.grievances.cases import Entry, Grievance
from models.grievances.handling import Saying
from models.messages.message import Option
from models.store.database import Session

Verb = Callable[[Session, Grievance, Saying, datetime], None]

_VERBS: dict[str, Verb] = {
    "reply": handling.reply,
    "ask": handling.ask,
    "close": handling.propose_settling,
    "unfounded": handling.close_unfounded,
}


def saying(turn: Turn, case: Grievance) -> Saying:
    """What was written here, by the officer at hand."""
    relay_at = moments.cover(turn.now, turn.site.relay_minutes) if case.covered else turn.now
    return Saying(turn.member.person_id, turn.answers["text"], relay_at)


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


def _note_seen(turn: Turn) -> None:
    turn.answers.setdefault("seen", str(_count(turn, turn.thing(Grievance))))


def _note_shown(turn: Turn) -> None:
    turn.answers["shown"] = str(_count(turn, turn.thing(Grievance)))


def _prompt(turn: Turn) -> str:
    case = turn.thing(Grievance)
    return {
        "reply": turn._("Comrade, please write your answer to {code}.", code=case.code),
        "ask": turn._("Comrade, what would you like to ask the reporter of {code}?", code=case.code),
        "close": turn._(
            "Comrade, please write what came of {code}. The reporter then says whether that settles it.", code=case.code
        ),
        "unfounded": turn._("Comrade, please write why {code} has no grounds. The reporter reads it.", code=case.code),
        "note": turn._("Comrade, please write the note on {code}. Only officers of your unit read it.", code=case.code),
    }[turn.run.conversation]


def _whole(turn: Turn) -> str:
    """What the reporter will read; the sentence under a question comes in their own language (handlers.front.posting)."""
    text = turn.answers["text"]
    if turn.run.conversation == "ask":
        text += "\n\n" + turn._("You need not say your name.")
    return text


def _preview(turn: Turn) -> str:
    case = turn.thing(Grievance)
    said = case_rows.entries(turn.session, case.id)
    about = shortened(case_rows.text_of(turn.session, said[0]).splitlines()[0], 80)
    lines = [
        turn._("To the reporter of {code}, who wrote “{about}”:", code=case.code, about=about),
        f"“{shortened(_whole(turn), 1500)}”",
    ]
    for entry in said[int(turn.answers.get("seen", len(said))) :]:
        if entry.kind == case_rows.UNDELIVERED:
            lines.append(cases.undelivered(turn.language))
        elif entry.officer_id != turn.member.person_id and entry.kind not in case_rows.BY_NOBODY:
            words = case_rows.text_of(turn.session, entry)
            by = cases.said_by(turn.session, turn.language, entry)
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
    if value == "send" and _count(turn, turn.thing(Grievance)) != int(turn.answers["shown"]):
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
    turn.falls_due = not case.covered
    if not case.covered:
        return turn._("Sent, comrade. The reporter of {code} hears it now.", code=case.code)
    return turn._(
        "Sent, comrade. The reporter of {code} hears it within {minutes} minutes, to protect them.",
        code=case.code,
        minutes="–".join(map(str, turn.site.relay_minutes)),
    )


def _send(turn: Turn) -> None:
    case = turn.thing(Grievance)
    verb = _VERBS[turn.run.conversation]
    said = deliver(turn, verb)
    if not said:
        return
    # Not where somebody is barred: saved replies are read by the whole unit.
    keeps = verb is handling.reply and not exclusions.any_for(turn.session, case.id)
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


def begun(turn: Turn, case: Grievance, text: str) -> dict[str, str]:
    """The answers with which “PA-XXXXXX words” begins an answer at its preview."""
    return {"text": take_text(turn, text), "seen": str(_count(turn, case))}


def _heard(turn: Turn) -> Grievance | None:
    """Their open case, with a chat to answer to."""
    case = cases.open_case(turn)
    return case if case is not None and case.route is not None else None


SURE = Question("sure", _preview, _choices, chosen=_sure, before=_note_shown)
"""What is shown before anything goes to a reporter."""


def _dialogue(name: str) -> Conversation:
    saved = {"listed": _saved, "chosen": _take_saved} if name == "reply" else {}
    text = Question("text", _prompt, check=take_text, before=_note_seen, **saved)  # type: ignore[arg-type]
    return Conversation(name, _send, (text, SURE), about=_heard, in_office=True)


CONVERSATIONS = (
    *(_dialogue(name) for name in _VERBS),
    Conversation("note", _note, (Question("text", _prompt, check=take_text),), about=cases.case_of, in_office=True),
)
