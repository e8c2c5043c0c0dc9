"""Giving somebody files, in the way that their line has: sent to the chat, behind links that open once, or on another line.

Whether they may see them has been asked before, and is asked again when a link is opened (handlers.front.file_rights).
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.conversation import Turn
from models.files import one_time_links
from models.messages.message import Media, Option


def give(turn: Turn, said: str, files: Sequence[tuple[str, Media]], after: Sequence[Option]) -> None:
    """Says `said`, with `files`, each under the name that stands beside it."""
    if turn.sender.line in turn.site.uploads:
        for name, media in files:
            turn.say(name, media=media)
    elif files:
        said += "\n\n" + _instead(turn, files)
    turn.say(said, after)


def _instead(turn: Turn, files: Sequence[tuple[str, Media]]) -> str:
    if not turn.site.media_address:
        if turn.chat.in_office:
            return turn._("Comrade, this app cannot show files: please open them on Telegram or on the union's web page.")
        return turn._("This app cannot show files: please open them on Telegram or on the union's web page.")
    tokens = [(name, one_time_links.issue(turn.session, turn.member.person_id, media, turn.now)) for name, media in files]
    lines = [f"{name}: {turn.site.media_address}/{token}" for name, token in tokens]
    if turn.chat.in_office:
        lines.append(turn._("Each link opens once, within 2 minutes. Please do not pass it on, comrade."))
    else:
        lines.append(turn._("Each link opens once, within 2 minutes."))
    return "\n".join(lines)
