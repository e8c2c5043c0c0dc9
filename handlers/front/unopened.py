"""What arrived behind “the union has news”: shown when it is tapped, once, and only to whom it was meant for."""

from __future__ import annotations

from datetime import datetime

from config import keyboards
from config.i18n import fold
from handlers.broadcasts import reading
from handlers.chat import menu, unasked
from handlers.chat.conversation import Conversation, Turn, is_member, open_token
from handlers.chat.doors import Pace
from handlers.grievances import cases
from handlers.people import pin
from models.anonymity import moments
from models.anonymity.events import Event
from models.broadcasts import ledger
from models.grievances import access
from models.messages import unopened
from models.messages.message import Option
from models.store.database import Session

_WORDS = ("xem", "see")


def meant(turn: Turn, text: str, *, words: bool) -> Option | None:
    """The oldest news not seen, where that is what was typed: “1” under a preview that is the newest list on the screen (or
    when no list is remembered any more), or the word on its button, which begins no grievance where all has been seen."""
    if turn.account is None:
        return None
    newest, folded = unopened.is_preview(turn.state.offered), fold(text)
    number = keyboards.bare_number(text) if words else keyboards.number(text)
    if number == 1:
        asked = newest or not (turn.state.offered or turn.state.run)
    else:
        asked = folded in _WORDS and (newest or turn.state.run is None)
    if asked and newest and not _is_kept(turn.state.offered[0]):
        return turn.state.offered[0]
    waiting = unopened.waiting(turn.session, turn.account.id) if asked else []
    if waiting:
        return Option(_token(waiting[0]), "")
    if asked and not turn.state.offered and (covered := _of_many(turn)) is not None:
        return covered
    return Option(open_token("news"), "") if asked and folded in _WORDS else None


def _of_many(turn: Turn) -> Option | None:
    """What was sent to many and is covered on their phone: it waits for nobody by a row of their own, and which list was the
    newest on their screen is forgotten after a day."""
    if not unasked.is_hidden(turn.session, turn.member):
        return None
    row = ledger.newest(turn.session, turn.member.person_id, turn.now - unopened.KEPT)
    return reading.covered(row, turn.language.code).options[0] if row is not None else None


def _is_kept(see: Option) -> bool:
    """Whether this opens what waits for one person, and not what was sent to many."""
    return see.token.partition(":")[0] in [one.name for one in CONVERSATIONS]


def _token(item: unopened.Item) -> str:
    return open_token("office_news" if item.in_office else "news", item.id)


def _show(turn: Turn) -> None:
    waiting = unopened.waiting(turn.session, turn.member.id)
    in_office = turn.chat.in_office
    item = next(
        (one for one in waiting if turn.subject == one.id or (not turn.subject and one.in_office == in_office)), None
    )
    turn.chat.standing.pop(in_office, None)  # whatever is new after this is another message
    if item is None:
        menu.show(turn, turn._("You have seen this already. What is open can be found under the menu."))
        return
    at = moments.tonight(turn.now, turn.site.relay_minutes) if turn.site.relay_minutes[1] else turn.now
    unopened.opened(turn.session, turn.member.id, item, turn.now, at)
    rest = [one for one in waiting if one is not item]
    more = [Option(_token(rest[0]), turn._("See the next news"))] if rest else []
    if not item.case_id:
        turn.say(item.text, [*item.options, *more], of_case=item.of_case)
        return
    person_id = turn.member.person_id
    case = access.for_officer(turn.session, person_id, item.case_id, turn.now) if turn.is_officer else None
    if case is None:  # the office, or the case, is somebody else's by now
        over = turn._("This is not open to you, or is over by now.")
        turn.say(over, more) if more else menu.show(turn, over)
        return
    cases.show(turn, case, item.text, more)


def forget(session: Session, event: Event, _now: datetime, _pace: Pace) -> None:
    """What was opened today goes, with all the rest that was."""
    unopened.forget(session, event.text)


CONVERSATIONS = (
    Conversation("news", _show, (pin.question(),), allowed=is_member, subject="any", in_full=True),
    Conversation("office_news", _show, (pin.question(),), allowed=is_member, subject="any", in_office=True),
)
