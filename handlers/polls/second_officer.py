"""The rule of two for polls (handlers.broadcasts.second_officer): one that asks very many people, or several grassroots
unions, opens when a second officer agrees."""

from __future__ import annotations

from config.i18n import N_, Language
from handlers.broadcasts import audiences, second_officer
from handlers.broadcasts.previews import Plan
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.chat.unasked import reader_of, tell
from handlers.polls import rounds
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people.persons import Person, name_of
from models.polls import rounds as round_rows
from models.polls.polls import Poll
from models.polls.rounds import Round
from models.trust import audit


def options(reader: Language, one: Round) -> list[Option]:
    return [
        Option(open_token("agree_poll", one.id), reader.gettext("Agree, open it"), "main"),
        Option(open_token("refuse_poll", one.id), reader.gettext("Do not agree"), "danger"),
    ]


def ask(turn: Turn, poll: Poll, one: Round, plan: Plan) -> None:
    """Shows it to everybody who may agree. Not for how many people: so few may have a slip that nobody is told."""
    author = name_of(turn.session, turn.session.get_one(Person, turn.member.person_id))
    for account, _person in plan.may_agree or ():
        reader = reader_of(turn.session, account)
        text = reader.gettext(
            "Comrade {name} asks you to agree to poll {code}, to: {audience}. Please read it first:",
            name=author,
            code=poll.code,
            audience=audiences.described(turn.session, reader, plan.made.audience),
        )
        see = Option(open_token("round", one.id), reader.gettext("See the whole poll"))
        tell(turn.session, account, Letter(text, options=[see, *options(reader, one)], in_office=True), turn.now)


def _waiting(turn: Turn) -> rounds.Asked | None:
    asked = rounds.theirs(turn)
    return asked if asked is not None and asked.round.state == "waiting" else None


def _agree(turn: Turn) -> None:
    one, poll = turn.thing(rounds.Asked)
    back = [Option(open_token("round", one.id), poll.code), Option(open_token("polls_desk"), turn._("Polls"))]
    if poll.author_id == turn.member.person_id:
        text = turn._("It takes another officer than the one who wrote it, comrade. Nothing was opened.")
        turn.say(text, back)
        return
    round_rows.approve(turn.session, one, turn.now)
    audit.note(turn.session, turn.member.person_id, "agree_poll", poll.id, turn.now)
    turn.falls_due = True
    second_officer.tell_author(
        turn, poll.author_unit_id, poll.author_id, N_("Comrade {name} agrees: poll {code} opens."), poll.code
    )
    when = turn.language.when(one.opens_at) if one.opens_at > turn.now else turn._("at once")
    turn.say(turn._("{code} opens: {when}. Nobody sees a result before it is closed.", code=poll.code, when=when), back)


def _refuse(turn: Turn) -> None:
    one, poll = turn.thing(rounds.Asked)
    round_rows.cancel(turn.session, one)
    audit.note(turn.session, turn.member.person_id, "refuse_poll", poll.id, turn.now)
    said = N_("Comrade {name} does not agree to poll {code}; it does not open.")
    second_officer.tell_author(turn, poll.author_unit_id, poll.author_id, said, poll.code)
    text = turn._("{code} does not open. Its author is told, comrade.", code=poll.code)
    turn.say(text, rounds.back(turn))


CONVERSATIONS = (
    Conversation("agree_poll", _agree, about=_waiting, in_office=True),
    Conversation("refuse_poll", _refuse, about=_waiting, in_office=True),
)
