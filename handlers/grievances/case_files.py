"""The files of a case: what came with its reporter's words, for the officers who have it; what the union sent with its
answers, for them and for the reporter, who sees it when they have heard the answer. A line, and a button that sends each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import N_, Language
from handlers.chat.conversation import Conversation, Turn, is_member, open_token
from handlers.files.attachments import capital, label, with_states
from handlers.files.giving import give
from handlers.people import pin
from models.anonymity import intake
from models.files.attachments import Enclosed
from models.grievances import access, cases, enclosures
from models.grievances.cases import Entry, Grievance
from models.messages.message import Media, Option
from models.people.persons import Person
from models.store.database import Session
from models.trust import audit


def listed(session: Session, reader: Language, case: Grievance) -> list[str]:
    """The line under a case's words of what its reporter sent; nothing when nothing came with it."""
    found = enclosures.of_case(session, case.id)
    return [reader.gettext("Attached: {files}", files=with_states(reader, found))] if found else []


def listed_all(session: Session, reader: Language, case: Grievance) -> list[str]:
    """For officers: also what the union sent."""
    return [*listed(session, reader, case), *_union_line(reader, enclosures.of_case(session, case.id, by_union=True))]


def _union_line(reader: Language, found: Sequence[Enclosed]) -> list[str]:
    return [reader.gettext("From the union: {files}", files=with_states(reader, found))] if found else []


def options(session: Session, reader: Language, case: Grievance) -> list[Option]:
    """The button under an officers' card."""
    has = enclosures.of_case(session, case.id) or enclosures.of_case(session, case.id, by_union=True)
    return [Option(open_token("files", case.id), reader.gettext("See files"))] if has else []


def of_case(session: Session, person_id: str, case_id: str, attachment_id: str, now: datetime) -> Media | None:
    """An attachment of a case is seen by the officers who may see the case, or read it along."""
    case = access.to_read(session, person_id, case_id, now)
    if case is None:
        return None
    found = [*enclosures.of_case(session, case.id), *enclosures.of_case(session, case.id, by_union=True)]
    return _among(case_id, found, attachment_id)


def _among(case_id: str, found: Sequence[Enclosed], attachment_id: str) -> Media | None:
    kept = (one for one in found if one.id == attachment_id and one.fate.state == "kept")
    return next((_media(case_id, one) for one in kept), None)


def _media(case_id: str, one: Enclosed) -> Media:
    return Media(one.id, case_id, one.fate.kind, one.name, one.fate.mime)


def _case(turn: Turn) -> Grievance | None:
    if not turn.offices:
        return None
    return access.to_read(turn.session, turn.member.person_id, turn.subject, turn.now)


def _named(turn: Turn, case: Grievance, found: Sequence[Enclosed], of: str = "{file}") -> list[tuple[str, Media]]:
    """Those that can be opened, each under what it is called. Sent by itself, a file says which case it is of."""
    front = f"{case.code} · " if turn.sender.line in turn.site.uploads else ""
    named = [(turn._(of, file=label(turn.language, one.kind, one.number)), one) for one in found if one.fate.state == "kept"]
    return [(front + capital(name), _media(case.id, one)) for name, one in named]


def _show(turn: Turn) -> None:
    """Sends each attachment where the line can; where not, a link for each, or the way to a line that can."""
    case = turn.thing(Grievance)
    came, went = (enclosures.of_case(turn.session, case.id, by_union=by_union) for by_union in (False, True))
    audit.note(turn.session, turn.member.person_id, "files", case.id, turn.now)
    files = [*_named(turn, case, came), *_named(turn, case, went, N_("{file} of the union"))]
    states = ([with_states(turn.language, came)] if came else []) + _union_line(turn.language, went)
    said = turn._("Files of {code}:", code=case.code) + " " + "\n".join(states)
    give(turn, said, files, [Option(open_token("view", case.id), turn._("Back to the case"))])


# For the reporter: what the union sent, of answers that they have heard.


def _heard(session: Session, case: Grievance, now: datetime) -> list[Enclosed]:
    unheard = {event.entry_id for event in intake.waiting_for(session, case.id, now) if event.kind == "tell"}
    return enclosures.of_case(session, case.id, by_union=True, but=unheard)


def from_union(session: Session, reader: Language, case: Grievance, now: datetime) -> list[str]:
    """The line of it under the reporter's own case."""
    return _union_line(reader, _heard(session, case, now))


def sent_with(session: Session, reader: Language, entry: Entry) -> str:
    """The line of it under an answer; nothing where it came alone."""
    found = [one for one in enclosures.of_entry(session, entry.id) if one.fate.state in ("kept", "fetching")]
    names = ", ".join(label(reader, one.kind, one.number) for one in found)
    return reader.gettext("With it: {files}.", files=names) if found else ""


def button_of_reporter(reader: Language, case: Grievance) -> Option:
    return Option(open_token("union_files", case.id), reader.gettext("See files"))


def for_reporter(turn: Turn, case: Grievance) -> list[Option]:
    """The button under their own case."""
    return [button_of_reporter(turn.language, case)] if _heard(turn.session, case, turn.now) else []


def of_own_case(session: Session, person_id: str, case_id: str, attachment_id: str, now: datetime) -> Media | None:
    """A file of the union is seen by the reporter to whom it went."""
    somebody = session.get(Person, person_id)
    case = cases.for_reporter(session, somebody.reporter_id, case_id) if somebody is not None else None
    return _among(case_id, _heard(session, case, now), attachment_id) if case is not None else None


def _own(turn: Turn) -> Grievance | None:
    return cases.for_reporter(turn.session, turn.reporter, turn.subject) if is_member(turn) else None


def _show_reporter(turn: Turn) -> None:
    """No entry of the audit: it would say that the reporter was here."""
    case = turn.thing(Grievance)
    found = _heard(turn.session, case, turn.now)
    said = turn._("Files of {code}:", code=case.code) + " " + with_states(turn.language, found)
    give(turn, said, _named(turn, case, found), [Option(open_token("mine", case.id), turn._("Show this grievance"))])


CONVERSATIONS = (
    Conversation("files", _show, about=_case, in_office=True),
    Conversation("union_files", _show_reporter, (pin.question(),), about=_own),
)
