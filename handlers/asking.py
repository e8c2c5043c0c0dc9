"""Making a poll: from a template or question by question, whom it is for, a preview, and when it opens.

What people are told when they answer cannot change afterwards: whether it is anonymous, its threshold, its questions. So
there is no editing, only another poll.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from config.i18n import Language, fold
from handlers import audiences, composing, desk, voting
from handlers.conversation import (
    Again,
    Choice,
    Conversation,
    Invalid,
    Question,
    Turn,
    is_officer,
    open_token,
    take_text,
    unless_cancelled,
)
from models import audit, poll, round, turnout
from models.message import Option
from models.poll import OPTION_WORDS, OPTIONS, QUESTIONS, WORDS, Content, Unfit
from models.poll import Question as Asked

_DAYS = (3, 7, 14, 30)
_OWN = "own"


@lru_cache(maxsize=1)
def templates() -> dict[str, dict[str, Any]]:
    """config/polls/*.toml, by name."""
    found = {}
    for file in sorted(resources.files("config").joinpath("polls").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            found[file.name.removesuffix(".toml")] = tomllib.loads(file.read_text("utf-8"))
    return found


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


def _is_own(turn: Turn) -> bool:
    return turn.answers.get("template") == _OWN


def _own(turn: Turn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(turn.answers.get("asked", "[]"))
    return found


def _keep(turn: Turn, asked: list[dict[str, Any]]) -> None:
    turn.answers["asked"] = json.dumps(asked, ensure_ascii=False)


def content(turn: Turn) -> Content:
    """What the answers say."""
    to = audiences.chosen(turn)
    template = _template(turn)
    if template is not None:
        return Content(template["title"], _questions_of(template), to.units, to.dump())
    asked = [Asked(one["kind"], {"vi": one["text"]}, tuple({"vi": o} for o in one["options"]),
                   tuple(one["when"]) if one.get("when") else None) for one in _own(turn)]  # fmt: skip
    return Content({"vi": turn.answers["title"]}, asked, to.units, to.dump())


# From a template, or question by question.


def _templates(turn: Turn) -> Sequence[Choice]:
    named = [Choice(name, voting.words(turn.language, one["title"])) for name, one in templates().items()]
    return [*named, Choice(_OWN, turn._("My own questions")), Choice("cancel", turn._("Cancel"))]


def _short(most: int) -> Callable[[Turn, str], str]:
    def check(turn: Turn, text: str) -> str:
        text = " ".join(take_text(turn, text).split())
        if len(text) > most:
            raise Invalid(turn._("Please write at most {count} characters.", count=most))
        return text

    return check


def _kinds(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("one", turn._("One answer of several")),
        Choice("several", turn._("Several answers")),
        Choice("yesno", turn._("Yes or no")),
        Choice("scale", turn._("A scale from 1 to 5")),
        Choice("text", turn._("In their own words")),
    )


def _options(turn: Turn, text: str) -> str:
    found = [" ".join(line.split()) for line in take_text(turn, text).splitlines() if line.strip()]
    if not 2 <= len(found) <= OPTIONS:
        raise Invalid(turn._("Please write 2 to {count} answers, each on a line of its own.", count=OPTIONS))
    if any(len(one) > OPTION_WORDS for one in found):
        raise Invalid(turn._("Each answer may have at most {count} characters.", count=OPTION_WORDS))
    if len({fold(one) for one in found}) < len(found):
        raise Invalid(turn._("Two of these answers are the same."))
    return "\n".join(found)


def _condition(turn: Turn) -> Sequence[Choice]:
    """Asked of everybody, or of those who gave one answer to the question before."""
    before = _own(turn)[-1]
    asked = Asked(before["kind"], {"vi": before["text"]}, tuple({"vi": one} for one in before["options"]))
    named = [
        Choice(str(place), turn._("Only if: {answer}", answer=label))
        for place, label in enumerate(voting.labels(turn.language, asked))
    ]
    return [Choice("all", turn._("Ask everybody")), *named]


def _can_depend(turn: Turn) -> bool:
    before = _own(turn)
    return _is_own(turn) and bool(before) and before[-1]["kind"] in ("one", "yesno", "scale") and "more" not in turn.answers


def _more(turn: Turn) -> Sequence[Choice]:
    more = [Choice("again", turn._("One more question"))] if len(_own(turn)) < QUESTIONS - 1 else []
    return [*more, Choice("enough", turn._("That is all")), Choice("cancel", turn._("Cancel"))]


def _more_text(turn: Turn) -> str:
    number = len(_own(turn)) + 1
    return turn.language.ngettext("{count} question so far. One more?", "{count} questions so far. One more?", number)


def _decided(turn: Turn, value: str) -> str:
    """Adds the question at hand to those there are, and asks for the next or goes on."""
    unless_cancelled(turn, value)
    answers = turn.answers
    given = answers.pop("condition", "all")
    asked = _own(turn)
    when = [len(asked) - 1, int(given)] if given != "all" else None
    options = answers.pop("options", "").splitlines()
    _keep(turn, [*asked, {"kind": answers.pop("kind"), "text": answers.pop("text"), "options": options, "when": when}])
    if value == "again":
        raise Again
    return value


def _is_asking(turn: Turn) -> bool:
    return _is_own(turn) and "more" not in turn.answers


# The preview.


def _is_on(turn: Turn, key: str) -> bool:
    return turn.answers.get(key) == "yes"


def _opens_at(turn: Turn) -> datetime:
    return datetime.fromisoformat(turn.answers["at"]) if turn.answers.get("at") else turn.now


def _days(turn: Turn) -> int:
    return int(turn.answers.get("days", "7"))


def asked_lines(reader: Language, given: Content) -> list[str]:
    """The questions and what can be answered, as text."""
    found = []
    for number, question in enumerate(given.questions, 1):
        line = f"{number}. {voting.words(reader, question.text)}"
        if question.when is not None:
            asked, option = question.when
            answer = voting.labels(reader, given.questions[asked])[option]
            line += (
                " ("
                + reader.gettext("only if question {number} is answered “{answer}”", number=asked + 1, answer=answer)
                + ")"
            )
        offered = (
            reader.gettext("in their own words") if question.kind == "text" else " / ".join(voting.labels(reader, question))
        )
        found.append(f"{line}\n   {offered}")
    return found


def _preview(turn: Turn) -> str:
    given = content(turn)
    voters = turnout.electorate(
        turn.session, given.audience, slips_only=not _is_on(turn, "anyone"), rule=given.rule, day=turn.now.date()
    )
    turn.answers["voters"] = str(len(voters))
    k = turn.house.notices.threshold
    lines = [
        turn._("Please check before it opens, comrade:"),
        f"🗳 {voting.words(turn.language, given.title)}",
        "\n".join(asked_lines(turn.language, given)),
        turn._("To: {audience}", audience=audiences.described(turn.session, turn.language, audiences.chosen(turn))),
        turn._("Opens: {when}. Closes after {days} days.", when=_when(turn), days=_days(turn)),
    ]
    if len(voters) < 2 * k:
        lines.append(
            turn._("⚠ Fewer than {k} people could vote here, so that hardly any result could be shown.", k=2 * k)
            + ("" if _is_on(turn, "anyone") else " " + turn._("Only those who joined with a one-time slip vote."))
        )
    if _is_on(turn, "named"):
        lines.append(turn._("With names: officers see who answered what. This cannot be changed once it is open."))
    else:
        lines.append(turn._("Anonymous, shown for {k} people or more. This cannot be changed once it is open.", k=2 * k))
    return "\n\n".join(lines)


def _when(turn: Turn) -> str:
    at = _opens_at(turn)
    when = turn.language.when(at) if at > turn.now else turn._("at once")
    repeat = turn.answers.get("repeat", "")
    return when + (", " + turn._("then") + " " + turn._(composing.REPEAT_NAMES[repeat]) if repeat else "")


def _choices(turn: Turn) -> Sequence[Choice]:
    def on(key: str, label: str) -> Choice:
        return Choice(key, ("● " if _is_on(turn, key) else "○ ") + label)

    return [
        Choice("open", turn._("Open the poll")),
        Choice("c_at", turn._("Open later")),
        Choice("c_days", turn._("How long it is open")),
        Choice("c_repeat", turn._("Repeat")),
        on("named", turn._("With names, not anonymous")),
        on("anyone", turn._("Everybody votes, not only slips")),
        on("receipts", turn._("Give codes to check the count")),
        Choice("whom", turn._("Change who receives it")),
        Choice("cancel", turn._("Cancel")),
    ]


def _tapped(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    if value in ("named", "anyone", "receipts"):
        turn.answers[value] = "no" if _is_on(turn, value) else "yes"
    elif value.startswith("c_"):
        turn.answers["change"] = value[2:]
    elif value == "whom":
        audiences.forget(turn)
    else:
        return value
    raise Again


def _finish(turn: Turn) -> None:
    given = content(turn)
    template = _template(turn)
    unit_id = audiences.speaker(turn, audiences.chosen(turn)).id
    try:
        made = poll.create(
            turn.session,
            unit_id,
            given,
            threshold=turn.house.notices.threshold,
            named=_is_on(turn, "named"),
            voters="anyone" if _is_on(turn, "anyone") else "slips",
            repeat=turn.answers.get("repeat", ""),  # type: ignore[arg-type]
            open_days=_days(turn),
            receipts=_is_on(turn, "receipts"),
            rates=bool(template and template.get("rates")),
            author_id=turn.member.person_id,
        )
    except Unfit:
        turn.say(turn._("This poll cannot be asked like that. Nothing was opened, comrade."), desk.options(turn))
        return
    one = round.plan(turn.session, made, _opens_at(turn), _opens_at(turn) + timedelta(days=_days(turn)))
    audit.note(turn.session, turn.member.person_id, "poll", made.id, turn.now)
    turn.falls_due = True
    when = _when(turn)
    text = turn._("{code} opens: {when}. Nobody sees a result before it is closed.", code=made.code, when=when)
    turn.say(text, [Option(open_token("round", one.id), made.code), *desk.options(turn)])


_LAST = (
    *composing.changes("at", "repeat"),
    Question(
        "_days",
        lambda turn: turn._("How many days shall it be open?"),
        lambda _turn: [Choice(str(days), str(days)) for days in _DAYS],
        chosen=lambda turn, value: composing.change(turn, "days", value),
        when=composing.changing("days"),
    ),
    Question("open", _preview, _choices, chosen=_tapped),
)

CONVERSATIONS = (
    Conversation(
        "ask_opinion",
        _finish,
        (
            Question(
                "template", lambda turn: turn._("What would you like to ask, comrade?"), _templates, chosen=unless_cancelled
            ),
            Question("title", lambda turn: turn._("What is the poll called?"), check=_short(80), when=_is_own),
            Question("text", lambda turn: turn._("Please write the question."), check=_short(WORDS), when=_is_asking),
            Question("kind", lambda turn: turn._("How is it answered?"), _kinds, when=_is_asking),
            Question(
                "options",
                lambda turn: turn._("Please write the answers, each on a line of its own."),
                check=_options,
                when=lambda turn: _is_asking(turn) and turn.answers.get("kind") in ("one", "several"),
            ),
            Question("condition", lambda turn: turn._("Who is asked this?"), _condition, when=_can_depend),
            Question("more", _more_text, _more, chosen=_decided, when=_is_asking),
            *audiences.QUESTIONS,
            *_LAST,
        ),
        allowed=is_officer,
        in_office=True,
    ),
)
