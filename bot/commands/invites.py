"""`haichieu invites`: the codes with which people join, printed once; what is kept of them is a keyed hash."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import SystemClock
from bot.commands.main import app, settings_or_exit
from bot.commands.roll import ready_database
from bot.commands.speaking import fail, say, tell, text, why

if TYPE_CHECKING:
    from config.settings import Settings
    from models.people.units import Unit
    from models.store.database import Session

_MOST_SLIPS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One code, as it is shown. `staff_code` is empty for a team's own."""

    code: str
    unit: str
    staff_code: str
    link: str


@app.command()
def invites(
    unit: Annotated[str, typer.Option("--unit")] = "",
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
    every: Annotated[bool, typer.Option("--all")] = False,
    printed: Annotated[int, typer.Option("--slips", min=0, max=_MOST_SLIPS)] = 0,
    pdf: Annotated[Path | None, typer.Option("--pdf")] = None,
    out: Annotated[Path | None, typer.Option("--out")] = None,
    days: Annotated[int, typer.Option("--days", min=0, max=3650)] = 0,
    revoke: Annotated[str, typer.Option("--revoke")] = "",
) -> None:
    """Makes joining codes: a team's own, one for each officer, or one-time slips on paper."""
    if printed and pdf is None:
        pdf = out
    if printed and (pdf is None or not unit):
        fail(text("slips_how"))
    if pdf is not None and not printed:
        fail(text("how_many_slips"))
    settings = settings_or_exit()
    database = ready_database(settings)
    today = SystemClock().now().date()
    valid_to = today + timedelta(days=days) if days else None
    try:
        if revoke:
            with database.transaction() as session:
                _revoke(session, revoke.strip().upper())
        if printed:
            assert pdf is not None  # asked above
            with database.transaction() as session:
                _print_slips(session, settings, unit, printed, pdf, valid_to)
        elif not revoke:
            with database.transaction() as session:
                rows, said = _codes(session, settings, unit, today, valid_to, every=every)
                # Before they are kept: codes that nobody could read would have ended those that people hold.
                _show(_written(rows, as_csv=as_csv or (out is not None and out.suffix.lower() == ".csv")), out)
            print("\n".join(said), file=sys.stderr)
    finally:
        database.close()


def _find(session: Session, code: str) -> Unit:
    from models.people import units

    found = units.with_code(session, code)
    if found is None:
        fail(text("no_unit", code=code))
    return found


def _revoke(session: Session, batch: str) -> None:
    from models.people import invites as invite_rows

    ended, used = invite_rows.revoke(session, batch)
    if not ended and not used:
        fail(text("no_batch", batch=batch))
    tell("batch_ended", batch=batch, ended=ended, used=used)


def _print_slips(session: Session, settings: Settings, code: str, count: int, pdf: Path, valid_to: date | None) -> None:
    """Writes the file before the codes are kept: codes on no paper would be of no use to anybody."""
    from bot.commands import slips
    from config.i18n import DEFAULT, language
    from handlers.chat.words import unit_name
    from handlers.people import slip_words
    from models.people import invites as invite_rows
    from models.store.private_files import writing

    unit = _find(session, code)
    _no_more_than_heads(session, unit, count, SystemClock().now().date())
    batch = invite_rows.new_batch()
    codes = invite_rows.issue_slips(session, unit.id, count, batch, valid_to)
    words = slip_words.words(language(DEFAULT), unit_name(session, unit.id), _address(settings))
    made = slips.render(words, [(one, _link(settings, one)) for one in codes], DEFAULT)
    try:
        with writing(pdf) as file:
            file.write(made)
    except OSError as error:
        fail(text("no_code_made", path=pdf, why=why(error)))
    say("slips_made", path=pdf, count=count, unit=unit.code, batch=batch)
    if not _address(settings):
        tell("slips_no_address")


def _no_more_than_heads(session: Session, unit: Unit, count: int, today: date) -> None:
    """Refuses slips beyond the number of people who work there: one that is left over is a voter whom nobody knows."""
    from models.people import invites as invite_rows

    if not unit.headcount:
        fail(text("no_headcount", unit=unit.code))
    left = invite_rows.left(session, unit, today)
    if count > left:
        out = unit.headcount - left
        fail(text("too_many_slips", unit=unit.code, headcount=unit.headcount, out=out, left=left))


def _codes(
    session: Session, settings: Settings, code: str, today: date, valid_to: date | None, *, every: bool
) -> tuple[list[Row], list[str]]:
    """Makes and returns a code for each team and each officer, those above first, and what is to be said of them."""
    from models.people import claims, offices, persons, units
    from models.people import invites as invite_rows

    batch = invite_rows.new_batch()
    rows: list[Row] = []
    joined = ended = 0
    for unit in units.from_the_top(session, _find(session, code).id if code else None):
        if units.takes_workers(session, unit):
            own = invite_rows.issue(session, unit.id, batch=batch, valid_to=valid_to)
            rows.append(Row(own, unit.code, "", _link(settings, own)))
        for officer, has_joined in offices.holders(session, unit.id, today):
            if not every and (has_joined or claims.is_claimed(session, officer.id, today)):
                joined += 1
                continue
            ended += invite_rows.revoke_own(session, officer.id)
            made = invite_rows.issue(session, unit.id, person_id=officer.id, uses=1, batch=batch, valid_to=valid_to)
            rows.append(Row(made, unit.code, persons.staff_code_of(session, officer), _link(settings, made)))
    said = [text("codes_made", batch=batch)]
    if ended:
        said.append(text("codes_ended", count=ended))
    if joined:
        said.append(text("joined_already", count=joined))
    return rows, said


def _written(rows: Sequence[Row], *, as_csv: bool) -> str:
    out = io.StringIO()
    if as_csv:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("code", "unit", "staff_code", "link"))
        writer.writerows((row.code, row.unit, row.staff_code, row.link) for row in rows)
    else:
        for row in rows:
            print(f"{row.code}  {row.unit:<24} {row.staff_code or text('own_code'):<14} {row.link}".rstrip(), file=out)
    return out.getvalue()


def _show(codes: str, out: Path | None) -> None:
    """Raises where they did not arrive, so that none of them is kept."""
    from models.store.private_files import writing

    try:
        if out is None:
            sys.stdout.write(codes)
            sys.stdout.flush()
            return
        with writing(out) as file:
            # Excel takes a file for UTF-8 by its mark.
            file.write(codes.encode("utf-8-sig" if codes.startswith("code,") else "utf-8"))
    except (OSError, UnicodeError) as error:
        reason = why(error) if isinstance(error, OSError) else text("screen_letters")
        fail(text("no_code_made", path=out or text("screen"), why=reason))


def _address(settings: Settings) -> str:
    """Where the chat is, as it is printed and typed."""
    if settings.web.public_url:
        return f"{settings.web.public_url.partition('://')[2]}/chat"
    return f"t.me/{settings.telegram.name}" if settings.telegram.name else ""


def _link(settings: Settings, code: str) -> str:
    """What stands behind # stays in the phone's address bar, and so in no server's log."""
    if settings.web.public_url:
        return f"{settings.web.public_url}/chat#ma={code}"
    return f"https://t.me/{settings.telegram.name}?start={code}" if settings.telegram.name else ""
