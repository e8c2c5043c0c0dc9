"""Filing a grievance: the words, what it is about, and a review whose send buttons are the recipients.

Anonymous is the preset. What is sent leaves this chat sealed (models.intake) and becomes a case in another transaction,
after a random delay unless the worker, or danger, says at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import fold
from config.tables import table
from handlers import files
from handlers.conversation import (
    Again,
    Choice,
    Conversation,
    Question,
    Turn,
    is_member,
    open_token,
    take_text,
    unless_cancelled,
)
from handlers.words import category_name, level_name, shortened
from models import intake, office, sla, unit
from models.ids import new_case_code, new_id
from models.intake import Event
from models.message import Option
from models.unit import Unit

_LEVELS: tuple[unit.Level, ...] = ("team", "grassroots", "superior")


def _text(turn: Turn) -> str:
    return turn._("What is wrong? Please write it in your own words: what happened, where, since when.")


def _categories(turn: Turn) -> Sequence[Choice]:
    """All categories; those whose words occur in the text come first."""
    text = f" {fold(turn.answers.get('text', ''))} "
    hits = {name: sum(f" {word} " in text for word in given["words"]) for name, given in table("categories").items()}
    names = sorted(hits, key=lambda name: -hits[name])  # stable: equals keep their order
    choices = [Choice(name, category_name(turn.language, name)) for name in names]
    return [*choices, Choice("cancel", turn._("Cancel"))]


def recipients(turn: Turn) -> dict[unit.Level, Unit]:
    """The nearest unit of each level above this person that somebody answers for."""
    assert turn.person is not None
    path = unit.path(turn.session, turn.person.unit_id)
    nearest: dict[unit.Level, Unit] = {}
    for one in office.answered_for(turn.session, path, turn.now.date()):
        nearest.setdefault(unit.level(one), one)
    return {level: nearest[level] for level in _LEVELS if level in nearest}


def _named(turn: Turn) -> bool:
    return turn.answers.get("named") == "yes"


def covers(turn: Turn) -> bool:
    """Whether this union delays anonymous messages at all."""
    return turn.house.relay_minutes[1] > 0


def delay(turn: Turn) -> str:
    low, high = turn.house.relay_minutes
    return f"{low}–{high}"


def _covered(turn: Turn) -> bool:
    return covers(turn) and not _named(turn) and turn.answers.get("at_once") != "yes"


def _review(turn: Turn) -> str:
    answers = turn.answers
    found = recipients(turn)
    lines = [
        turn._("Please check before it is sent:"),
        f"«{shortened(answers['text'], 600)}»",
        *files.review(turn),  # attachments
        turn._("About: {category}", category=category_name(turn.language, answers["category"])),
        turn._("Name: {name}", name=answers["name"])
        if _named(turn)
        else turn._("Name: not shown. No officer will know who wrote this."),
    ]
    if _covered(turn):
        lines.append(
            turn._(
                "Time: it reaches the union {minutes} minutes from now, at a random moment, so that nobody can guess from "
                "the hour who sent it.",
                minutes=delay(turn),
            )
        )
    elif covers(turn):
        lines.append(turn._("Time: it reaches the union at once."))
    if not found:
        lines.append(turn._("Nobody of your union can receive this here yet. Please speak with your union team in person."))
    else:
        lines.append(turn._("Who shall receive it?"))
    return "\n\n".join(lines)


def _review_choices(turn: Turn) -> Sequence[Choice]:
    found = recipients(turn)
    choices = [Choice(level, level_name(turn.language, found[level])) for level in found]
    if found:
        choices.append(Choice("danger", turn._("Somebody is in danger: send now")))
        if _named(turn):
            choices.append(Choice("unnamed", turn._("Do not show my name")))
        else:
            choices.append(Choice("named", turn._("Add my name")))
            if covers(turn) and _covered(turn):
                choices.append(Choice("at_once", turn._("Send without delay")))
            elif covers(turn):
                choices.append(Choice("covered", turn._("Send after {minutes} minutes", minutes=delay(turn))))
    return [*choices, Choice("cancel", turn._("Cancel"))]


def _reviewed(turn: Turn, value: str) -> str:
    switches = {
        "named": ("named", "yes"),
        "unnamed": ("named", "no"),
        "at_once": ("at_once", "yes"),
        "covered": ("at_once", "no"),
    }
    if value in switches:
        key, answer = switches[value]
        turn.answers[key] = answer
        raise Again
    return unless_cancelled(turn, value)


def _name(turn: Turn, text: str) -> str:
    text = take_text(turn, text)
    return " ".join(text.split())[:80]


def _finish(turn: Turn) -> None:
    answers = turn.answers
    found = recipients(turn)
    danger = answers["to"] == "danger"
    order: Sequence[unit.Level] = ("grassroots", "superior", "team") if danger else (_level(answers["to"]),)
    holder = next((found[level] for level in order if level in found), None)
    if holder is None:
        turn.say(turn._("Nobody of your union can receive this here yet. Please speak with your union team in person."))
        return
    covered = _covered(turn) and not danger
    due = intake.cover(turn.now, turn.house.relay_minutes) if covered else turn.now
    reply_due = sla.first_reply_due(due, urgent=danger)
    assert turn.person is not None
    event = Event(
        kind="report",
        due=due.isoformat(),
        case_id=new_id(),
        entry_id=new_id(),
        reporter_id=turn.reporter,
        text=answers["text"],
        code=new_case_code(),
        unit_id=turn.person.unit_id,
        holder_id=holder.id,
        category=answers["category"],
        name=answers["name"] if _named(turn) else "",
        urgent=danger,
        verified=turn.member.verified,
        covered=covers(turn) and not danger and not _named(turn) and answers.get("at_once") != "yes",
        reply_due=reply_due.isoformat(),
        files=files.sent(turn),  # attachments
    )
    intake.add(turn.session, event)
    turn.falls_due = due <= turn.now
    turn.say(thanks(turn, event.code, holder, reply_due, covered=covered, urgent=danger), [mine_option(turn)])


def _level(value: str) -> unit.Level:
    return next(level for level in _LEVELS if level == value)


def thanks(turn: Turn, code: str, holder: Unit, reply_due: datetime, *, covered: bool, urgent: bool = False) -> str:
    """Thank, code, what happens next, when."""
    who = level_name(turn.language, holder)
    lines = [
        turn._("Thank you. The union has your grievance, code {code}.", code=code),
        turn._("{who} ({unit}) has it, and should answer here before {when}.", who=who, unit=holder.name,
               when=turn.language.when(reply_due)),
    ]  # fmt: skip
    if covered:
        lines.append(turn._("It is passed on within {minutes} minutes, at a random moment.", minutes=delay(turn)))
    if urgent:
        lines.append(turn._("If somebody is hurt, or there is fire or violence, call 115, 114 or 113 at once as well."))
    lines.append(turn._("If no answer comes by then, you can send it to the next level up."))
    return "\n\n".join(lines)


def mine_option(turn: Turn) -> Option:
    return Option(open_token("mine"), turn._("My grievances"))


CONVERSATIONS = (
    Conversation(
        "file",
        _finish,
        (
            Question("text", _text, check=take_text),
            Question("category", lambda turn: turn._("What is it about?"), _categories, chosen=unless_cancelled),
            Question("name", lambda turn: turn._("Which name shall the union see?"), check=_name, when=_named),
            Question("to", _review, _review_choices, chosen=_reviewed),
        ),
        allowed=is_member,
    ),
)
