"""Polls in a list: for officers those of their units and what can be done with them, for members what they may answer or
read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from config.i18n import N_, Language
from handlers.broadcasts import audiences
from handlers.chat import leafing, paging
from handlers.chat.conversation import Conversation, Turn, is_member, open_token, with_right
from handlers.chat.words import shortened
from handlers.polls import in_words, invitations, rounds, second_officer, voting, writing
from models.messages.message import Option
from models.people import rights, units
from models.polls import rounds as round_rows
from models.polls.polls import Content, Poll, content_of
from models.polls.rounds import Round
from models.trust import audit

_STATES = {
    "waiting": N_("waits for a second officer"),
    "planned": N_("not open yet"),
    "open": N_("open"),
    "counting": N_("closed, being counted"),
    "counted": N_("counted"),
    "cancelled": N_("cancelled"),
}


def _state(turn: Turn, one: Round) -> str:
    over = one.state == "open" and not one.takes_votes(turn.now)
    return turn._(_STATES["counting" if over else one.state])


def _title(reader: Language, turn: Turn, poll: Poll) -> str:
    return in_words.words(reader, content_of(turn.session, poll).title)


def _desk(turn: Turn) -> None:
    shown = paging.page(round_rows.of_units(turn.session, turn.units_with(rights.MANAGE_POLL)), paging.asked(turn))
    lines = [turn._("Polls of your unit, the newest first:") if shown.rows else turn._("Your unit has asked nothing yet.")]
    options = [Option(open_token("ask_opinion"), turn._("A new poll"))]
    for one, poll in shown.rows:
        lines.append(f"{poll.code}: {_title(turn.language, turn, poll)} · {_state(turn, one)}")
        options.append(Option(open_token("round", one.id), f"{poll.code} · {turn.language.day(one.opens_at)}"))
    lines += paging.place(turn.language, shown)
    options += [*paging.options(turn, shown, "polls_desk"), Option(open_token("menu"), turn._("Menu"))]
    turn.say("\n".join(lines), options)


def _show(turn: Turn) -> None:
    one, poll = turn.thing(rounds.Asked)
    to = audiences.described(turn.session, turn.language, invitations.audience_of(turn.session, poll))
    lines = [
        f"{poll.code} · {_state(turn, one)}",
        f"🗳 {_title(turn.language, turn, poll)} · {units.get(turn.session, poll.author_unit_id).name}",
        turn._("To: {audience}", audience=to),
        turn._(
            "Opens: {opens}. Closes: {closes}.",
            opens=turn.language.when(one.opens_at),
            closes=turn.language.when(one.closes_at),
        ),
        writing.how(turn, poll.shown_from),
    ]
    options = []
    if one.state == "counted":
        options.append(Option(open_token("outcome", one.id), turn._("See the results")))
    else:
        lines.append(turn._("The poll is not counted yet; nobody sees any result before."))
    if one.takes_votes(turn.now):
        options.append(Option(open_token("close_poll", one.id), turn._("Close it now"), "danger"))
    if one.state == "waiting" and poll.author_id != turn.member.person_id:
        options += second_officer.options(turn.language, one)
    if one.state in ("waiting", "planned", "open"):
        options.append(Option(open_token("cancel_poll", one.id), turn._("Cancel the poll"), "danger"))
    questions = Option(open_token("round_asked", one.id), turn._("See the questions"))
    turn.say("\n".join(lines), [questions, *options, rounds.back(turn)[0]])


def _questions(turn: Turn) -> None:
    """All that it asks, leaf by leaf: whoever is to agree to it reads it first."""
    one, poll = turn.thing(rounds.Asked)
    content = content_of(turn.session, poll)
    leaf = leafing.leaf(in_words.asked_lines(turn.language, content), paging.asked(turn))
    lines = [f"🗳 {_title(turn.language, turn, poll)}", *leaf.rows, *paging.place(turn.language, leaf)]
    back = Option(open_token("round", one.id), poll.code)
    turn.say("\n".join(lines), [*paging.options(turn, leaf, "round_asked", one.id), back])


def _close(turn: Turn, one: Round) -> str:
    if one.state != "open" or not one.takes_votes(turn.now):
        return ""
    round_rows.close(turn.session, one, turn.now)
    return turn._("{code} is closed. It is counted in a few minutes, comrade.", code=turn.thing(rounds.Asked).poll.code)


def _cancel(turn: Turn, one: Round) -> str:
    if one.state not in ("waiting", "planned", "open"):
        return ""
    round_rows.cancel(turn.session, one)
    return turn._("{code} is cancelled. No answer to it is ever counted.", code=turn.thing(rounds.Asked).poll.code)


def _end(noted: str, verb: Callable[[Turn, Round], str], turn: Turn) -> None:
    """`verb`: ends it and says so, or nothing where it is too late. `noted`: what the audit calls it."""
    one, poll = turn.thing(rounds.Asked)
    was = _state(turn, one)
    said = verb(turn, one) or turn._("{code} is “{state}” by now. Nothing was changed.", code=poll.code, state=was)
    audit.note(turn.session, turn.member.person_id, noted, poll.id, turn.now)
    turn.falls_due = True
    turn.say(said, rounds.back(turn))


def _mine(turn: Turn) -> None:
    """What this person may still answer, and published results."""
    open_ = voting.open_for(turn)
    assert turn.person is not None
    above = [one.id for one in units.path(turn.session, turn.person.unit_id)]
    rows: list[tuple[Round, Content | Poll]] = [*open_, *round_rows.published(turn.session, above)[:]]
    shown = paging.page(rows, paging.asked(turn))
    lines, options = [], []
    for one, what in shown.rows:
        if isinstance(what, Poll):
            title = shortened(_title(turn.language, turn, what), 40)
            options.append(Option(open_token("published", one.id), turn._("Results: {title}", title=title)))
        else:
            title = in_words.words(turn.language, what.title)
            lines.append(turn._("{title}, open until {when}", title=title, when=turn.language.when(one.closes_at)))
            options.append(Option(open_token("vote", one.id), turn._("Answer: {title}", title=shortened(title, 40))))
    head = turn._("The union asks for your opinion:") if open_ else turn._("There is no poll for you to answer now.")
    options += [*paging.options(turn, shown, "polls_mine"), Option(open_token("menu"), turn._("Menu"))]
    turn.say("\n".join([head, *lines, *paging.place(turn.language, shown)]), options)


CONVERSATIONS = (
    Conversation(
        "polls_desk", _desk, allowed=with_right(rights.MANAGE_POLL), in_office=True, begun=paging.begun, is_list=True
    ),
    Conversation("round", _show, about=rounds.theirs, in_office=True),
    Conversation("round_asked", _questions, about=rounds.theirs, in_office=True, begun=paging.begun, is_list=True),
    Conversation("close_poll", partial(_end, "close_poll", _close), about=rounds.theirs, in_office=True),
    Conversation("cancel_poll", partial(_end, "cancel_poll", _cancel), about=rounds.theirs, in_office=True),
    Conversation("polls_mine", _mine, allowed=is_member, begun=paging.begun, is_list=True),
)
