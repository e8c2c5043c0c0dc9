"""Results of a poll to take away: a picture for each question, and a workbook. Made when they are opened, kept nowhere.

Whoever opens one is asked for their right to see that unit's results at that moment (handlers.front.file_rights).
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import partial
from typing import Any

import xlsxwriter

from config.i18n import DEFAULT, language
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.chat.doors import Drawing
from handlers.files.giving import give
from handlers.polls import charts, in_words, result_words, results
from handlers.polls.result_media import CHART, CODES, TABLES, Named, media_of, named
from models.anonymity.suppression import Withheld
from models.messages.message import Media, Option
from models.people import units
from models.people.persons import Person
from models.polls import access, rounds
from models.polls import results as result_rows
from models.polls.polls import Content, Poll, content_of
from models.polls.rounds import Round
from models.store.database import Session
from models.trust import audit

MOST = 10
"""Pictures sent at once: an album of a chat app has as many."""


def attached(session: Session, person_id: str, round_id: str, attachment_id: str, now: datetime) -> Media | None:
    """The picture or workbook, if this person may see that unit's results now."""
    name = named(attachment_id)
    if name is None or name.round_id != round_id:
        return None
    one = session.get(Round, round_id)
    person = session.get(Person, person_id)
    if one is None or person is None or one.state != "counted":
        return None
    poll = session.get_one(Poll, one.poll_id)
    officer = access.may_see(session, poll, name.unit_id, person_id, now.date())
    member = one.published and name.kind != TABLES
    if officer or (member and access.may_member_see(session, poll, name.unit_id, person.unit_id)):
        return media_of(name)
    return None


def _opened(session: Session, name: Named) -> tuple[Round, Poll, Content] | None:
    one = session.get(Round, name.round_id)
    if one is None:
        return None
    poll = session.get_one(Poll, one.poll_id)
    return one, poll, content_of(session, poll)


def specification(session: Session, attachment_id: str) -> Any:
    """What is to be drawn (bot.files.drawing); None where there is nothing."""
    name = named(attachment_id)
    found = _opened(session, name) if name else None
    if name is None or found is None:
        return None
    one, poll, content = found
    reader = language(name.language)
    shown = result_rows.results(session, one, [name.unit_id])[name.unit_id]
    before = rounds.earlier(session, one)
    about = charts.About(
        in_words.words(reader, content.title),
        units.get(session, name.unit_id).name,
        one.closes_at,
        poll.threshold,
        before.closes_at if before else None,
        unverified=poll.voters == "anyone",
    )
    drawn = charts.pictures(reader, content.questions, shown, about)
    return drawn[name.number] if name.number < len(drawn) else None


def workbook(session: Session, attachment_id: str) -> bytes | None:
    """All of a unit's results, with every free answer that may be shown. Nothing in it is a formula."""
    name = named(attachment_id)
    found = _opened(session, name) if name else None
    if name is None or found is None:
        return None
    one, poll, content = found
    reader = language(DEFAULT)
    shown = result_rows.results(session, one, [name.unit_id])[name.unit_id]
    unit = units.get(session, name.unit_id).name

    def why(withheld: Withheld) -> str:
        return result_words.why(reader, withheld, unit, poll.threshold)

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet(reader.gettext("Results")), book.add_format({"bold": True})
    sheet.set_column(0, 0, 70)
    rows: list[tuple[str, int | None]] = [
        (f"{poll.code} · {in_words.words(reader, content.title)}", None),
        (f"{unit} · {reader.day(one.closes_at)}", None),
    ]
    if isinstance(shown, Withheld):
        rows.append((why(shown), None))
    else:
        if shown.invited > shown.respondents:
            rows.append((reader.gettext("Asked, at least"), shown.invited))
        rows.append((reader.gettext("Took part"), shown.respondents))
        for question, table in zip(content.questions, shown.tables, strict=True):
            rows.append((in_words.words(reader, question.text), None))
            if isinstance(table, Withheld):
                rows.append((why(table), None))
            elif table is not None:
                rows += zip(result_words.labels(reader, question), table.votes, strict=True)
                rows.append((reader.gettext("(no answer)"), table.silent))
        rows.append((result_words.rounding(reader), None))
    rows += [(words, None) for words in results.unverified(reader, poll)]
    below = units.below(session, name.unit_id)
    for number, question in enumerate(content.questions):
        if question.kind == "text":
            rows += [(words, None) for words in result_rows.remarks(session, one, below, number)]
    for line, (words, count) in enumerate(rows):
        sheet.write_string(line, 0, words, bold if count is None and line < 2 else None)
        if count is not None:
            sheet.write_number(line, 1, count)
    book.close()
    return made.getvalue()


def codes(session: Session, attachment_id: str) -> bytes | None:
    """The published list of receipt codes, one a line in the order of the alphabet (models.polls.results.receipts_hash)."""
    name = named(attachment_id)
    one = session.get(Round, name.round_id) if name else None
    return "".join(f"{code}\n" for code in result_rows.receipts(session, one)).encode() if one else None


def is_name(attachment_id: str) -> bool:
    return named(attachment_id) is not None


def made(session: Session, attachment_id: str, _k: int) -> bytes | Drawing | None:
    """The file with this name; None where there is none."""
    name = named(attachment_id)
    if name is None or name.kind == CODES:
        return codes(session, attachment_id)
    if name.kind == TABLES:
        return workbook(session, attachment_id)
    drawn = specification(session, attachment_id)
    return Drawing(drawn) if drawn is not None else None


def _give(kind: str, turn: Turn) -> None:
    """Sends the files where the line can; where not, a link for each."""
    one, poll, content = turn.thing(results.Told)
    unit_id = results.unit_of(turn, poll)
    count = min(MOST, sum(question.kind != "text" for question in content.questions)) if kind == CHART else 1
    files = [media_of(Named(kind, number, turn.language.code, unit_id, one.id)) for number in range(count)]
    if kind == TABLES:
        audit.note(turn.session, turn.member.person_id, "results", poll.id, turn.now)
    view = open_token("outcome", one.id, unit_id) if turn.chat.in_office else open_token("published", one.id, unit_id)
    after = [Option(view, turn._("See the results")), Option(open_token("menu"), turn._("Menu"))]
    give(turn, turn._("Results of {code}:", code=poll.code), [(media.name, media) for media in files], after)


CONVERSATIONS = (
    Conversation(CHART, partial(_give, CHART), about=results.of_officer, begun=results.asked_unit, in_office=True),
    Conversation("office_codes", partial(_give, CODES), about=results.of_officer, begun=results.asked_unit, in_office=True),
    Conversation(CODES, partial(_give, CODES), about=results.seen, begun=results.asked_unit),
    Conversation("picture", partial(_give, CHART), about=results.seen, begun=results.asked_unit),
    Conversation(TABLES, partial(_give, TABLES), about=results.of_officer, begun=results.asked_unit, in_office=True),
)
