"""The menu and the help: what this person can do here, in one message."""

from __future__ import annotations

from collections.abc import Sequence

from config.i18n import N_
from handlers.chat import leafing, paging
from handlers.chat.conversation import Conversation, Entry, Goes, Turn, is_member, open_token
from models.messages import unopened
from models.messages.message import Option
from models.people import claims

BUTTONS = 5
"""That a phone shows under a message without scrolling; the rest is behind “More…”."""
FEW = 6
"""Lines that it shows above them."""


def options(turn: Turn) -> list[Option]:
    """What the menu offers this person first; empty for somebody who has not joined."""
    return _first(turn, everything(turn))


def everything(turn: Turn) -> list[Option]:
    """All of it, as it may be typed at any time."""
    return _offered(turn, claimed_beside(turn))


def _first(turn: Turn, offered: Sequence[Option]) -> list[Option]:
    return _part(turn, offered, 1, "more")


def _part(turn: Turn, offered: Sequence[Option], number: int, opens: str, subject: str = "") -> list[Option]:
    """So many of them as are seen at a time, and the way to the others; the last one takes that way's place."""
    begin = max(0, min(number - 1, (len(offered) - 1) // BUTTONS)) * BUTTONS
    rest = list(offered[begin:])
    if len(rest) <= BUTTONS + 1:
        return rest
    return [*rest[:BUTTONS], Option(open_token(opens, subject, str(number + 1)), turn._("More…"))]


def folded(turn: Turn, offered: Sequence[Option], opens: str, subject: str = "") -> list[Option]:
    """A part of `offered`, in the list (`Conversation.is_list`) `opens`, at the place that its button named; and the way
    back to what is under way, where this is looked at beside it."""
    part = _part(turn, offered, paging.asked(turn), opens, subject)
    return [*part, Option(open_token("go_on"), turn._("Go on writing"))] if turn.is_beside else part


def _offered(turn: Turn, claim: claims.Claim | None) -> list[Option]:
    if turn.account is None:
        return []
    if turn.is_claim:
        return [
            Option(open_token("unclaim"), turn._("This is not my code")),
            Option(open_token("lang"), turn._("Language · Ngôn ngữ")),
            Option(open_token("help"), turn._("Help")),
        ]
    offered = [*unread(turn), *(Option(open_token(entry.opens), turn._(entry.label)) for entry in _mine(turn))]
    if claim is not None:
        offered.insert(0, Option(open_token("unclaim"), turn._("This is not my code")))
    return offered


def unread(turn: Turn) -> list[Option]:
    """The way to what was left unopened: what says so is one message, which may be far up by now."""
    waiting = unopened.waiting(turn.session, turn.account.id) if turn.account is not None else []
    if not waiting:
        return []
    opens = "office_news" if waiting[0].in_office else "news"
    return [Option(open_token(opens), turn._("Unread news ({count})", count=turn.language.number(len(waiting))))]


def claimed_beside(turn: Turn) -> claims.Claim | None:
    """What a worker's chat claims beside what it is; whoever is on the roll has no need to."""
    if turn.account is None or turn.is_claim or turn.person is None or turn.person.staff_hash is not None:
        return None
    return claims.of_chat(turn.session, turn.account)


def _mine(turn: Turn) -> list[Entry]:
    return [entry for entry in turn.entries if entry.right is None or turn.holds(entry.right)]


def show(turn: Turn, first: str = "", *, commands: str = "") -> None:
    """Says `first` (if anything) and offers the menu under it, in one message if a phone shows both."""
    if turn.account is None:
        turn.say(first or turn._("Write your joining code, or /start to begin."))
        return
    if turn.is_claim:
        first = "\n\n".join(filter(None, (first, _waits(turn))))
    elif not first:
        first = _asked(turn)
    if (claim := claimed_beside(turn)) is not None:
        first = "\n\n".join((first, _waits_beside(turn, claim)))
    options = _first(turn, _offered(turn, claim))
    if leafing.height(first) > FEW and not turn.is_claim:
        turn.say(first)
        first = _asked(turn)
    turn.say(first, options, commands=commands)


def _asked(turn: Turn) -> str:
    return turn._("What would you like to do, comrade?") if turn.is_officer else turn._("What would you like to do?")


def _waits(turn: Turn) -> str:
    """What somebody reads who has used an officer's code and is not confirmed."""
    claim = claims.of_chat(turn.session, turn.member)
    if claim is None or claims.why_over(turn.session, claim, turn.now.date()) is not None:
        return turn._("Comrade, this code can no longer be confirmed. Please ask for a new one.")
    return turn._(
        "Comrade, before this chat can be used, an officer above must confirm that it is yours. Please tell them, in person "
        "or by phone, these two words: {words}\n\nThey will ask for them until {day}.",
        words=claims.words(turn.session, claim),
        day=f"{claims.last_day(claim):%d/%m/%Y}",
    )


def _waits_beside(turn: Turn, claim: claims.Claim) -> str:
    """The same in a worker's chat, which goes on as before."""
    if claim.confirmed:
        return turn._("The officer's code is confirmed. By tomorrow morning this chat receives the unit's cases.")
    if claims.why_over(turn.session, claim, turn.now.date()) is not None:
        return turn._("The officer's code that was used here can no longer be confirmed. Please ask for a new one.")
    return turn._(
        "An officer above must confirm the officer's code that was used here. Please tell them, in person or by phone, "
        "these two words: {words}\n\nThey will ask for them until {day}. Until then, everything here stays as it is.",
        words=claims.words(turn.session, claim),
        day=f"{claims.last_day(claim):%d/%m/%Y}",
    )


def _menu(turn: Turn) -> None:
    first = next((entry for entry in _mine(turn) if entry.is_home), None) if turn.account is not None else None
    if first is not None and not turn.is_claim:
        raise Goes(first.opens)
    show(turn)


def _more(turn: Turn) -> None:
    if turn.is_claim:
        show(turn)
        return
    turn.say(_asked(turn), folded(turn, everything(turn), "more"))


def help_text(turn: Turn) -> str:
    """What this line is for, what can be written, and what anonymous means."""
    lines = [
        turn._(
            "Here you tell the union what is wrong at work, by name or anonymously, and are answered here. "
            "The employer has no account and sees nothing."
        ),
        turn._("At any time you can write: menu, help, stop, or the code of your grievance."),
        turn._(
            "Anonymous means: no officer, no report and no copy of the database without its keys can tell who you are. "
            "People who know you may recognise the way you write."
        ),
    ]
    if turn.line.service and not turn.line.is_page:
        lines.append(turn._("{service} still knows whose account this is.", service=turn.line.service))
    if turn.is_officer:
        lines.append(
            turn._("Comrade, “menu” shows what the day asks of you; “Cases to handle” lists all of it, what is owed first.")
        )
    if turn.account is None:
        lines.append(turn._("To join, write the code on the slip your union team gave you."))
        if turn.line.is_page:
            lines.append(turn._("Joined before? Write your return code."))
    return "\n\n".join(lines)


def _help(turn: Turn) -> None:
    show(turn, help_text(turn))


COMMANDS = {
    "menu": N_("What you can do here"),
    "help": N_("How this works"),
    "stop": N_("Stop what is under way"),
    "language": N_("Language · Ngôn ngữ"),
}
"""What the chat app lists when somebody types a slash; the same words work without it."""

OFFICER_COMMANDS = {"menu": N_("Cases to handle, and all else"), **{k: v for k, v in COMMANDS.items() if k != "menu"}}

GROUP_FAREWELL = N_("This service talks with each person privately, so it leaves this group. Please write to it directly.")

BY_NUMBER = N_("Answer with a number, for example: 1.")
"""Under a numbered list, on lines that have no buttons."""

CONVERSATIONS = (
    Conversation("menu", _menu, allowed=is_member, for_claims=True),
    Conversation("more", _more, allowed=is_member, for_claims=True, begun=paging.begun, is_list=True),
    Conversation("help", _help, for_claims=True),
)
