"""Writing a notice: the words, then a preview exactly as members will see it, to everybody of the officer's own unit, then
sending.

What can be changed is changed at the preview: for whom, kind, urgency, confirmation, time, second language. Nothing goes out
before the preview; above a number of people the sender types that number, and above another a second officer must agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple

from handlers.broadcasts import audiences, overview, previews, reading, second_officer
from handlers.broadcasts.previews import Plan, Preview
from handlers.chat.conversation import Choice, Conversation, Question, Turn, take_text, with_right
from handlers.files import attachments
from models.broadcasts import broadcasts, progress
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Draft, Words
from models.messages.notes import note
from models.people import rights


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


def _draft(turn: Turn) -> Draft:
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


def _plan(turn: Turn) -> Plan:
    """What would be sent; made once a turn (`previews.judged`)."""
    return previews.judge(turn, _draft(turn))


def _show(turn: Turn) -> None:
    """Says the notice as it will be read, and notes for how many it is."""
    attachments.keep(turn)
    if not turn.subject:
        audiences.preset(turn)
    plan = previews.judged(turn, _plan, anew=True)
    previews.begin(turn, plan.size)
    sight = overview.sample(turn, plan.made)
    mark = hashlib.sha256(sight.encode()).hexdigest()[:16]
    notice = turn.notes(Notice)
    if notice.sight != mark:  # not again at each switch
        notice.sight = mark
        turn.say(sight)
        if english := plan.made.words.texts.get("en"):
            turn.say(english)


def _preview(turn: Turn) -> str:
    """What will happen to it."""
    plan = previews.judged(turn, _plan)
    lines = [turn._("Please check before it is sent, comrade:"), *previews.lines(turn, plan)]
    lines += [turn._("When: {when}", when=previews.when(turn)), _what(turn, plan.made), *attachments.review(turn)[:1]]
    return "\n".join(lines)


def _what(turn: Turn, made: Draft) -> str:
    """What is switched, in a line."""
    parts = [
        reading.kind_name(turn.language, made.kind),
        turn._("urgent") if made.urgent else "",
        turn._("members are asked to confirm") if made.ask else "",
        turn._("with English") if "en" in made.words.texts else "",
    ]
    return " · ".join(filter(None, parts))


def _choices(turn: Turn) -> Sequence[Choice]:
    plan = previews.judged(turn, _plan)
    label = turn._("Send for approval") if plan.needs_second else turn._("Send")
    return previews.choices(turn, plan, Choice("send", label, "main"))


def _changes(turn: Turn) -> Sequence[Choice]:
    again, notice = _repeated(turn) is not None, turn.notes(Notice)
    urgent = previews.switch("urgent", turn._("Urgent"), on=notice.urgent)
    if again:
        return [urgent]
    kind = Choice("c_kind", turn._("Kind: {kind}", kind=reading.kind_name(turn.language, _kind(turn))))
    times = [Choice("c_at", turn._("Send later")), Choice("c_repeat", turn._("Repeat"))]
    return [
        kind,
        urgent,
        previews.switch("ask", turn._("Ask members to confirm"), on=notice.ask),
        *([] if turn.subject else times),
        Choice("c_english", turn._("Add English")),
        Choice("rewrite", turn._("Change the words")),
        *([] if turn.subject else [Choice("whom", turn._("Change who receives it"))]),
    ]


def _switched(turn: Turn, value: str) -> None:
    notice = turn.notes(Notice)
    match value:
        case "urgent":
            notice.urgent = not notice.urgent
        case "ask":
            notice.ask = not notice.ask
        case "rewrite":
            del turn.answers["text"]


def _kinds(turn: Turn) -> Sequence[Choice]:
    return [Choice(key, reading.kind_name(turn.language, key)) for key in reading.kinds()]


def _finish(turn: Turn) -> None:
    plan = previews.judged(turn, _plan)
    if plan.obstacles:
        turn.say("\n\n".join(plan.obstacles), overview.options(turn))
        return
    attachments.sent(turn)
    draft = replace(plan.made, needs_second=plan.needs_second, shown_size=str(plan.size))
    row = broadcasts.create(turn.session, draft, turn.now)
    progress.watch(turn.session, row.id, turn.member.id)
    turn.falls_due = True
    if plan.may_agree is not None:
        second_officer.ask(turn, row, plan)
        text = turn._("{code} now waits for a second officer, comrade. Nothing goes out before.", code=row.code)
    elif row.send_at > turn.now:
        text = turn._(
            "{code} goes out: {when}. Until then you can cancel it, comrade.", code=row.code, when=previews.when(turn)
        )
    else:
        text = turn._("{code} is on its way, comrade. You will see here how far it has come.", code=row.code)
    turn.say(text, overview.options(turn, row))


def _kind_chosen(turn: Turn, value: str) -> str:
    turn.notes(Notice).kind = value
    raise previews.changed(turn)


def _english_written(turn: Turn, text: str) -> str:
    turn.notes(Notice).english = take_text(turn, text)
    raise previews.changed(turn)


def _without_english(turn: Turn, _value: str) -> str:
    turn.notes(Notice).english = ""
    raise previews.changed(turn)


_LAST = (
    previews.to_change(_changes, _switched),
    Question(
        "_kind",
        lambda turn: turn._("What kind of notice is it?"),
        _kinds,
        chosen=_kind_chosen,
        when=previews.changing("kind"),
    ),
    previews.REPEAT,
    previews.AT,
    Question(
        "_english",
        lambda turn: turn._("Please write the notice in English."),
        lambda turn: [Choice("none", turn._("Without English"))],
        check=_english_written,
        chosen=_without_english,
        when=previews.changing("english"),
    ),
    Question("send", _preview, _choices, chosen=previews.tapped, before=_show, binds=True),
    previews.NUMBER,
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
