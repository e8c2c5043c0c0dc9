"""Making a poll: from a template or question by question, then a preview: for everybody of the officer's own unit, at once,
unless that is changed there.

What people are told when they answer cannot change afterwards: whether it is anonymous, its threshold, its questions. So
there is no editing, only another poll.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from config.tables import folder
from handlers.broadcasts import audiences, previews
from handlers.broadcasts.previews import Plan, Preview
from handlers.chat import leafing, paging
from handlers.chat.conversation import Again, Choice, Conversation, Question, Turn, open_token, unless_cancelled
from handlers.polls import in_words, questions, rounds, second_officer
from models.anonymity import counts
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import POLL, Draft, Words
from models.messages.message import Option
from models.messages.notes import note
from models.people import rights, units
from models.polls import overlap, polls
from models.polls import rounds as round_rows
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
    return [*named, Choice(questions.OWN, turn._("My own questions")), Choice("cancel", turn._("Cancel"), "quiet")]


# The preview.


@dataclass(frozen=True, slots=True)
class Meant:
    """What would be asked as it stands, and what is known of that: made once a turn (`previews.judged`)."""

    content: Content
    plan: Plan


def _meant(turn: Turn) -> Meant:
    made = _invitation(turn)
    plan = previews.judge(turn, made, right=rights.AGREE_TO_POLL, obstacles=_obstacles(turn, made.audience))
    return Meant(content(turn), plan)


def _opens_at(turn: Turn) -> datetime:
    return turn.notes(Preview).at or turn.now


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


def _show(turn: Turn) -> None:
    audiences.preset(turn)
    previews.begin(turn, previews.judged(turn, _meant, anew=True).plan.size)


def _preview(turn: Turn) -> str:
    meant = previews.judged(turn, _meant)
    asked = turn.language.ngettext("{count} question", "{count} questions", len(meant.content.questions))
    lines = [
        turn._("Please check before it opens, comrade:"),
        f"🗳 {in_words.words(turn.language, meant.content.title)} · {asked}",
        *previews.lines(turn, meant.plan),
        turn._("Opens: {when}. Closes after {days} days.", when=previews.when(turn), days=turn.notes(Rules).days),
        *_warned(turn, meant),
        how(turn, _shown_from(turn)),
    ]
    return "\n".join(lines)


def _warned(turn: Turn, meant: Meant) -> list[str]:
    """Where so few can vote that nothing would be shown of it."""
    if meant.plan.obstacles or meant.plan.forecast.heads >= _shown_from(turn):
        return []
    text = turn._("⚠ Few can vote here as of last night: hardly any result.")
    return [text + ("" if _is_open(turn) else " " + turn._("Only one-time slips vote."))]


def _choices(turn: Turn) -> Sequence[Choice]:
    plan = previews.judged(turn, _meant).plan
    label = turn._("Send for approval") if plan.needs_second else turn._("Open the poll")
    return previews.choices(turn, plan, Choice("open", label, "main"), Choice("c_asked", turn._("Details")))


def _changes(turn: Turn) -> Sequence[Choice]:
    rules = turn.notes(Rules)
    return [
        Choice("c_at", turn._("Open later")),
        Choice("c_days", turn._("How long it is open")),
        Choice("c_repeat", turn._("Repeat")),
        previews.switch("anyone", turn._("Everybody votes, not only slips"), on=rules.anyone),
        previews.switch("receipts", turn._("Give codes to check the count"), on=rules.receipts),
        Choice("whom", turn._("Change who receives it")),
    ]


def _switched(turn: Turn, value: str) -> None:
    rules = turn.notes(Rules)
    match value:
        case "anyone":
            rules.anyone = not rules.anyone
        case "receipts":
            rules.receipts = not rules.receipts


def _is_whole(turn: Turn, *, rates: bool) -> bool:
    """Whether it asks a whole grassroots union; with `rates`, or does not have to. A poll that rates the committee does:
    asked of one team, the committee would have its rating by team, and of all but one, by subtraction."""
    to, template = audiences.chosen(turn), _template(turn)
    if rates and not (template and template.get("rates")):
        return True
    whole = len(to.units) == 1 and units.level(units.get(turn.session, to.units[0])) != "team"
    return whole and to == Audience(to.units)


# The questions, behind “Details”.


@note
@dataclass(slots=True)
class Details:
    """Which leaf of the questions is seen."""

    leaf: int = 1


def _leaf(turn: Turn) -> paging.Page[str]:
    return leafing.leaf(in_words.asked_lines(turn.language, content(turn)), turn.notes(Details).leaf)


def _details(turn: Turn) -> str:
    return "\n".join([*_leaf(turn).rows, *paging.place(turn.language, _leaf(turn))])


def _leaves(turn: Turn) -> Sequence[Choice]:
    leaves = [Choice(str(number), label) for number, label in paging.beside(_leaf(turn))]
    return [*leaves, Choice("back", turn._("Back"), "quiet")]


def _turned(turn: Turn, value: str) -> str:
    turn.notes(Details).leaf = 1 if value == "back" else int(value)
    raise previews.changed(turn) if value == "back" else Again


def _days_chosen(turn: Turn, value: str) -> str:
    turn.notes(Rules).days = int(value)
    raise previews.changed(turn)


def _finish(turn: Turn) -> None:
    meant, rules, template = previews.judged(turn, _meant), turn.notes(Rules), _template(turn)
    plan = meant.plan
    if plan.obstacles:
        turn.say("\n\n".join(plan.obstacles), rounds.back(turn))
        return
    try:
        made = polls.create(
            turn.session,
            plan.made.unit_id,
            meant.content,
            Terms(
                threshold=_threshold(turn),
                voters="anyone" if rules.anyone else "slips",
                repeat=turn.notes(Preview).repeat,  # type: ignore[arg-type]
                open_days=rules.days,
                receipts=rules.receipts,
                rates=bool(template and template.get("rates")),
            ),
            author_id=turn.member.person_id,
        )
    except Unfit:
        turn.say(turn._("This poll cannot be asked like that. Nothing was opened, comrade."), rounds.back(turn))
        return
    closes_at = _opens_at(turn) + timedelta(days=rules.days)
    one = round_rows.plan(turn.session, made, _opens_at(turn), closes_at, waits=plan.needs_second)
    audit.note(turn.session, turn.member.person_id, "poll", made.id, turn.now)
    turn.falls_due = True
    if plan.may_agree is not None:
        second_officer.ask(turn, made, one, plan)
        text = turn._("{code} waits for a second officer now, comrade. It does not open before.", code=made.code)
    else:
        when = previews.when(turn)
        text = turn._("{code} opens: {when}. Nobody sees a result before it is closed.", code=made.code, when=when)
    turn.say(text, [Option(open_token("round", one.id), made.code), *rounds.back(turn)])


_LAST = (
    previews.to_change(_changes, _switched),
    previews.REPEAT,
    previews.AT,
    Question(
        "_days",
        lambda turn: turn._("How many days shall it be open?"),
        lambda _turn: [Choice(str(days), str(days)) for days in _DAYS],
        chosen=_days_chosen,
        when=previews.changing("days"),
    ),
    Question("_asked", _details, _leaves, chosen=_turned, when=previews.changing("asked")),
    Question("open", _preview, _choices, chosen=previews.tapped, before=_show, binds=True),
    previews.NUMBER,
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
