"""What a person can set for themselves: language, notices, polls, what a lock screen shows; and the way to the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from config.i18n import N_
from handlers.chat import menu, paging
from handlers.chat.conversation import Choice, Conversation, Question, Turn, is_member, open_token, unless_back
from handlers.people import lost_phones, second_phone
from models.messages.message import Option

Name = Literal["notices", "polls", "plain_previews"]

_MEMBER = {"yes": N_("Yes"), "no": N_("Not yet"), "unsure": N_("Not sure")}


def _settings(turn: Turn) -> None:
    options = [
        Option(open_token("notices"), turn._("Notices from the union")),
        Option(open_token("mute"), turn._("Kinds of notice")),
        Option(open_token("polls"), turn._("Opinion polls")),
        Option(open_token("membership"), turn._("Union membership")),
        Option(open_token("previews"), turn._("What the lock screen shows")),
        Option(open_token("pin"), turn._("PIN")),
        Option(open_token("link"), turn._("Connect another phone")),
        *([Option(open_token("unlink"), turn._("Put other phones out"))] if second_phone.has_others(turn) else []),
        *([Option(open_token("return_code"), turn._("Return code"))] if turn.line.is_page else []),
        *([Option(open_token("lost_phone"), turn._("An officer has lost the phone"))] if lost_phones.may(turn) else []),
        Option(open_token("hide"), turn._("Hide from this phone")),
        Option(open_token("mydata"), turn._("My data")),
        Option(open_token("leave"), turn._("Leave"), "danger"),
        Option(open_token("menu"), turn._("Menu")),
    ]
    on, off = turn._("on"), turn._("off")
    joined = _MEMBER.get(turn.wish("member"), "")
    lines = [
        turn._("Settings:"),
        turn._("Notices from the union") + ": " + (on if turn.wish("notices") else off),
        turn._("Opinion polls") + ": " + (on if turn.wish("polls") else off),
        *([turn._("Union membership") + ": " + turn._(joined)] if joined else []),
        turn._("Words on the lock screen") + ": " + (on if turn.wish("plain_previews") else off),
        turn._("PIN") + ": " + (on if turn.wish("pin") else off),
    ]
    turn.say("\n".join(lines), menu.folded(turn, options, "settings"))


def _now(turn: Turn, name: Name) -> bool:
    return bool(turn.wish(name))


def _switch(key: str, name: Name, text: Callable[[Turn], str]) -> Conversation:
    """A conversation that switches one thing on or off, once it has said what it is."""

    def choices(turn: Turn) -> Sequence[Choice]:
        turned = Choice("off", turn._("Switch off")) if _now(turn, name) else Choice("on", turn._("Switch on"))
        return (turned, Choice("back", turn._("Back"), "quiet"))

    def finish(turn: Turn) -> None:
        turn.choose(**{name: turn.answers["to"] == "on"})
        _settings(turn)

    return Conversation(key, finish, (Question("to", text, choices, chosen=unless_back),), allowed=is_member)


def _languages(_turn: Turn) -> Sequence[Choice]:
    return (Choice("vi", "Tiếng Việt"), Choice("en", "English"))


def _finish(turn: Turn) -> None:
    chosen = turn.answers["language"]
    if turn.account is not None:
        turn.choose(language=chosen)
    turn.speak(chosen)
    menu.show(turn, turn._("From now on the union writes to you in English."))


def _join_union(turn: Turn) -> None:
    turn.choose(member=turn.answers["member"])
    _settings(turn)


def _hide(turn: Turn) -> None:
    """In the words of the line one is on, and no other."""
    if turn.line.is_page:
        how = turn._(
            "“Hide quickly” blanks the page; the three dots, “Delete from this device”, leave nothing on the phone. After "
            "that, only your return code leads back."
        )
    else:
        how = turn._(
            "In {service}: hold the chat, then Delete; if it asks, also on the other side. Photos you sent stay in the "
            "phone's album. After that, write here again.",
            service=turn.line.service,
        )
    first = turn._("What stands on this phone, only this phone can delete:")
    menu.show(turn, "\n\n".join((first, how, turn._("Your grievances stay with the union."))))


CONVERSATIONS = (
    Conversation("settings", _settings, allowed=is_member, begun=paging.begun, is_list=True),
    Conversation(
        "lang",
        _finish,
        (Question("language", lambda turn: turn._("Which language shall the union write to you in?"), _languages),),
        for_claims=True,
    ),
    _switch(
        "notices", "notices", lambda turn: turn._("Notices: what the union tells everybody, such as a meeting or a result.")
    ),
    _switch(
        "polls",
        "polls",
        lambda turn: turn._("Polls: the union asks for opinions. Each says whether it is anonymous or with names."),
    ),
    _switch(
        "previews",
        "plain_previews",
        lambda turn: turn._(
            "When the union writes first, the phone shows only that there is news. Switched on, it shows the words at once, "
            "also on the lock screen, to whoever holds the phone."
        ),
    ),
    Conversation(
        "membership",
        _join_union,
        (
            Question(
                "member",
                lambda turn: turn._("Have you joined the union?"),
                lambda turn: [Choice(key, turn._(label)) for key, label in _MEMBER.items()],
            ),
        ),
        allowed=is_member,
    ),
    Conversation("hide", _hide, allowed=is_member),
)
