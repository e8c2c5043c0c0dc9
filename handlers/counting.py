"""The counts of a broadcast as a workbook, as far as they may be shown (models.reach). Made when it is opened, kept nowhere.

Not by unit: what a team's row leaves of the sum would tell about the other teams."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from config.i18n import DEFAULT, language
from handlers import desk, notices
from handlers.conversation import Conversation, Turn, open_token
from models import audit, broadcast, media_link, office, unit
from models.broadcast import SENT, Broadcast
from models.database import Session
from models.message import Media, Option

PREFIX = "counts-"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _media(row: Broadcast) -> Media:
    return Media(f"{PREFIX}{row.id}", row.id, "document", f"so-lieu-{row.code}.xlsx", _XLSX)


def attached(session: Session, person_id: str, broadcast_id: str, attachment_id: str, now: datetime) -> Media | None:
    """The workbook, if this person is an officer of the unit that sent the broadcast, or above it."""
    row = broadcast.get(session, broadcast_id) if attachment_id.startswith(PREFIX) else None
    if row is None or row.state not in SENT:
        return None
    held = {one.unit_id for one in office.held_by(session, person_id, now.date()) if one.role in office.HANDLERS}
    if not any(one.id in held for one in unit.path(session, row.unit_id)):
        return None
    media = _media(row)
    return media if media.id == attachment_id else None


def workbook(session: Session, attachment_id: str, k: int, now: datetime) -> bytes | None:
    """The file with this name, counting nobody of fewer than `k`. Nothing in it is a formula, whatever a unit is called."""
    row = broadcast.get(session, attachment_id.removeprefix(PREFIX))
    if row is None:
        return None
    reader = language(DEFAULT)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(reader.gettext("Counts"))
    bold, wide = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 14)
    title = f"{row.code} · {notices.kind_name(reader, row.kind)} · {reader.day(row.started_at or row.send_at)}"
    sheet.write_string(0, 0, title, bold)
    sheet.write_string(1, 0, unit.get(session, row.unit_id).name, wide)
    seen, ticked = desk.seen_of(session, row, k, now)
    lines = [(reader.gettext("Altogether"), seen.total)] if seen.total >= 2 * k else []
    for states, count in sorted(seen.groups.items(), key=lambda pair: -pair[1]):
        lines.append((" + ".join(reader.gettext(desk.ENDINGS[state]) for state in states), count))
    if ticked:
        lines.append((reader.gettext("told in person, as ticked (counted apart)"), ticked))
    for line, (words, count) in enumerate(lines, 3):
        sheet.write_string(line, 0, words)
        sheet.write_number(line, 1, count)
    line = 4 + len(lines)
    sheet.write_string(line, 0, reader.gettext("Small counts are put together: they would tell about single persons."), wide)
    book.close()
    return made.getvalue()


def _give(turn: Turn) -> None:
    row = desk.theirs(turn)
    assert row is not None  # `allowed` was asked first
    media = _media(row)
    audit.note(turn.session, turn.member.person_id, "counts", row.id, turn.now)
    back = [Option(open_token("cast", row.id), row.code), Option(open_token("menu"), turn._("Menu"))]
    if turn.sender.line in turn.house.uploads:
        turn.say(media.name, media=media)
        turn.say(turn._("Counts of {code}, comrade.", code=row.code), back)
    elif turn.house.media_address:
        token = media_link.issue(turn.session, turn.member.person_id, media, turn.now)
        link = f"{turn.house.media_address}/{token}"
        text = turn._("Counts of {code}: {link}\n\nThe link opens once, within 2 minutes.", code=row.code, link=link)
        turn.say(text, back)
    else:
        text = turn._("Comrade, this app cannot show files: please open them on Telegram or on the union's web page.")
        turn.say(text, back)


CONVERSATIONS = (
    Conversation(
        "counts",
        _give,
        allowed=lambda turn: (row := desk.theirs(turn)) is not None and row.state in SENT,
        in_office=True,
    ),
)
