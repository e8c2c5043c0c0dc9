"""The counts of a broadcast as a workbook, as far as they may be shown (models.anonymity.counts). Made when it is opened,
kept nowhere.

Not by unit: what a team's row leaves of the sum would tell about the other teams."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from config.i18n import DEFAULT, language
from handlers.broadcasts import overview, reading
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.files.giving import give
from models.anonymity import counts
from models.broadcasts import broadcasts
from models.broadcasts.broadcasts import SENT, Broadcast
from models.messages.message import Media, Option
from models.people import offices, rights, units
from models.store.database import Session
from models.trust import audit

PREFIX = "counts-"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _media(row: Broadcast) -> Media:
    return Media(f"{PREFIX}{row.id}", row.id, "document", f"so-lieu-{row.code}.xlsx", _XLSX)


def attached(session: Session, person_id: str, broadcast_id: str, attachment_id: str, now: datetime) -> Media | None:
    """The workbook, if this person is an officer of the unit that sent the broadcast, or above it."""
    row = broadcasts.get(session, broadcast_id) if is_name(attachment_id) else None
    if row is None or row.state not in SENT:
        return None
    if not offices.may(session, person_id, rights.MANAGE_NOTICE, row.unit_id, now.date()):
        return None
    media = _media(row)
    return media if media.id == attachment_id else None


def is_name(attachment_id: str) -> bool:
    return attachment_id.startswith(PREFIX)


def workbook(session: Session, attachment_id: str, k: int) -> bytes | None:
    """The file with this name, with the counts of last night. Nothing in it is a formula, whatever a unit is called."""
    row = broadcasts.get(session, attachment_id.removeprefix(PREFIX))
    if row is None:
        return None
    reader = language(DEFAULT)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(reader.gettext("Counts"))
    bold, wide = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 14)
    title = f"{row.code} · {reading.kind_name(reader, row.kind)} · {reader.day(row.started_at or row.send_at)}"
    sheet.write_string(0, 0, title, bold)
    sheet.write_string(1, 0, units.get(session, row.unit_id).name, wide)
    reach = overview.reach_of(session, row, k)
    lines = [
        (reader.gettext("Altogether") if reach.size.how == "exact" else reader.gettext("Altogether, at least"),
         reach.size.number if reach.size.how in ("exact", "least") else 0),
        (reader.gettext("delivered, at least"), reach.got),
        (reader.gettext("confirmed, at least"), reach.read),
        (reader.gettext("told in person, as ticked (counted apart)"), reach.ticked),
    ]  # fmt: skip
    lines = [(words, count) for words, count in lines if count]
    for line, (words, count) in enumerate(lines, 3):
        sheet.write_string(line, 0, words)
        sheet.write_number(line, 1, count)
    line = 4 + len(lines)
    text = reader.gettext(
        "Counted once a night, only who joined with a slip of their own, from {count} people on.", count=counts.enough(k)
    )
    sheet.write_string(line, 0, text, wide)
    book.close()
    return made.getvalue()


def _give(turn: Turn) -> None:
    row = turn.thing(Broadcast)
    media = _media(row)
    audit.note(turn.session, turn.member.person_id, "counts", row.id, turn.now)
    back = [Option(open_token("cast", row.id), row.code), Option(open_token("menu"), turn._("Menu"))]
    give(turn, turn._("Counts of {code}, comrade.", code=row.code), [(media.name, media)], back)


CONVERSATIONS = (
    Conversation(
        "counts",
        _give,
        about=overview.sent,
        in_office=True,
    ),
)
