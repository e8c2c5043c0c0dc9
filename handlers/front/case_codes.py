"""Words about a case without opening it first: “PA-XXXXXX words”, or a reply to the message that names it.

An officer's go to the preview of an answer, a worker's to the preview of an addition: the preview shows the case's code and
its first line, so that nothing reaches the wrong case.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from config import keyboards
from handlers.chat.conversation import Invalid, Known, Turn, take_text
from handlers.grievances import replying
from handlers.people import pin
from models.grievances import access, cases
from models.grievances.cases import Grievance
from models.messages.chats import Run
from models.store.ids import new_id

_LETTERS = 6
_FRONT = re.compile(r"P[AÀÁẢÃẠ][\s-]*([^\W_]{3,6})(?![^\W_])[\s:.,-]*", re.IGNORECASE)
_ANYWHERE = re.compile(r"\bPA-(\w{6})\b")


@dataclass(frozen=True, slots=True)
class Pointer:
    """`code`: of the case that is meant, empty where none is. `words`: those for it."""

    code: str
    words: str


def pointed(turn: Turn, text: str, quoted: str) -> Pointer:
    """What the code in front of these words, else the one in the message replied to, points at. Raises `Invalid` where a
    keyboard has made of the code what nobody can read."""
    plain = "".join(map(_sign, text))
    found = _FRONT.match(plain)
    if found is not None:
        typed = found.group(0)[: found.end(1)]
        codes = [f"PA-{code}" for code in keyboards.readings(typed, _LETTERS, front="PA")]
        if code := next((one for one in codes if of(turn, one) is not None), codes[0] if typed.isascii() and codes else ""):
            return Pointer(code, text[found.end() :].strip())
        if "-" in typed and keyboards.is_spoilt(found.group(1), _LETTERS):
            raise Invalid(
                turn._(
                    "Your keyboard has changed letters of that code. Please turn off Vietnamese typing and type it again."
                )
            )
    code = next((f"PA-{one}" for one in _ANYWHERE.findall(quoted) if keyboards.readings(one, _LETTERS)), "")
    return Pointer(code, text)


def _sign(sign: str) -> str:
    """In plain signs, one for one."""
    plain = keyboards.plain(sign)
    return sign if len(plain) != 1 or unicodedata.combining(plain) else plain


def of(turn: Turn, code: str) -> Grievance | None:
    """The case with this code, if this person may know of it; what is theirs behind a PIN is not looked at."""
    if turn.is_officer:
        case = access.for_officer(turn.session, turn.member.person_id, code, turn.now)
        if case is not None:
            return case
    return None if pin.wanted(turn) else cases.for_reporter(turn.session, turn.reporter, code)


def opening(turn: Turn, code: str, words: str) -> tuple[str, str, Known] | None:
    """(conversation, subject, what is known already) that these words begin; None when they fit no open case of theirs.
    Raises Invalid for words that nobody may send."""
    if turn.is_officer:
        case = access.for_officer(turn.session, turn.member.person_id, code, turn.now)
        if case is not None and case.state in cases.OPEN and case.route is not None:
            return "reply", case.id, replying.begun(turn, case, words)
    if pin.wanted(turn):  # whoever borrows the phone must not learn whether the case is its owner's
        return None
    own = cases.for_reporter(turn.session, turn.reporter, code)
    if own is not None and own.state in cases.OPEN:
        return "add", own.id, Known({"text": take_text(turn, words)})
    return None


def begun_with_files(turn: Turn, pointer: Pointer) -> str:
    """Begins an answer in a case of this officer's, or an addition to this person's own, for files sent to its code, and
    returns the words for it; where it is neither, all is as it came."""
    if turn.is_officer:
        case = access.for_officer(turn.session, turn.member.person_id, pointer.code, turn.now)
        if case is not None and case.state in cases.OPEN and case.route is not None:
            turn.chat.in_office = True
            turn.state.run, turn.state.offered = Run("reply", case.id, new_id()[:3], asking="text"), []
            turn.run.put(replying.seen(turn, case))
            return pointer.words
    own = None if pin.wanted(turn) else cases.for_reporter(turn.session, turn.reporter, pointer.code)
    if own is None or own.state not in cases.OPEN:
        return f"{pointer.code} {pointer.words}".strip()
    turn.chat.in_office = False
    turn.state.run, turn.state.offered = Run("add", own.id, new_id()[:3], asking="text"), []
    return pointer.words
