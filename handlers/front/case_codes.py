"""Words about a case without opening it first: “PA-XXXXXX words”, or a reply to the message that names it.

An officer's go to the preview of an answer, a worker's to the preview of an addition: the preview shows the case's code and
its first line, so that nothing reaches the wrong case.
"""

from __future__ import annotations

import re

from handlers.chat.conversation import Turn, take_text
from handlers.grievances import replying
from handlers.people import pin
from models.grievances import access, cases
from models.store.ids import CODE_LETTERS

_CODE = re.compile(rf"PA[-\s]?([{CODE_LETTERS}]{{6}})\b[\s:.,–-]*", re.IGNORECASE)


def code_in(text: str) -> str:
    """The first case code anywhere in a text, or an empty string."""
    found = _CODE.search(text)
    return f"PA-{found.group(1).upper()}" if found else ""


def split(text: str, quoted: str) -> tuple[str, str]:
    """(case code, words): the code in front of the words, else the one in the message replied to. No code: empty."""
    found = _CODE.match(text)
    if found is not None:
        return f"PA-{found.group(1).upper()}", text[found.end() :].strip()
    return code_in(quoted), text


def opening(turn: Turn, code: str, words: str) -> tuple[str, str, dict[str, str]] | None:
    """(conversation, subject, answers given already) that these words begin; None when they fit no open case of theirs.
    Raises Invalid for words that nobody may send."""
    if turn.is_officer:
        case = access.for_officer(turn.session, turn.member.person_id, code, turn.now)
        if case is not None and case.state in cases.OPEN and case.route is not None:
            return "reply", case.id, replying.begun(turn, case, words)
    if pin.wanted(turn):  # whoever borrows the phone must not learn whether the case is its owner's
        return None
    own = cases.for_reporter(turn.session, turn.reporter, code)
    if own is not None and own.state in cases.OPEN:
        return "add", own.id, {"text": take_text(turn, words)}
    return None
