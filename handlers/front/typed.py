"""What typed words mean wherever one stands: a number or a label from the newest list on the screen, a keyword.

In front of a question that takes words they are words: only a bare number of the list, a label or a keyword with its very
accents is anything else. Huy, Dũng and Dung are names, and a worker who gives theirs has stopped nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from config import keyboards
from config.i18n import fold
from handlers.chat import menu
from handlers.chat.conversation import Turn
from handlers.front import unopened
from models.messages.message import Option

# Words that work anywhere. The Telegram commands and what people type instead of them.
WORDS = {
    "menu": "menu", "/menu": "menu", "trang chính": "menu", "bắt đầu": "menu",
    "help": "help", "/help": "help", "trợ giúp": "help", "giúp": "help", "hướng dẫn": "help",
    "stop": "stop", "/stop": "stop", "dừng": "stop", "dừng lại": "stop", "hủy": "stop", "hủy bỏ": "stop",
    "huỷ": "stop", "huỷ bỏ": "stop",
    "/language": "lang", "ngôn ngữ": "lang", "language": "lang", "english": "lang", "tiếng việt": "lang",
}  # fmt: skip
_FOLDED = {fold(written): word for written, word in WORDS.items()}


def exact(text: str) -> str:
    """For comparing words whose accents count: any case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def word(turn: Turn, text: str) -> str | None:
    """The keyword that this is. While something is under way, only as it is rightly written."""
    return _FOLDED.get(fold(text)) if turn.state.run is None else WORDS.get(exact(text))


def option(turn: Turn, text: str, *, words: bool) -> Option | None:
    """The offered choice that a typed number or label means, if any. `words`: the question at hand takes words."""
    if (seen := unopened.meant(turn, text, words=words)) is not None:
        return seen
    number = keyboards.bare_number(text) if words else keyboards.number(text)
    if number is not None:
        listed = turn.state.offered or _first_menu(turn)
        return listed[number - 1] if 1 <= number <= len(listed) else None
    offered = labelled(turn.state.offered, text, words=words)
    if offered is None and not words:
        offered = labelled(turn.state.offered, keyboards.core(text), words=False)  # “Có ạ”
    if offered is not None or turn.state.run:
        return offered
    # What the menu says can be written at any time, too: without buttons that is how one gets there from elsewhere.
    return labelled(menu.everything(turn), text, words=False)


_SIGNS = "●○☑☐‹› "
"""On labels, beside what is written."""


def labelled(options: Sequence[Option], text: str, *, words: bool) -> Option | None:
    """The one with this label; without its accents only where no other looks the same then (“Bún cá”, “Bún cà”)."""
    labels = [(option, option.label.strip(_SIGNS)) for option in options]
    if (named := [option for option, label in labels if exact(label) == exact(text)]) or words:
        return named[0] if named else None
    alike = [option for option, label in labels if fold(label) == fold(text)]
    return alike[0] if len({exact(option.label.strip(_SIGNS)) for option in alike}) == 1 else None


def _first_menu(turn: Turn) -> list[Option]:
    """What is on the screen of whoever has just joined, who leaves no row that could remember it. With everybody else a
    list that is not remembered was another one, and is a day old."""
    joined = turn.account is not None and turn.now.date() - turn.account.joined_on <= timedelta(days=1)
    return menu.options(turn) if joined and turn.state.run is None else []
