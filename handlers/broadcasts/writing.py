"""Writing a notice in four steps: the words, the audience, a preview exactly as members will see it, sending.

What can be changed is changed at the preview: kind, urgency, confirmation, time, second language. Nothing goes out before
the preview; above a number of people the sender types that number, and above another a second officer must agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from config import keyboards
from config.i18n import N_
from handlers.broadcasts import audiences, forecast, overview, reading, second_officer
from handlers.chat import typed_times
from handlers.chat.conversation import (
    Again,
    Choice,
    Conversation,
    Invalid,
    Question,
    Turn,
    take_text,
    unless_cancelled,
    with_right,
)
from handlers.files import attachments
from models.broadcasts import broadcasts, progress
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import REPEATS, Draft, Words
from models.people import rights

REPEAT_NAMES = {
    "weekly": N_("every week"),
    "monthly": N_("every month"),
    "quarterly": N_("every quarter"),
    "yearly": N_("every year"),
}


def earlier(turn: Turn) -> broadcasts.Broadcast | None:
    """The broadcast this one corrects or repeats, if it does."""
    return turn.thing(broadcasts.Broadcast) if turn.subject else None


def _is_correction(turn: Turn) -> bool:
    return turn.run.conversation == "correct"


def _text(turn: Turn) -> str:
    if _is_correction(turn):
        row = turn.thing(broadcasts.Broadcast)
        return turn._(
            "Comrade, please write the whole notice {code} as it should be. Whoever received it gets the correction.",
            code=row.code,
        )
    return turn._("Comrade, please write the notice. You can add photos and files to it.")


def _picked(turn: Turn) -> Audience:
    row = earlier(turn)
    if row is None:
        return audiences.chosen(turn)
    whom = {"correct": "meant", "again": "unconfirmed"}[turn.run.conversation]
    first = broadcasts.audience_of(row)
    return Audience(units=first.units, private=first.is_private, **{whom: row.id})  # type: ignore[arg-type]


def _words(turn: Turn) -> Words:
    row = earlier(turn) if turn.subject and not _is_correction(turn) else None
    if row is not None:
        return broadcasts.words_of(turn.session, row)
    english = turn.answers.get("english", "")
    return Words({"vi": turn.answers["text"], **({"en": english} if english else {})}, attachments.drafted(turn))


def _is_on(turn: Turn, key: str) -> bool:
    return turn.answers.get(key) == "yes"


def _kind(turn: Turn) -> str:
    return turn.answers.get("kind") or ("correction" if _is_correction(turn) else reading.kinds()[0])


def _send_at(turn: Turn) -> datetime:
    given = turn.answers.get("at", "")
    return datetime.fromisoformat(given) if given else turn.now


def draft(turn: Turn) -> Draft:
    """All that the answers say."""
    to = _picked(turn)
    row = earlier(turn)
    again = turn.run.conversation == "again"
    return Draft(
        author_id=turn.member.person_id,
        unit_id=row.unit_id if row else audiences.speaking(turn, to).id,
        words=_words(turn),
        audience=to,
        kind=row.kind if row and again else _kind(turn),
        send_at=_send_at(turn),
        urgent=_is_on(turn, "urgent"),
        ask=_is_on(turn, "ask") or again,
        repeat=turn.answers.get("repeat", ""),
        corrects=row.id if row and not again else None,
        follows=row.id if row and again else None,
    )


def _show(turn: Turn) -> None:
    """Says the notice as it will be read, and notes for how many it is."""
    attachments.keep(turn)
    made = draft(turn)
    turn.answers["size"] = str(forecast.of(turn, made).size.number)
    sight = overview.sample(turn, made)
    mark = hashlib.sha256(sight.encode()).hexdigest()[:16]
    if turn.answers.get("sight") != mark:  # not again at each switch
        turn.answers["sight"] = mark
        turn.say(sight)
        if english := made.words.texts.get("en"):
            turn.say(english)


def _preview(turn: Turn) -> str:
    """What will happen to it."""
    made = draft(turn)
    plan = forecast.of(turn, made)
    lines = [
        turn._("This is what members will see. Please check before it is sent, comrade:"),
        *attachments.review(turn),
        turn._("To: {audience}", audience=audiences.described(turn.session, turn.language, made.audience)),
        *forecast.lines(turn, made, plan),
        turn._("When: {when}", when=_when(turn, made)),
    ]
    if second_officer.is_needed(turn, made.audience, plan.size):
        lines.append(second_officer.warning(turn, made.unit_id))
    return "\n\n".join(lines)


def _when(turn: Turn, made: Draft) -> str:
    at = turn.language.when(made.send_at, turn.now) if made.send_at > turn.now else turn._("at once")
    return at + (", " + turn._("then") + " " + turn._(REPEAT_NAMES[made.repeat]) if made.repeat else "")


def _choices(turn: Turn) -> Sequence[Choice]:
    made = draft(turn)

    def on(key: str) -> str:
        return "● " if _is_on(turn, key) else "○ "

    plan = forecast.of(turn, made)
    size = plan.size
    needs = second_officer.is_needed(turn, made.audience, size)
    sends = [Choice("send", turn._("Send for approval") if needs else turn._("Send"))]
    found = sends if forecast.may_go(plan) and second_officer.is_possible(turn, made.audience, made.unit_id, size) else []
    again = turn.subject and not _is_correction(turn)
    if not again:
        found.append(Choice("c_kind", turn._("Kind: {kind}", kind=reading.kind_name(turn.language, made.kind))))
    found.append(Choice("urgent", on("urgent") + turn._("Urgent")))
    if not again:
        found.append(Choice("ask", on("ask") + turn._("Ask members to confirm")))
    if not turn.subject:
        found += [Choice("c_at", turn._("Send later")), Choice("c_repeat", turn._("Repeat"))]
    if not again:
        found += [Choice("c_english", turn._("Add English")), Choice("rewrite", turn._("Change the words"))]
    if not turn.subject:
        found.append(Choice("whom", turn._("Change who receives it")))
    return [*found, Choice("cancel", turn._("Cancel"))]


def _tapped(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    if value in ("urgent", "ask"):
        turn.answers[value] = "no" if _is_on(turn, value) else "yes"
    elif value.startswith("c_"):
        turn.answers["change"] = value[2:]
    elif value == "rewrite":
        del turn.answers["text"]
    elif value == "whom":
        audiences.forget(turn)
    else:
        return value
    raise Again


def changing(key: str) -> Callable[[Turn], bool]:
    """Whether this button of the preview was tapped."""
    return lambda turn: turn.answers.get("change") == key


def change(turn: Turn, key: str, value: str) -> str:
    """Takes the answer of a question behind a button of the preview, and goes back to the preview."""
    turn.answers[key] = value
    turn.answers.pop("change", None)
    raise Again


def _kinds(turn: Turn) -> Sequence[Choice]:
    return [Choice(key, reading.kind_name(turn.language, key)) for key in reading.kinds()]


def _repeats(turn: Turn) -> Sequence[Choice]:
    named = [Choice(key, turn._(REPEAT_NAMES[key])) for key in REPEATS]
    return [Choice("once", turn._("once")), *named]


def _asked(turn: Turn) -> str:
    return turn._("This goes to {count} people. To send it, please write that number, comrade.", count=turn.answers["size"])


def _typed(turn: Turn, text: str) -> str:
    if keyboards.digits(text) != turn.answers["size"]:
        raise Invalid(turn._("That is not the number. Nothing was sent."))
    return text


def _finish(turn: Turn) -> None:
    made = draft(turn)
    plan = forecast.of(turn, made)
    if not forecast.may_go(plan):
        turn.say("\n\n".join(forecast.lines(turn, made, plan)), overview.options(turn))
        return
    needs = second_officer.is_needed(turn, made.audience, plan.size)
    if not second_officer.is_possible(turn, made.audience, made.unit_id, plan.size):
        turn.say(second_officer.warning(turn, made.unit_id), overview.options(turn))
        return
    attachments.sent(turn)
    row = broadcasts.create(turn.session, replace(made, needs_second=needs, shown_size=str(plan.size)), turn.now)
    progress.watch(turn.session, row.id, turn.member.id)
    turn.falls_due = True
    if needs:
        second_officer.ask(turn, row, plan.size)
        text = turn._("{code} now waits for a second officer, comrade. Nothing goes out before.", code=row.code)
    elif row.send_at > turn.now:
        text = turn._(
            "{code} goes out: {when}. Until then you can cancel it, comrade.", code=row.code, when=_when(turn, made)
        )
    else:
        text = turn._("{code} is on its way, comrade. You will see here how far it has come.", code=row.code)
    turn.say(text, overview.options(turn, row))


def _at(turn: Turn, text: str) -> str:
    return change(turn, "at", typed_times.read(turn, text).isoformat())


_CHANGES = {
    "kind": Question("_kind", lambda turn: turn._("What kind of notice is it?"), _kinds,
                     chosen=lambda turn, value: change(turn, "kind", value), when=changing("kind")),
    "repeat": Question("_repeat", lambda turn: turn._("How often?"), _repeats,
                       chosen=lambda turn, value: change(turn, "repeat", "" if value == "once" else value),
                       when=changing("repeat")),
    "at": Question("_at", lambda turn: turn._("When shall it go out? For example: {example}", example="17:00 12/06"),
                   lambda turn: [Choice("now", turn._("at once"))], check=_at,
                   chosen=lambda turn, _value: change(turn, "at", ""), when=changing("at")),
    "english": Question("_english", lambda turn: turn._("Please write the notice in English."),
                        lambda turn: [Choice("none", turn._("Without English"))],
                        check=lambda turn, text: change(turn, "english", take_text(turn, text)),
                        chosen=lambda turn, _value: change(turn, "english", ""), when=changing("english")),
}  # fmt: skip


def changes(*names: str) -> tuple[Question, ...]:
    """The questions behind these buttons of a preview; polls have some of them, too."""
    return tuple(_CHANGES[name] for name in names)


NUMBER = Question(
    "number",
    _asked,
    lambda turn: [Choice("cancel", turn._("Cancel"))],
    check=_typed,
    chosen=unless_cancelled,
    when=lambda turn: int(turn.answers["size"]) > turn.site.notices.typed_above,
)
"""After a preview, whose button kept the size: what goes to many is sent by typing how many. Polls have it, too."""
_LAST = (
    *changes(*_CHANGES),
    Question("send", _preview, _choices, chosen=_tapped, before=_show),
    NUMBER,
)
_TEXT = Question("text", _text, check=take_text)
_WHOM = audiences.QUESTIONS

_MAY = with_right(rights.WRITE_NOTICE)
CONVERSATIONS = (
    Conversation("notice", _finish, (_TEXT, *_WHOM, *_LAST), allowed=audiences.may_still, in_office=True, takes_files=True),
    Conversation("correct", _finish, (_TEXT, *_LAST), allowed=_MAY, about=overview.sent, in_office=True, takes_files=True),
    Conversation("again", _finish, _LAST, allowed=_MAY, about=overview.sent, in_office=True),
)
