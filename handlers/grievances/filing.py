"""Filing a grievance in two steps: the words, and a review whose send buttons are the recipients
(handlers.grievances.reviewing).

Anonymous is the preset. What is sent leaves this chat sealed (models.anonymity.intake) and becomes a case in another
transaction, at a fixed moment for all, unless the worker, or danger, says at once. Why a recipient was chosen is never
asked; those passed over never see the case.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.i18n import DEFAULT, language
from config.tables import table
from handlers.broadcasts import reading
from handlers.chat.conversation import Conversation, Known, Question, Turn, is_member, open_token, take_text
from handlers.chat.words import destination, level_name, roles_named
from handlers.files import attachments
from handlers.grievances import reviewing, since
from handlers.grievances.reviewing import Cover, about_case, about_notice, delay
from handlers.people import coming_back, pin
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.broadcasts import sizes
from models.grievances import access, cases, deadlines, exclusions, floods
from models.grievances.cases import Grievance
from models.grievances.routes import Destination
from models.messages.message import Option
from models.people import units
from models.store.ids import new_id


def _text(turn: Turn) -> str:
    if (row := about_notice(turn)) is not None:
        return turn._("What would you like to ask about notice {code}?", code=row.code)
    if about_case(turn) is not None or turn.notes(Cover).category == "retaliation":
        asked = turn._("What has been done to you since you spoke up? Please write it in your own words.")
        if not any(one.level == "superior" for one in reviewing.destinations(turn)):
            return asked  # nobody above can be reached
        return asked + " " + turn._("You can send it past those who have the case, to the union above.")
    return turn._("What is wrong? Please write it in your own words: what happened, where, since when.")


def _asked(turn: Turn) -> str:
    """What stands before the words of a question about a notice; officers read Vietnamese."""
    row = about_notice(turn)
    if row is None or not sizes.hides_asker(turn.session, row, turn.site.notices.threshold):
        return ""  # whoever sent a notice to a few would know from its code who asks
    return language(DEFAULT).gettext("About notice {code}:", code=row.code) + "\n"


def take_name(turn: Turn, text: str) -> str:
    return " ".join(take_text(turn, text).split())[:80]


def _finish(turn: Turn) -> None:
    answers = turn.answers
    danger = answers["to"] == "danger"
    to = reviewing.chosen_destination(turn)
    if to is None:
        turn.say(reviewing.nobody(turn))
        return
    guard, passed_over = turn.state.guard, _passed_over(turn, to, danger=danger)
    if danger:
        many = floods.free_at(guard.dangers, turn.now, turn.site.limits.dangers) is not None
        where = turn.reporter, to.unit.id, passed_over
        if many and (earlier := floods.earlier_danger(turn.session, *where, turn.now)) is not None:
            _more_danger(turn, earlier)
            return
        guard.dangers = floods.spent(guard.dangers, turn.now, turn.site.limits.dangers)
    else:
        guard.filings = floods.spent(guard.filings, turn.now, turn.site.limits.filings)
    covered = reviewing.is_covered(turn) and not danger
    due = moments.cover(turn.now, turn.site.relay_minutes) if covered else turn.now
    reply_due = deadlines.first_reply_due(turn.session, to.unit.id, due, urgent=danger)
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
        holder_id=to.unit.id,
        category=reviewing.category(turn),
        name=answers["name"] if reviewing.is_named(turn) else "",
        name_for="committee" if reviewing.mode(turn) == "committee" else "all",
        passed_over=passed_over,
        urgent=danger,
        covered=covered,
        reply_due=reply_due.isoformat(),
        files=attachments.sent(turn),
        roles=to.roles,
        since=turn.notes(Cover).since,
    )
    intake.add(turn.session, event, turn.now)
    turn.falls_due = due <= turn.now
    turn.say(_thanks(turn, event, to), [mine_option(turn)])
    coming_back.remind(turn)


def _passed_over(turn: Turn, to: Destination, *, danger: bool) -> list[str]:
    """Who never sees it: those below, whom the writer went past; of a case for which they are made to suffer, everybody
    whom that is closed to, and danger does not change it."""
    if (case := about_case(turn)) is not None:
        below = [*exclusions.below(turn.recipients, to.level), case.holder_id]
        here = access.closed_in(turn.session, case, to.unit, turn.now)
        return list(dict.fromkeys(one for one in (*below, *here) if one != to.unit.id))
    if danger or about_notice(turn) is not None:
        return []
    return exclusions.below(reviewing.levels(turn), to.level)


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
    turn.say(f"{said}\n{_call(turn)}", [Option(open_token("mine", earlier.id), turn._("Show this grievance"))])


def _call(turn: Turn) -> str:
    return turn._("If somebody is hurt, or there is fire or violence, call 115, 114 or 113 at once as well.")


def _thanks(turn: Turn, event: Event, to: Destination) -> str:
    """Thank, code, what happens next, when."""
    reader = turn.language
    when = reader.when(datetime.fromisoformat(event.reply_due))
    who = roles_named(reader, to.roles) if to.roles else level_name(reader, to.unit)
    lines = [
        turn._("Thank you. The union has your grievance, code {code}.", code=event.code),
        turn._(
            "{who} ({unit}) has it, and should answer here before {when}.", who=_capital(who), unit=to.unit.name, when=when
        ),
    ]
    if event.covered:
        lines.append(turn._("The union receives it within {minutes} minutes.", minutes=delay(turn)))
    if event.urgent:
        lines.append(_call(turn))
    above = [one for one in reviewing.levels(turn).values() if units.LEVELS.index(units.level(one)) > _place(to)]
    if above:
        lines.append(turn._("If no answer comes by then, you can send it up to {who}.", who=destination(reader, above[0])))
    return "\n".join(lines)


def _place(to: Destination) -> int:
    return units.LEVELS.index(to.level)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def mine_option(turn: Turn) -> Option:
    return Option(open_token("mine"), turn._("My grievances"))


def _begun(_turn: Turn, _subject: str, value: str) -> Known:
    """What it is about, where the button says so."""
    return Known(notes=(Cover(category=value),)) if value in table("categories") else Known()


def _own(turn: Turn) -> Grievance | None:
    """The case of their own, whatever became of it, for which somebody is made to suffer."""
    return cases.for_reporter(turn.session, turn.reporter, turn.subject) if is_member(turn) else None


def _retaliation(turn: Turn) -> None:
    turn.notes(Cover).category = "retaliation"


_TEXT = Question("text", _text, check=take_text)
_CATEGORY = Question(
    "category",
    lambda turn: turn._("What is it about?"),
    reviewing.categories_offered,
    chosen=reviewing.category_chosen,
    when=reviewing.changes_category,
)
_SINCE = Question(
    "since",
    since.text,
    since.choices,
    check=reviewing.since_said,
    chosen=reviewing.since_chosen,
    when=reviewing.changes_since,
)
_LAST = (
    Question("name", lambda turn: turn._("Which name shall the union see?"), check=take_name, when=reviewing.is_named),
    Question("to", reviewing.text, reviewing.choices, chosen=reviewing.judged, before=attachments.keep, binds=True),
)

CONVERSATIONS = (
    Conversation("file", _finish, (_TEXT, _CATEGORY, _SINCE, *_LAST), allowed=is_member, takes_files=True, begun=_begun),
    Conversation("askback", _finish, (_TEXT, *_LAST), about=reading.mine, takes_files=True),
    Conversation("pressed", _finish, (pin.question(), _TEXT, _SINCE, *_LAST), about=_own, takes_files=True),
    Conversation(
        "under_pressure",
        _finish,
        (replace(_TEXT, before=_retaliation), _CATEGORY, _SINCE, *_LAST),
        allowed=is_member,
        takes_files=True,
    ),
)
