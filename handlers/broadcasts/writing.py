"""Writing a notice in four steps: the words, the audience, a preview exactly as members will see it, sending.

What can be changed is changed at the preview: kind, urgency, confirmation, time, second language. Nothing goes out before
the preview; above a number of people the sender types that number, and above another a second officer must agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal, NamedTuple

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
from models.messages.notes import note
from models.people import rights

REPEAT_NAMES = {
    "weekly": N_("every week"),
    "monthly": N_("every month"),
    "quarterly": N_("every quarter"),
    "yearly": N_("every year"),
}


@note
@dataclass(slots=True)
class Preview:
    """What the preview of a notice or a poll has. `change`: the button of it whose question is open. `at`: when it goes out,
    if not at once. `size`: for how many it was when it was last shown; nothing goes out that was not."""

    change: str = ""
    at: datetime | None = None
    repeat: str = ""
    size: int | None = None


@note
@dataclass(slots=True)
class Notice:
    """What is switched for a notice besides. `sight`: the mark of what members will see, as it was last shown."""

    kind: str = ""
    urgent: bool = False
    ask: bool = False
    english: str = ""
    sight: str = ""


Whom = Literal["meant", "unconfirmed"]


class Earlier(NamedTuple):
    """A notice that was sent, and what is written of it: a correction, for those whom it was meant for, or the same again,
    for those who have not confirmed it."""

    row: broadcasts.Broadcast
    whom: Whom


def _about(whom: Whom, turn: Turn) -> Earlier | None:
    row = overview.sent(turn)
    return Earlier(row, whom) if row is not None else None


def _earlier(turn: Turn, whom: Whom) -> broadcasts.Broadcast | None:
    """The notice that is corrected or said again, if this does that."""
    about = turn.judged
    return about.row if isinstance(about, Earlier) and about.whom == whom else None


def _corrected(turn: Turn) -> broadcasts.Broadcast | None:
    return _earlier(turn, "meant")


def _repeated(turn: Turn) -> broadcasts.Broadcast | None:
    return _earlier(turn, "unconfirmed")


def _text(turn: Turn) -> str:
    return turn._("Comrade, please write the notice. You can add photos and files to it.")


def _corrected_text(turn: Turn) -> str:
    return turn._(
        "Comrade, please write the whole notice {code} as it should be. Whoever received it gets the correction.",
        code=turn.thing(Earlier).row.code,
    )


def _picked(turn: Turn) -> Audience:
    row = _corrected(turn) or _repeated(turn)
    if row is None:
        return audiences.chosen(turn)
    first = broadcasts.audience_of(row)
    whom = Audience(units=first.units, private=first.is_private)
    return replace(whom, meant=row.id) if _corrected(turn) is not None else replace(whom, unconfirmed=row.id)


def _words(turn: Turn) -> Words:
    if (row := _repeated(turn)) is not None:
        return broadcasts.words_of(turn.session, row)
    english = turn.notes(Notice).english
    return Words({"vi": turn.answers["text"], **({"en": english} if english else {})}, attachments.drafted(turn))


def _kind(turn: Turn) -> str:
    if (row := _repeated(turn)) is not None:
        return row.kind
    return turn.notes(Notice).kind or ("correction" if _corrected(turn) is not None else reading.kinds()[0])


def draft(turn: Turn) -> Draft:
    """All that was answered and noted."""
    to, preview, notice = _picked(turn), turn.notes(Preview), turn.notes(Notice)
    corrected, repeated = _corrected(turn), _repeated(turn)
    row = corrected or repeated
    return Draft(
        author_id=turn.member.person_id,
        unit_id=row.unit_id if row else audiences.speaking(turn, to).id,
        words=_words(turn),
        audience=to,
        kind=_kind(turn),
        send_at=preview.at or turn.now,
        urgent=notice.urgent,
        ask=notice.ask or repeated is not None,
        repeat=preview.repeat,
        corrects=corrected.id if corrected is not None else None,
        follows=repeated.id if repeated is not None else None,
    )


def _show(turn: Turn) -> None:
    """Says the notice as it will be read, and notes for how many it is."""
    attachments.keep(turn)
    made = draft(turn)
    turn.notes(Preview).size = forecast.of(turn, made).size.number
    sight = overview.sample(turn, made)
    mark = hashlib.sha256(sight.encode()).hexdigest()[:16]
    notice = turn.notes(Notice)
    if notice.sight != mark:  # not again at each switch
        notice.sight = mark
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

    def dot(*, on: bool) -> str:
        return "● " if on else "○ "

    plan = forecast.of(turn, made)
    size = plan.size
    needs = second_officer.is_needed(turn, made.audience, size)
    sends = [Choice("send", turn._("Send for approval") if needs else turn._("Send"))]
    found = sends if forecast.may_go(plan) and second_officer.is_possible(turn, made.audience, made.unit_id, size) else []
    again, notice = _repeated(turn) is not None, turn.notes(Notice)
    if not again:
        found.append(Choice("c_kind", turn._("Kind: {kind}", kind=reading.kind_name(turn.language, made.kind))))
    found.append(Choice("urgent", dot(on=notice.urgent) + turn._("Urgent")))
    if not again:
        found.append(Choice("ask", dot(on=notice.ask) + turn._("Ask members to confirm")))
    if not turn.subject:
        found += [Choice("c_at", turn._("Send later")), Choice("c_repeat", turn._("Repeat"))]
    if not again:
        found += [Choice("c_english", turn._("Add English")), Choice("rewrite", turn._("Change the words"))]
    if not turn.subject:
        found.append(Choice("whom", turn._("Change who receives it")))
    return [*found, Choice("cancel", turn._("Cancel"))]


def _tapped(turn: Turn, value: str) -> str:
    notice = turn.notes(Notice)
    if value == "urgent":
        notice.urgent = not notice.urgent
        raise Again
    if value == "ask":
        notice.ask = not notice.ask
        raise Again
    if value == "rewrite":
        del turn.answers["text"]
        raise Again
    return tapped(turn, value)


def tapped(turn: Turn, value: str) -> str:
    """The buttons that every preview has; the last sends what was shown, and nothing else."""
    preview = turn.notes(Preview)
    unless_cancelled(turn, value)
    if value.startswith("c_"):
        preview.change = value[2:]
        raise Again
    if value == "whom":
        audiences.forget(turn)
        raise Again
    if preview.size is None:
        raise Again
    return value


def changing(button: str) -> Callable[[Turn], bool]:
    """Whether this button of the preview was tapped."""
    return lambda turn: turn.notes(Preview).change == button


def changed(turn: Turn) -> Again:
    """What a question behind a button of the preview raises when it is answered: the preview is gone on with."""
    turn.notes(Preview).change = ""
    return Again()


def _kinds(turn: Turn) -> Sequence[Choice]:
    return [Choice(key, reading.kind_name(turn.language, key)) for key in reading.kinds()]


def _repeats(turn: Turn) -> Sequence[Choice]:
    named = [Choice(key, turn._(REPEAT_NAMES[key])) for key in REPEATS]
    return [Choice("once", turn._("once")), *named]


def _asked(turn: Turn) -> str:
    size = turn.notes(Preview).size
    return turn._("This goes to {count} people. To send it, please write that number, comrade.", count=size)


def _typed(turn: Turn, text: str) -> str:
    if keyboards.digits(text) != str(turn.notes(Preview).size):
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


def _at_written(turn: Turn, text: str) -> str:
    turn.notes(Preview).at = typed_times.read(turn, text)
    raise changed(turn)


def _at_once(turn: Turn, _value: str) -> str:
    turn.notes(Preview).at = None
    raise changed(turn)


def _repeat_chosen(turn: Turn, value: str) -> str:
    turn.notes(Preview).repeat = "" if value == "once" else value
    raise changed(turn)


def _kind_chosen(turn: Turn, value: str) -> str:
    turn.notes(Notice).kind = value
    raise changed(turn)


def _english_written(turn: Turn, text: str) -> str:
    turn.notes(Notice).english = take_text(turn, text)
    raise changed(turn)


def _without_english(turn: Turn, _value: str) -> str:
    turn.notes(Notice).english = ""
    raise changed(turn)


_CHANGES = {
    "kind": Question("_kind", lambda turn: turn._("What kind of notice is it?"), _kinds,
                     chosen=_kind_chosen, when=changing("kind")),
    "repeat": Question("_repeat", lambda turn: turn._("How often?"), _repeats,
                       chosen=_repeat_chosen, when=changing("repeat")),
    "at": Question("_at", lambda turn: turn._("When shall it go out? For example: {example}", example="17:00 12/06"),
                   lambda turn: [Choice("now", turn._("at once"))], check=_at_written, chosen=_at_once,
                   when=changing("at")),
    "english": Question("_english", lambda turn: turn._("Please write the notice in English."),
                        lambda turn: [Choice("none", turn._("Without English"))],
                        check=_english_written, chosen=_without_english, when=changing("english")),
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
    when=lambda turn: (turn.notes(Preview).size or 0) > turn.site.notices.typed_above,
)
"""After a preview, which noted the size: what goes to many is sent by typing how many. Polls have it, too."""
_LAST = (
    *changes(*_CHANGES),
    Question("send", _preview, _choices, chosen=_tapped, before=_show),
    NUMBER,
)
_TEXT = Question("text", _text, check=take_text)
_CORRECTED = Question("text", _corrected_text, check=take_text)
_WHOM = audiences.QUESTIONS

_MAY = with_right(rights.WRITE_NOTICE)
CONVERSATIONS = (
    Conversation("notice", _finish, (_TEXT, *_WHOM, *_LAST), allowed=audiences.may_still, in_office=True, takes_files=True),
    Conversation(
        "correct",
        _finish,
        (_CORRECTED, *_LAST),
        allowed=_MAY,
        about=partial(_about, "meant"),
        in_office=True,
        takes_files=True,
    ),
    Conversation("again", _finish, _LAST, allowed=_MAY, about=partial(_about, "unconfirmed"), in_office=True),
)
