"""Filing a grievance in three steps: the words, what it is about, and a review whose send buttons are the recipients.

Anonymous is the preset. What is sent leaves this chat sealed (models.anonymity.intake) and becomes a case in another
transaction, at a fixed moment for all, unless the worker, or danger, says at once. Why a recipient was chosen is never
asked; those passed over never see the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from config.i18n import DEFAULT, language
from handlers.broadcasts import reading
from handlers.chat import identifying
from handlers.chat.conversation import (
    Again,
    Choice,
    Conversation,
    Invalid,
    Question,
    Turn,
    is_member,
    open_token,
    take_text,
    unless_cancelled,
)
from handlers.chat.words import category_name, level_name, send_to, shortened
from handlers.files import attachments
from handlers.grievances import categories
from handlers.people import coming_back
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.anonymity.identifying import kinds_in
from models.broadcasts import broadcasts, sizes
from models.grievances import cases, deadlines, exclusions, floods
from models.messages.message import Option
from models.messages.notes import note
from models.people import offices, units
from models.people.units import Unit
from models.store.ids import new_id

Mode = Literal["nobody", "committee", "all"]


@note
@dataclass(slots=True)
class Cover:
    """Who is to know its writer's name, and whether it goes without delay. The preset is the most that protects."""

    named_to: Mode = "nobody"
    at_once: bool = False


def _about_notice(turn: Turn) -> broadcasts.Broadcast | None:
    """The notice this is a question about (“askback”): it goes to the unit that sent it and passes nobody over."""
    return turn.judged if isinstance(turn.judged, broadcasts.Broadcast) else None


def _recipients(turn: Turn) -> Mapping[units.Level, Unit]:
    if (row := _about_notice(turn)) is None:
        return turn.recipients
    asked = units.get(turn.session, row.unit_id)
    return {units.level(asked): asked} if offices.answering(turn.session, [asked], turn.now.date()) else {}


def _text(turn: Turn) -> str:
    if (row := _about_notice(turn)) is not None:
        return turn._("What would you like to ask about notice {code}?", code=row.code)
    return turn._("What is wrong? Please write it in your own words: what happened, where, since when.")


def _mode(turn: Turn) -> Mode:
    return turn.notes(Cover).named_to


def _named(turn: Turn) -> bool:
    return _mode(turn) != "nobody"


def covers(turn: Turn) -> bool:
    """Whether this union delays anonymous messages at all."""
    return turn.site.relay_minutes[1] > 0


def delay(turn: Turn) -> str:
    low, high = turn.site.relay_minutes
    return f"{low}–{high}"


def _covered(turn: Turn) -> bool:
    return covers(turn) and _mode(turn) != "all" and not turn.notes(Cover).at_once


def _warnings(turn: Turn) -> list[str]:
    """What in the words could give their writer, or somebody else, away."""
    return [identifying.warning(turn, kind) for kind in kinds_in(turn.answers["text"])]


def _review(turn: Turn) -> str:
    answers = turn.answers
    name = {
        "nobody": turn._("Name: not shown. No officer will know who wrote this."),
        "committee": turn._("Name: {name}, for the executive committee only.", name=answers.get("name", "")),
        "all": turn._("Name: {name}", name=answers.get("name", "")),
    }[_mode(turn)]
    lines = [
        turn._("Please check before it is sent:"),
        f"“{shortened(answers['text'], 600)}”",
        *attachments.review(turn),
        _whereabout(turn) + "\n" + name,
    ]
    if not _named(turn) and (warned := _warnings(turn)):
        lines.append("⚠ " + " ".join(warned) + " " + turn._("You can change the words before you send them."))
    if _covered(turn):
        lines.append(
            turn._(
                "Time: it reaches the union {minutes} minutes from now, at a moment that is the same for everybody, so that "
                "nobody can guess from the hour who sent it.",
                minutes=delay(turn),
            )
        )
    elif covers(turn):
        lines.append(turn._("Time: it reaches the union at once."))
    lines.append(turn._("Who shall receive it?") if _recipients(turn) else _nobody(turn))
    return "\n\n".join(lines)


def _whereabout(turn: Turn) -> str:
    row = _about_notice(turn)
    about = row.code if row is not None else category_name(turn.language, turn.answers["category"])
    return turn._("About: {category}", category=about)


def _asked(turn: Turn) -> str:
    """What stands before the words of a question about a notice; officers read Vietnamese."""
    row = _about_notice(turn)
    if row is None or not sizes.hides_asker(turn.session, row, turn.site.notices.threshold):
        return ""  # whoever sent a notice to a few would know from its code who asks
    return language(DEFAULT).gettext("About notice {code}:", code=row.code) + "\n"


def _nobody(turn: Turn) -> str:
    return turn._("Nobody of your union can receive this here yet. Please speak with your union team in person.")


def _switches(turn: Turn) -> list[Choice]:
    """What can be switched before sending; the dot shows how it stands."""
    labels: dict[Mode, str] = {
        "nobody": turn._("Do not show my name (anonymous)"),
        "committee": turn._("Only the committee knows my name"),
        "all": turn._("Add my name"),
    }
    choices = [Choice(mode, ("● " if _mode(turn) == mode else "○ ") + labels[mode]) for mode in get_args(Mode)]
    if covers(turn) and _mode(turn) != "all":
        at_once = Choice("at_once", turn._("No need to wait: pass it on at once"))
        covered = Choice("covered", turn._("Pass it on after {minutes} minutes", minutes=delay(turn)))
        choices.append(at_once if _covered(turn) else covered)
    return choices


def _review_choices(turn: Turn) -> Sequence[Choice]:
    found = _recipients(turn)
    last = [Choice("rewrite", turn._("Change the words")), Choice("cancel", turn._("Cancel"))]
    if not found:
        return last
    send = [Choice(level, send_to(turn.language, found[level])) for level in found]
    return [*_switches(turn), *send, Choice("danger", turn._("Somebody is in danger: send now")), *last]


def _reviewed(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    cover = turn.notes(Cover)
    if (mode := _as_mode(value)) is not None:
        cover.named_to = mode
        raise Again
    if value in ("at_once", "covered"):
        cover.at_once = value == "at_once"
        raise Again
    if value == "rewrite":
        del turn.answers["text"]
        raise Again
    if value != "danger" and (at := floods.free_at(turn.state.guard.filings, turn.now, turn.site.limits.filings)):
        raise Invalid(
            turn._(
                "You have sent many grievances in a row, so this one was not sent yet. It stays here: you can send it after "
                "{when}, or add to one you have sent. Danger can be sent at once.",
                when=turn.language.when(at + timedelta(minutes=1)),
            )
        )
    return value


def _as_mode(value: str) -> Mode | None:
    modes: tuple[Mode, ...] = get_args(Mode)
    return next((mode for mode in modes if mode == value), None)


def take_name(turn: Turn, text: str) -> str:
    return " ".join(take_text(turn, text).split())[:80]


def _finish(turn: Turn) -> None:
    answers = turn.answers
    found = _recipients(turn)
    danger = answers["to"] == "danger"
    level = exclusions.receiving(found, None if danger else _level(answers["to"]))
    if level is None:
        turn.say(_nobody(turn))
        return
    guard = turn.state.guard
    if danger:
        many = floods.free_at(guard.dangers, turn.now, turn.site.limits.dangers) is not None
        if many and (earlier := floods.earlier_danger(turn.session, turn.reporter, turn.now)) is not None:
            _more_danger(turn, earlier)
            return
        guard.dangers = floods.spent(guard.dangers, turn.now, turn.site.limits.dangers)
    else:
        guard.filings = floods.spent(guard.filings, turn.now, turn.site.limits.filings)
    covered = _covered(turn) and not danger
    due = moments.cover(turn.now, turn.site.relay_minutes) if covered else turn.now
    reply_due = deadlines.first_reply_due(due, urgent=danger)
    assert turn.person is not None
    event = Event(
        kind="report",
        due=due.isoformat(),
        case_id=new_id(),
        entry_id=new_id(),
        reporter_id=turn.reporter,
        text=_asked(turn) + answers["text"],
        code=cases.free_code(turn.session),
        unit_id=turn.person.unit_id,
        holder_id=found[level].id,
        category=answers.get("category", "other"),
        name=answers["name"] if _named(turn) else "",
        name_for="committee" if _mode(turn) == "committee" else "all",
        passed_over=[] if danger or turn.subject else exclusions.below(found, level),
        urgent=danger,
        covered=covered,
        reply_due=reply_due.isoformat(),
        files=attachments.sent(turn),
    )
    intake.add(turn.session, event, turn.now)
    turn.falls_due = due <= turn.now
    said = thanks(turn, event.code, found[level], reply_due, covered=covered, urgent=danger)
    turn.say(said, [mine_option(turn)])
    coming_back.remind(turn)


def _more_danger(turn: Turn, earlier: cases.Grievance) -> None:
    """More danger from one chat than makes cases: the words and files go to the case of the one before, at once."""
    event = Event(
        kind="danger",
        due=turn.now.isoformat(),
        case_id=earlier.id,
        entry_id=new_id(),
        reporter_id=turn.reporter,
        text=_asked(turn) + turn.answers["text"],
        covered=False,
        files=attachments.sent(turn),
    )
    intake.add(turn.session, event, turn.now)
    turn.falls_due = True
    said = turn._(
        "Thank you. This was added at once to your grievance {code}, which the union has already as urgent; a name was not "
        "passed on with it.",
        code=earlier.code,
    )
    urgent = turn._("If somebody is hurt, or there is fire or violence, call 115, 114 or 113 at once as well.")
    turn.say(f"{said}\n\n{urgent}", [Option(open_token("mine", earlier.id), turn._("Show this grievance"))])


def _level(value: str) -> units.Level:
    return next(level for level in units.LEVELS if level == value)


def thanks(turn: Turn, code: str, holder: Unit, reply_due: datetime, *, covered: bool, urgent: bool = False) -> str:
    """Thank, code, what happens next, when."""
    who, when = level_name(turn.language, holder), turn.language.when(reply_due)
    lines = [
        turn._("Thank you. The union has your grievance, code {code}.", code=code),
        turn._("{who} ({unit}) has it, and should answer here before {when}.", who=who, unit=holder.name, when=when),
    ]
    if covered:
        lines.append(
            turn._(
                "It is passed on within {minutes} minutes, at a moment that is the same for everybody.", minutes=delay(turn)
            )
        )
    if urgent:
        lines.append(turn._("If somebody is hurt, or there is fire or violence, call 115, 114 or 113 at once as well."))
    lines.append(turn._("If no answer comes by then, you can send it to the next level up."))
    return "\n\n".join(lines)


def mine_option(turn: Turn) -> Option:
    return Option(open_token("mine"), turn._("My grievances"))


_TEXT = Question("text", _text, check=take_text)
_LAST = (
    Question("name", lambda turn: turn._("Which name shall the union see?"), check=take_name, when=_named),
    Question("to", _review, _review_choices, chosen=_reviewed, before=attachments.keep),
)

CONVERSATIONS = (
    Conversation("file", _finish, (_TEXT, categories.QUESTION, *_LAST), allowed=is_member, takes_files=True),
    Conversation("askback", _finish, (_TEXT, *_LAST), about=reading.mine, takes_files=True),
)
