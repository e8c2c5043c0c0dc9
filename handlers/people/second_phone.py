"""One person on several phones: a code from this one connects another, and both then see the same cases.

An answer is told on every connected phone, not only on the one the case was filed from: people connect a second one so as
not to be cut off with the first. Each is told of a new one, and can put the others out.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, is_member, open_token, unless_back
from handlers.chat.unasked import reader_of, tell
from handlers.people import consent, pin
from models.anonymity import moments
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import accounts, persons, second_phones, wishes
from models.people.accounts import Account


def connect(turn: Turn, first: Account) -> None:
    """Makes this chat another one of the person behind `first`, with what they had chosen there."""
    found = second_phones.find_by_id(turn.session, turn.answers["code"], turn.now)
    assert found is not None  # `first` came from it
    if not second_phones.use(turn.session, found, turn.now.date()):  # two chats agreed at the same moment
        turn.say(turn._("That code is not valid. Please check the slip, or ask your union team for a new one."))
        return
    holder = turn.session.get_one(persons.Person, first.person_id)
    known = [one for one in wishes.of_person(turn.session, holder.id) if one.confirmed]
    chosen = wishes.chosen(turn.session, first.id)
    wishes.clear(turn.session, turn.sender)
    turn.account = accounts.add(
        turn.session,
        turn.sender,
        holder,
        accounts.Joining(
            language=turn.language.code,
            confirmed=first.confirmed,
            verified=first.verified,
            notices=chosen.get("notices", first.notices),
            polls=chosen.get("polls", first.polls),
            consent_version=consent.VERSION,
        ),
        turn.now.date(),
    )
    accounts.take_pin(turn.session, turn.account, pin.kept(turn, first))
    turn.person, turn.joined = holder, True
    for other in known:
        reader = reader_of(turn.session, other)
        text = reader.gettext("Another phone has just been connected to your place here. If that was not you, put it out.")
        options = [Option(open_token("unlink"), reader.gettext("Put other phones out"))]
        tell(turn.session, other, Letter(text, options=options), turn.now)
    commands = "officer" if turn.is_officer else "worker"
    menu.show(turn, turn._("This phone is connected. Your grievances are seen here too."), commands=commands)


def _may_link(turn: Turn) -> bool:
    return turn.account is not None and turn.account.confirmed


def _link(turn: Turn) -> None:
    code = second_phones.issue(turn.session, turn.member, turn.now)
    menu.show(
        turn,
        turn._(
            "On the other phone, open the union's line and write this code there: {code}\n\n"
            "It works once and for 15 minutes. Show it to nobody: whoever has it sees your grievances.",
            code=f"{code[:4]}-{code[4:]}",
        ),
    )


def has_others(turn: Turn) -> bool:
    return turn.account is not None and len(wishes.of_person(turn.session, turn.account.person_id)) > 1


def _sure_text(turn: Turn) -> str:
    return turn._("Put out every other phone, and go on with this one only?")


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Yes, this one only")), Choice("no", turn._("Back")))


def _unlink(turn: Turn) -> None:
    wishes.put_out(turn.session, turn.member, turn.now, moments.tonight(turn.now, turn.site.relay_minutes))
    menu.show(turn, turn._("Only this phone is connected now."))


CONVERSATIONS = (
    Conversation("link", _link, (pin.question(),), allowed=_may_link),
    Conversation(
        "unlink",
        _unlink,
        (pin.question(), Question("sure", _sure_text, _sure_choices, chosen=unless_back)),
        allowed=lambda turn: is_member(turn) and has_others(turn),
    ),
)
