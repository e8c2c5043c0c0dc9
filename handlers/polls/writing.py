"""Making a poll: from a template or question by question, whom it is for, a preview, and when it opens.

What people are told when they answer cannot change afterwards: whether it is anonymous, its threshold, its questions. So
there is no editing, only another poll.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from config.tables import folder
from handlers.broadcasts import audiences, forecast, overview, writing
from handlers.broadcasts import second_officer as rule_of_two
from handlers.broadcasts.forecast import Forecast
from handlers.chat.conversation import Again, Choice, Conversation, Question, Turn, open_token, unless_cancelled
from handlers.polls import in_words, questions, second_officer
from models.anonymity import counts
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import POLL, Draft, Words
from models.messages.message import Option
from models.messages.notes import note
from models.people import units
from models.polls import overlap, polls, rounds
from models.polls.polls import Content, Terms, Unfit
from models.polls.polls import Question as Asked
from models.trust import audit

_DAYS = (3, 7, 14, 30)


@note
@dataclass(slots=True)
class Rules:
    """By what rules it is asked: for how long, whether anybody may vote, whether codes are given to check the count."""

    days: int = 7
    anyone: bool = False
    receipts: bool = False


def templates() -> dict[str, dict[str, Any]]:
    """config/polls/*.toml, by name."""
    return folder("polls")


def _questions_of(template: dict[str, Any]) -> list[Asked]:
    return [
        Asked(
            one["kind"],
            {code: one[code] for code in ("vi", "en") if code in one},
            tuple(one.get("options", ())),
            tuple(one["when"]) if "when" in one else None,
        )
        for one in template["questions"]
    ]


def _template(turn: Turn) -> dict[str, Any] | None:
    return templates().get(turn.answers.get("template", ""))


def content(turn: Turn) -> Content:
    """What the answers say."""
    to = audiences.chosen(turn)
    template = _template(turn)
    if template is not None:
        return Content(template["title"], _questions_of(template), to.units, to.dump())
    return Content({"vi": turn.answers["title"]}, questions.questions(turn), to.units, to.dump())


# From a template, or question by question.


def _templates(turn: Turn) -> Sequence[Choice]:
    named = [Choice(name, in_words.words(turn.language, one["title"])) for name, one in templates().items()]
    return [*named, Choice(questions.OWN, turn._("My own questions")), Choice("cancel", turn._("Cancel"))]


# The preview.


def _opens_at(turn: Turn) -> datetime:
    return turn.notes(writing.Preview).at or turn.now


def _invitation(turn: Turn) -> Draft:
    """What goes out when it opens, as far as a preview needs it."""
    to = audiences.chosen(turn)
    return Draft(
        author_id=turn.member.person_id,
        unit_id=audiences.speaking(turn, to).id,
        words=Words({}),
        audience=replace(to, verified=not _is_open(turn)),
        kind=POLL,
        send_at=_opens_at(turn),
    )


def _is_open(turn: Turn) -> bool:
    """Whether anybody could vote."""
    return turn.notes(Rules).anyone


def _threshold(turn: Turn) -> int:
    return max(counts.LEAST, turn.site.notices.threshold)


def _shown_from(turn: Turn) -> int:
    """As models.polls.polls.Poll.shown_from will say of what the answers make."""
    return counts.open_from(_threshold(turn)) if _is_open(turn) else counts.enough(_threshold(turn))


def how(turn: Turn, shown_from: int) -> str:
    """What people are told of their answers, for officers."""
    return turn._("Anonymous, shown for {k} people or more. This cannot be changed once it is open.", k=shown_from)


def _obstacles(turn: Turn, to: Audience) -> list[str]:
    """Why it cannot be asked like that, and what can be done."""
    found = []
    if not _is_whole(turn, rates=True):
        found.append(turn._("⚠ This rates the committee: please choose the whole grassroots union, and nothing less."))
    if _is_open(turn) and not _is_whole(turn, rates=False):
        text = turn._(
            "⚠ Where everybody votes, also without a slip, only the result of a whole grassroots union is shown. Please "
            "choose the whole union, or let only slips vote."
        )
        found.append(text)
    asked, k = replace(to, verified=False), _threshold(turn)
    if (earlier := overlap.in_the_way(turn.session, asked, turn.now, k, is_open=_is_open(turn))) is not None:
        one, poll = earlier
        text = turn._(
            "⚠ {code} asked nearly the same people. What the few in whom they differ answered could be found by "
            "subtracting. Please ask just those whom {code} asked, or quite others, or wait until {day}.",
            code=poll.code,
            day=turn.language.day(one.closes_at + overlap.TOGETHER),
        )
        found.append(text)
    return found


def _may_go(turn: Turn, plan: Forecast, made: Draft) -> bool:
    return (
        forecast.may_go(plan)
        and not _obstacles(turn, made.audience)
        and rule_of_two.is_possible(turn, made.audience, made.unit_id, plan.size)
    )


def _preview(turn: Turn) -> str:
    given, made = content(turn), _invitation(turn)
    plan = forecast.of(turn, made)
    lines = [
        turn._("Please check before it opens, comrade:"),
        f"🗳 {in_words.words(turn.language, given.title)}",
        "\n".join(in_words.asked_lines(turn.language, given)),
        turn._("To: {audience}", audience=audiences.described(turn.session, turn.language, audiences.chosen(turn))),
        *forecast.lines(turn, made, plan),
        turn._("Opens: {when}. Closes after {days} days.", when=_when(turn), days=turn.notes(Rules).days),
    ]
    if plan.heads < _shown_from(turn):
        text = turn._("⚠ As of last night few could vote here, so that hardly any result could be shown.")
        lines.append(text + ("" if _is_open(turn) else " " + turn._("Only those who joined with a one-time slip vote.")))
    lines += _obstacles(turn, made.audience)
    lines.append(how(turn, _shown_from(turn)))
    if rule_of_two.is_needed(turn, made.audience, plan.size):
        lines.append(rule_of_two.warning(turn, made.unit_id))
    return "\n\n".join(lines)


def _when(turn: Turn) -> str:
    at = _opens_at(turn)
    when = turn.language.when(at, turn.now) if at > turn.now else turn._("at once")
    repeat = turn.notes(writing.Preview).repeat
    return when + (", " + turn._("then") + " " + turn._(writing.REPEAT_NAMES[repeat]) if repeat else "")


def _note_size(turn: Turn) -> None:
    turn.notes(writing.Preview).size = forecast.of(turn, _invitation(turn)).size.number


def _choices(turn: Turn) -> Sequence[Choice]:
    def switch(key: str, label: str, *, on: bool) -> Choice:
        return Choice(key, ("● " if on else "○ ") + label)

    rules = turn.notes(Rules)
    made = _invitation(turn)
    plan = forecast.of(turn, made)
    size, may = plan.size, _may_go(turn, plan, made)
    label = turn._("Send for approval") if rule_of_two.is_needed(turn, made.audience, size) else turn._("Open the poll")
    return [
        *([Choice("open", label)] if may else []),
        Choice("c_at", turn._("Open later")),
        Choice("c_days", turn._("How long it is open")),
        Choice("c_repeat", turn._("Repeat")),
        switch("anyone", turn._("Everybody votes, not only slips"), on=rules.anyone),
        switch("receipts", turn._("Give codes to check the count"), on=rules.receipts),
        Choice("whom", turn._("Change who receives it")),
        Choice("cancel", turn._("Cancel")),
    ]


def _is_whole(turn: Turn, *, rates: bool) -> bool:
    """Whether it asks a whole grassroots union; with `rates`, or does not have to. A poll that rates the committee does:
    asked of one team, the committee would have its rating by team, and of all but one, by subtraction."""
    to, template = audiences.chosen(turn), _template(turn)
    if rates and not (template and template.get("rates")):
        return True
    whole = len(to.units) == 1 and units.level(units.get(turn.session, to.units[0])) != "team"
    return whole and to == Audience(to.units)


def _tapped(turn: Turn, value: str) -> str:
    rules = turn.notes(Rules)
    if value == "anyone":
        rules.anyone = not rules.anyone
        raise Again
    if value == "receipts":
        rules.receipts = not rules.receipts
        raise Again
    return writing.tapped(turn, value)


def _days_chosen(turn: Turn, value: str) -> str:
    turn.notes(Rules).days = int(value)
    raise writing.changed(turn)


def _finish(turn: Turn) -> None:
    given, rules = content(turn), turn.notes(Rules)
    template = _template(turn)
    invitation = _invitation(turn)
    plan = forecast.of(turn, invitation)
    size = plan.size
    if not _may_go(turn, plan, invitation):
        why = _obstacles(turn, invitation.audience)
        if not forecast.may_go(plan):
            why = forecast.lines(turn, invitation, plan)
        turn.say("\n\n".join(why or [rule_of_two.warning(turn, invitation.unit_id)]), overview.options(turn))
        return
    try:
        made = polls.create(
            turn.session,
            invitation.unit_id,
            given,
            Terms(
                threshold=_threshold(turn),
                voters="anyone" if rules.anyone else "slips",
                repeat=turn.notes(writing.Preview).repeat,  # type: ignore[arg-type]
                open_days=rules.days,
                receipts=rules.receipts,
                rates=bool(template and template.get("rates")),
            ),
            author_id=turn.member.person_id,
        )
    except Unfit:
        turn.say(turn._("This poll cannot be asked like that. Nothing was opened, comrade."), overview.options(turn))
        return
    closes_at = _opens_at(turn) + timedelta(days=rules.days)
    waits = rule_of_two.is_needed(turn, invitation.audience, size)
    one = rounds.plan(turn.session, made, _opens_at(turn), closes_at, waits=waits)
    audit.note(turn.session, turn.member.person_id, "poll", made.id, turn.now)
    turn.falls_due = True
    if waits:
        second_officer.ask(turn, made, one, audiences.chosen(turn))
        text = turn._("{code} waits for a second officer now, comrade. It does not open before.", code=made.code)
        turn.say(text, [Option(open_token("round", one.id), made.code), *overview.options(turn)])
        return
    when = _when(turn)
    text = turn._("{code} opens: {when}. Nobody sees a result before it is closed.", code=made.code, when=when)
    turn.say(text, [Option(open_token("round", one.id), made.code), *overview.options(turn)])


_LAST = (
    *writing.changes("at", "repeat"),
    Question(
        "_days",
        lambda turn: turn._("How many days shall it be open?"),
        lambda _turn: [Choice(str(days), str(days)) for days in _DAYS],
        chosen=_days_chosen,
        when=writing.changing("days"),
    ),
    Question("open", _preview, _choices, chosen=_tapped, before=_note_size),
    writing.NUMBER,
)

CONVERSATIONS = (
    Conversation(
        "ask_opinion",
        _finish,
        (
            Question(
                "template", lambda turn: turn._("What would you like to ask, comrade?"), _templates, chosen=unless_cancelled
            ),
            *questions.QUESTIONS_ASKED,
            *audiences.QUESTIONS,
            *_LAST,
        ),
        allowed=audiences.may_still,
        in_office=True,
    ),
)
