"""What an officer writes in a case: answers, questions, outcomes, notes. Each is shown before it goes, with the case's code
and first line, so that an answer never reaches the wrong worker; and nothing is sent over a colleague's head unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from handlers import triage
from handlers.conversation import Again, Choice, Conversation, Question, Stop, Turn, open_token, take_text
from handlers.words import shortened
from models import grievance, handling, intake
from models.database import Session
from models.grievance import Grievance
from models.message import Option

Verb = Callable[[Session, Grievance, str, str, datetime, datetime], None]

_VERBS: dict[str, Verb] = {
    "reply": handling.reply,
    "ask": handling.ask,
    "close": handling.propose_settling,
    "unfounded": handling.close_unfounded,
}


def relay_at(turn: Turn, case: Grievance) -> datetime:
    """When the reporter hears: under time cover an answer, too, comes at a random moment."""
    return intake.cover(turn.now, turn.house.relay_minutes) if case.covered else turn.now


def _prompt(turn: Turn) -> str:
    case = triage.case_of(turn)
    assert turn.state.run is not None and case is not None  # `allowed` was asked first
    turn.answers.setdefault("seen", str(len(grievance.entries(turn.session, case.id))))
    return {
        "reply": turn._("Comrade, please write your answer to {code}.", code=case.code),
        "ask": turn._("Comrade, what would you like to ask the reporter of {code}?", code=case.code),
        "close": turn._(
            "Comrade, please write what came of {code}. The reporter then says whether that settles it.", code=case.code
        ),
        "unfounded": turn._("Comrade, please write why {code} has no grounds. The reporter reads it.", code=case.code),
        "note": turn._("Comrade, please write the note on {code}. Only officers of your unit read it.", code=case.code),
    }[turn.state.run.conversation]


def _whole(turn: Turn) -> str:
    """What the reporter will read."""
    assert turn.state.run is not None
    text = turn.answers["text"]
    if turn.state.run.conversation == "ask":
        text += "\n\n" + turn._("You need not say your name.")
    return text


def _preview(turn: Turn) -> str:
    case = triage.case_of(turn)
    assert case is not None
    said = grievance.entries(turn.session, case.id)
    about = shortened(grievance.text_of(turn.session, said[0]).splitlines()[0], 80)
    lines = [
        turn._("To the reporter of {code}, who wrote “{about}”:", code=case.code, about=about),
        f"«{shortened(_whole(turn), 1500)}»",
    ]
    for entry in said[int(turn.answers.get("seen", len(said))) :]:
        if entry.officer_id not in (None, turn.member.person_id):
            words = grievance.text_of(turn.session, entry)
            by = triage.officer_name(turn.session, turn.language, entry)
            lines.append(
                turn._("⚠ Meanwhile {who}: {words}", who=by, words=f"«{shortened(words)}»" if words else entry.kind)
            )
    turn.answers["shown"] = str(len(said))
    return "\n\n".join([*lines, turn._("Send this, comrade?")])


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
    if value == "cancel":
        raise Stop(turn._("Stopped. Nothing was sent."))
    case = triage.case_of(turn)
    if case is not None and len(grievance.entries(turn.session, case.id)) != int(turn.answers["shown"]):
        raise Again  # somebody wrote between the preview and the tap: show it with what they wrote
    return value


def _send(turn: Turn) -> None:
    case = triage.case_of(turn)
    assert case is not None and turn.state.run is not None
    verb = _VERBS[turn.state.run.conversation]
    try:
        verb(turn.session, case, turn.member.person_id, _whole(turn), turn.now, relay_at(turn, case))
    except handling.Refused:
        triage.already(turn, case)
        return
    turn.falls_due = not case.covered
    menu_options = [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))]
    if case.route is None:
        turn.say(
            turn._("Kept, comrade. {code} has no chat: please tell its reporter in person.", code=case.code), menu_options
        )
    elif case.covered:
        minutes = "–".join(map(str, turn.house.relay_minutes))
        turn.say(
            turn._(
                "Sent, comrade. The reporter of {code} hears it within {minutes} minutes, to protect them.",
                code=case.code,
                minutes=minutes,
            ),
            menu_options,
        )
    else:
        turn.say(turn._("Sent, comrade. The reporter of {code} hears it now.", code=case.code), menu_options)


def _note(turn: Turn) -> None:
    case = triage.case_of(turn)
    assert case is not None
    handling.note_inside(turn.session, case, turn.member.person_id, turn.answers["text"], turn.now)
    triage.show(turn, case, turn._("Noted on {code}; the reporter does not see it.", code=case.code))


def start_quick(turn: Turn, case: Grievance, text: str) -> dict[str, str]:
    """The answers with which "PA-XXXXXX words" begins an answer at its preview."""
    return {"text": take_text(turn, text), "seen": str(len(grievance.entries(turn.session, case.id)))}


def _dialogue(name: str) -> Conversation:
    return Conversation(
        name,
        _send,
        (Question("text", _prompt, check=take_text), Question("sure", _preview, _choices, chosen=_sure)),
        allowed=triage.their_open_case,
    )


CONVERSATIONS = (
    *(_dialogue(name) for name in _VERBS),
    Conversation("note", _note, (Question("text", _prompt, check=take_text),), allowed=triage.their_case),
)
