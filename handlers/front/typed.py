"""What typed words mean wherever one stands: a number or a label from the newest list on the screen, a keyword, a code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from config.i18n import fold
from handlers.chat import menu
from handlers.chat.conversation import Turn
from handlers.front import unopened
from models.messages.message import Option

NUMBER = re.compile(r"(?:so )?(\d{1,2})[.)]?")

# Words that work anywhere, folded. The Telegram commands and what people type instead of them.
WORDS = {
    "menu": "menu", "/menu": "menu", "trang chinh": "menu", "bat dau": "menu",
    "help": "help", "/help": "help", "tro giup": "help", "giup": "help", "huong dan": "help",
    "stop": "stop", "/stop": "stop", "dung": "stop", "dung lai": "stop", "huy": "stop", "huy bo": "stop",
    "/language": "lang", "ngon ngu": "lang", "language": "lang", "english": "lang", "tieng viet": "lang",
}  # fmt: skip


def option(turn: Turn, text: str) -> Option | None:
    """The offered choice that a typed number or label means, if any."""
    if (seen := unopened.meant(turn, text)) is not None:
        return seen
    folded = fold(text)
    if (number := NUMBER.fullmatch(folded)) is not None:
        place, listed = int(number.group(1)) - 1, turn.state.offered or _first_menu(turn)
        return listed[place] if 0 <= place < len(listed) else None
    if (offered := _labelled(turn.state.offered, folded)) is not None or turn.state.run:
        return offered
    # What the menu says can be written at any time, too: without buttons that is how one gets there from elsewhere.
    return _labelled(menu.options(turn), folded)


def _labelled(options: Sequence[Option], folded: str) -> Option | None:
    return next((option for option in options if fold(option.label.lstrip("●○ ")) == folded), None)


def _first_menu(turn: Turn) -> list[Option]:
    """What is on the screen of whoever has just joined, who leaves no row that could remember it. With everybody else a
    list that is not remembered was another one, and is a day old."""
    joined = turn.account is not None and turn.now.date() - turn.account.joined_on <= timedelta(days=1)
    return menu.options(turn) if joined and turn.state.run is None else []
