"""What came with a case, for the officers who have it: a line on its card, and a button that sends each file."""

from __future__ import annotations

from datetime import datetime

from config.i18n import Language
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.files.attachments import capital, label, with_states
from handlers.files.giving import give
from models.files.attachments import Enclosed
from models.grievances import access, enclosures
from models.grievances.cases import Grievance
from models.messages.message import Media, Option
from models.store.database import Session
from models.trust import audit


def listed(session: Session, reader: Language, case: Grievance) -> list[str]:
    """The line under a case's words; nothing when nothing came with it."""
    found = enclosures.of_case(session, case.id)
    return [reader.gettext("Attached: {files}", files=with_states(reader, found))] if found else []


def options(session: Session, reader: Language, case: Grievance) -> list[Option]:
    """The button under an officers' card."""
    return (
        [Option(open_token("files", case.id), reader.gettext("See files"))] if enclosures.of_case(session, case.id) else []
    )


def of_case(session: Session, person_id: str, case_id: str, attachment_id: str, now: datetime) -> Media | None:
    """An attachment of a case is seen by the officers who may see the case."""
    case = access.for_officer(session, person_id, case_id, now)
    found = enclosures.of_case(session, case.id) if case else []
    return next((_media(case_id, one) for one in found if one.id == attachment_id and one.fate.state == "kept"), None)


def _media(case_id: str, one: Enclosed) -> Media:
    return Media(one.id, case_id, one.fate.kind, one.name, one.fate.mime)


def _case(turn: Turn) -> Grievance | None:
    if not turn.offices:
        return None
    return access.for_officer(turn.session, turn.member.person_id, turn.subject, turn.now)


def _show(turn: Turn) -> None:
    """Sends each attachment where the line can; where not, a link for each, or the way to a line that can."""
    case = turn.thing(Grievance)
    found = enclosures.of_case(turn.session, case.id)
    kept = [one for one in found if one.fate.state == "kept"]
    audit.note(turn.session, turn.member.person_id, "files", case.id, turn.now)
    named = ((capital(label(turn.language, one.kind, one.number)), _media(case.id, one)) for one in kept)
    # Sent by itself, a file says which case it is of.
    sends = turn.sender.line in turn.site.uploads
    files = [(f"{case.code} · {name}" if sends else name, media) for name, media in named]
    said = turn._("Files of {code}:", code=case.code) + " " + with_states(turn.language, found)
    give(turn, said, files, [Option(open_token("view", case.id), turn._("Back to the case"))])


CONVERSATIONS = (Conversation("files", _show, about=_case, in_office=True),)
