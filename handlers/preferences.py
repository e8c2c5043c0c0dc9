"""What a person can set for themselves."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import menu
from handlers.conversation import Choice, Conversation, Question, Turn
from models import intake


def _languages(_turn: Turn) -> Sequence[Choice]:
    return (Choice("vi", "Tiếng Việt"), Choice("en", "English"))


def _finish(turn: Turn) -> None:
    chosen = turn.answers["language"]
    if turn.account is not None:
        intake.change_account(turn.session, "language", turn.account.id, turn.now, chosen)
    turn.speak(chosen)
    menu.show(turn, turn._("From now on the union writes to you in English."))


CONVERSATIONS = (
    Conversation(
        "lang",
        _finish,
        (Question("language", lambda turn: turn._("Which language shall the union write to you in?"), _languages),),
    ),
)
