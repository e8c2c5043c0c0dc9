"""What arrived behind “the union has news”: shown when it is tapped, once, and only to whom it was meant for."""

from __future__ import annotations

from datetime import datetime

from config.i18n import fold
from handlers import files, menu, pin, triage
from handlers.conversation import Conversation, Turn, is_member, open_token
from models import grievance, news
from models.message import Option


def meant(turn: Turn, text: str) -> Option | None:
    """“1” typed under a preview, which came after the choices last offered: the oldest news not seen."""
    if turn.account is None or turn.state.run is not None or fold(text) not in ("1", "so 1", "1.", "xem", "see"):
        return None
    waiting = news.waiting(turn.session, turn.account.id)
    touched = turn.state.touched
    if not waiting or (touched is not None and datetime.fromisoformat(waiting[-1].at) < touched):
        return None
    return Option(_token(waiting[0]), "")


def _token(item: news.Item) -> str:
    return open_token("office_news" if item.in_office else "news", item.id)


def _show(turn: Turn) -> None:
    waiting = news.waiting(turn.session, turn.member.id)
    item = next((one for one in waiting if one.id == turn.subject), None)
    if item is None:
        menu.show(turn, turn._("You have seen this already. What is open can be found under the menu."))
        return
    news.opened(turn.session, item)
    rest = [one for one in waiting if one is not item]
    more = [Option(_token(rest[0]), turn._("See the next news"))] if rest else []
    if not item.case_id:
        turn.say(item.text, [*item.options, *more])
        return
    person_id = turn.member.person_id
    case = grievance.for_officer(turn.session, person_id, item.case_id, turn.now) if turn.is_officer else None
    if case is None:  # the office, or the case, is somebody else's by now
        menu.show(turn, turn._("This is not open to you, or is over by now."))
        return
    card = triage.card(turn.session, turn.language, case, item.text)
    attached = files.options(turn.session, turn.language, case)  # attachments
    turn.say(card, [*triage.card_options(turn.language, case), *attached, *more])


CONVERSATIONS = (
    Conversation("news", _show, (pin.question(),), allowed=is_member),
    Conversation("office_news", _show, (pin.question(),), allowed=is_member, in_office=True),
)
