"""When a chat app allows a line only so many people: those who come after them are shown another way to the union."""

from __future__ import annotations

from handlers.chat.conversation import Turn
from models.messages.chats import State
from models.people import accounts


def is_full(turn: Turn) -> bool:
    """Whether this is a guest of a line on which as many have joined as its service allows.

    Guests are not counted: nothing is kept that could say who they were."""
    if turn.account is not None:
        return False
    most = turn.site.people.get(turn.sender.line, 0)
    return bool(most) and accounts.count_on(turn.session, turn.sender.line) >= most


def turn_away(turn: Turn) -> None:
    """Shows a guest the way to web chat: once, and not again while they go on writing here."""
    told = turn.state.turned_away
    turn.chat.state = State(turned_away=True)
    if told:
        return
    full = turn._("This line is full: the chat app allows it no more people.")
    address = turn.site.chat_address
    if address:
        way = turn._("Please write to the union on its own page; your joining code works there: {address}", address=address)
    else:
        way = turn._("Please speak with your union team in person.")
    turn.say(f"{full} {way}")
