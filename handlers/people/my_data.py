"""What is kept about a person, told to them; and leaving, which forgets who they are in the night that follows."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat import leafing, paging
from handlers.chat.conversation import Choice, Conversation, Question, Turn, is_member, open_token, unless_back
from handlers.chat.words import unit_name
from handlers.people import pin
from models.anonymity import moments
from models.grievances import cases, names
from models.messages.message import Option
from models.people import persons, wishes


def _mydata(turn: Turn) -> None:
    mine, myself = turn.member, turn.person
    assert myself is not None
    name = persons.name_of(turn.session, myself)
    filed = cases.own(turn.session, turn.reporter)
    lines = [
        turn._("What the union keeps about you here, why, and until when:"),
        turn._("Your unit: {unit}. So that what you write gets there.", unit=unit_name(turn.session, myself.unit_id)),
        turn._("Your name: {name}. It is on the list of your union.", name=name)
        if name
        else turn._("Your name: not kept."),
        turn._("This chat, sealed, and the day you joined: {day}. So that you can be answered. Until you leave.",
               day=f"{mine.joined_on:%d/%m/%Y}"),
        turn._("What you agreed to: consent card {version}, on that day.", version=mine.consent_version)
        + " "
        + turn._("Notices: {notices}. Opinion polls: {polls}.", notices=_on(turn, "notices"), polls=_on(turn, "polls")),
        turn._("Joined with a slip or an own code: verified.")
        if mine.verified
        else turn._("Joined with the team's own code: not verified."),
        turn._("Your grievances: {count}, sealed, without your name unless you gave it. They stay with the union when you "
               "leave, and nothing then leads from them to you.", count=len(filed)),
        turn._("What waits to be seen: 30 days. An unfinished message, and what you have just done here, sealed: 3 days. "
               "Errors: 7 days."),
        turn._("To have something corrected, or to ask, speak with your union team. To have it forgotten, leave: from then "
               "on nothing is shown or sent, and by the next night it is deleted."),
    ]  # fmt: skip
    leaf = leafing.leaf(lines, paging.asked(turn))
    options = [
        *paging.options(turn, leaf, "mydata"),
        Option(open_token("leave"), turn._("Leave"), "danger"),
        Option(open_token("menu"), turn._("Menu"), "quiet"),
    ]
    turn.say("\n".join([*leaf.rows, *paging.place(turn.language, leaf)]), options)


def _on(turn: Turn, name: str) -> str:
    return turn._("on") if turn.wish(name) else turn._("off")


def _sure_text(turn: Turn) -> str:
    lines = [
        turn._(
            "If you leave: from then on nothing is shown or sent here, and by the next night this chat and every phone you "
            "have connected are forgotten. Your grievances stay with the union, without you: their answers can no longer "
            "reach you, and you cannot find them again."
        )
    ]
    if turn.is_officer:
        lines.append(
            turn._("Comrade, your unit's cases will then no longer come to you here. Your place on the roll stays.")
        )
    lines.append(turn._("Do you want to leave?"))
    return "\n\n".join(lines)


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Yes, leave and forget me")), Choice("no", turn._("No, stay")))


def _leave(turn: Turn) -> None:
    names.take_out(turn.session, turn.reporter, turn.now)
    words = turn._(
        "You have left, and who you are is forgotten. If you need the union: your union team, or the union office. To join "
        "again, ask for a new slip and write /start."
    )
    turn.say(words)
    wishes.leave(turn.session, turn.member, turn.now, moments.tonight(turn.now, turn.site.relay_minutes))
    turn.falls_due = True


CONVERSATIONS = (
    Conversation("mydata", _mydata, (pin.question(),), allowed=is_member, begun=paging.begun, is_list=True),
    # No PIN before this: whoever has forgotten it can leave, and whoever borrows the phone learns nothing by it.
    Conversation("leave", _leave, (Question("sure", _sure_text, _sure_choices, chosen=unless_back),), allowed=is_member),
)
