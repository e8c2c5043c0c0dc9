"""What a member sees of a broadcast, and what they can do with it: confirm, ask back, read again, mute a kind.

A notice is nobody's secret, but that somebody is told by the union may be one: it arrives behind “the union has news”, as
all that comes unasked, unless they wish otherwise. What a member does with it reaches the ledger sealed, in a transaction of
its own (models.anonymity.intake), and no officer sees who did.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from config import keyboards
from config.i18n import Language, language
from config.tables import table
from handlers.chat import menu, paging, unasked
from handlers.chat.conversation import Choice, Conversation, Goes, Question, Turn, is_member, open_token, unless_back
from handlers.chat.words import role_name
from handlers.files import attachments, giving
from models.anonymity import intake, moments
from models.broadcasts import broadcasts, ledger
from models.broadcasts.broadcasts import POLL, Broadcast
from models.files import attachments as attachment_rows
from models.files.attachments import Enclosed
from models.messages.message import Media, Option, Outgoing
from models.people import offices, persons, rights, units
from models.store.database import Session

FETCHED_WITHIN = timedelta(minutes=10)
"""After so long a notice goes out without a file that could not be had."""
_CODE = re.compile(r"TB[-\s]*(\w{3,6})", re.IGNORECASE)


def kind_name(reader: Language, kind: str) -> str:
    name: str = table("notices")[kind][reader.code]
    return name


def signed(session: Session, reader: Language, row: Broadcast) -> str:
    """Who sent it and when: the officer by name and role, the unit, the day."""
    author = session.get_one(persons.Person, row.author_id)
    day = row.started_at or row.send_at
    held = offices.held_by(session, author.id, day.date())
    roles = [role_name(reader, one.role) for one in held if one.unit_id == row.unit_id]
    who = ", ".join([persons.name_of(session, author), *roles[:1]])
    return f"{who} · {reader.day(day)} · {row.code}"


def kinds() -> list[str]:
    """Those that officers write."""
    return [kind for kind, given in table("notices").items() if not given.get("internal")]


def text_of(session: Session, reader: Language, row: Broadcast, words: broadcasts.Words) -> str:
    """All of it, as a member reads it."""
    urgent = reader.gettext("URGENT") + " · " if row.urgent else ""
    head = f"📢 {urgent}{kind_name(reader, row.kind)} · {units.get(session, row.unit_id).name}"
    lines = [head]
    if row.corrects is not None and (earlier := broadcasts.get(session, row.corrects)) is not None:
        lines.append(reader.gettext("This takes the place of notice {code}, which was not right.", code=earlier.code))
    lines += [words.in_language(reader.code), signed(session, reader, row)]
    if row.ask:
        lines.append(reader.gettext("Please choose “I have read this” when you have."))
    return "\n\n".join(lines)


def options_of(reader: Language, row: Broadcast) -> list[Option]:
    seen = Option(open_token("seen", row.id), reader.gettext("I have read this"))
    back = Option(open_token("askback", row.id), reader.gettext("Ask about this notice"))
    return [seen, back] if row.ask else [back]


def message(session: Session, row: Broadcast, code: str, *, uploads: bool) -> Outgoing:
    """The message to any one reader of a language, for nobody in particular (bot.sending.broadcasts)."""
    reader = language(code)
    words = broadcasts.words_of(session, row)
    kept = enclosed(session, words)
    options, text = options_of(reader, row), text_of(session, reader, row, words)
    if kept and not uploads:
        named = ", ".join(attachments.label(reader, one.kind, one.number) for one in kept)
        text += "\n\n" + reader.gettext("Attached: {files}", files=named)
        options.append(Option(open_token("enclosed", row.id), reader.gettext("See files")))
    also = tuple(_media(row, one) for one in kept) if uploads else ()
    return Outgoing(id="", recipient="", text=text, options=tuple(options), language=reader.code, also=also)


def covered(row: Broadcast, code: str) -> Outgoing:
    """The same for readers whose lock screen shows only that there is news; the words come when it is tapped."""
    reader = language(code)
    opens = open_token("see_invitation", row.id) if row.kind == POLL else open_token("see_notice", row.id)
    text, see = unasked.covered(reader, opens)
    return Outgoing(id="", recipient="", text=text, options=(see,), language=reader.code)


def is_ready(session: Session, row: Broadcast, now: datetime) -> bool:
    """Whether all its files have been fetched, or have been waited for long enough."""
    files_of = broadcasts.words_of(session, row).files
    fetching = any(one.fate.state == "fetching" for one in attachment_rows.numbered(session, files_of))
    return not fetching or now - row.send_at > FETCHED_WITHIN


def enclosed(session: Session, words: broadcasts.Words) -> list[Enclosed]:
    return [one for one in attachment_rows.numbered(session, words.files) if one.fate.state == "kept"]


def _media(row: Broadcast, one: Enclosed) -> Media:
    return Media(one.id, row.id, one.fate.kind, one.name, one.fate.mime)


def attached(session: Session, person_id: str, broadcast_id: str, attachment_id: str, now: datetime) -> Media | None:
    """The attachment, if this person was sent the notice, wrote it, or is an officer of the unit that speaks or above it:
    whoever has to agree to it must see all of it."""
    row = broadcasts.get(session, broadcast_id)
    if row is None:
        return None
    theirs = row.author_id == person_id or ledger.find(session, row.id, person_id) is not None
    if not theirs and not offices.may(session, person_id, rights.MANAGE_NOTICE, row.unit_id, now.date()):
        return None
    kept = enclosed(session, broadcasts.words_of(session, row))
    return next((_media(row, one) for one in kept if one.id == attachment_id), None)


def mine(turn: Turn) -> Broadcast | None:
    """The notice this run is about, if it was meant for this person (or is a list that all of their union may read)."""
    row = broadcasts.get(turn.session, turn.subject) if turn.account is not None else None
    if row is None or row.state not in broadcasts.SENT:
        return None
    if ledger.find(turn.session, row.id, turn.member.person_id) is not None or _is_listed(turn, row):
        return row
    return None


def _is_listed(turn: Turn, row: Broadcast) -> bool:
    assert turn.person is not None
    above = [one.id for one in units.path(turn.session, turn.person.unit_id)]
    return bool(table("notices")[row.kind].get("listed")) and row.unit_id in above


def _codes(text: str) -> list[str]:
    found = _CODE.fullmatch(keyboards.plain(text))
    return [f"TB-{code}" for code in keyboards.readings(found.group(1), 6)] if found else []


def is_code(text: str) -> bool:
    return bool(_codes(text))


def by_code(turn: Turn, text: str) -> Broadcast | None:
    """The notice whose code this is."""
    found = (broadcasts.with_code(turn.session, code) for code in _codes(text))
    return next((row for row in found if row is not None), None)


def _seen(turn: Turn) -> None:
    row = turn.thing(Broadcast)
    intake.ask(turn.session, "seen", turn.member.id, turn.now, moments.tonight(turn.now, turn.site.relay_minutes), row.id)
    menu.show(turn, turn._("Thank you. The union counts that you have read {code}; no officer sees who did.", code=row.code))


def _list(turn: Turn) -> None:
    shown = paging.page(ledger.of_person(turn.session, turn.member.person_id), paging.asked(turn))
    finance = Option(open_token("disclosures"), turn._("Financial disclosures"))
    text = turn._("Notices, the newest first:") if shown.rows else turn._("There are no notices yet.")
    _show_page(turn, text, shown, "notices_list", finance)


def _show_page(turn: Turn, text: str, shown: paging.Page[Broadcast], name: str, *more: Option) -> None:
    options = [Option(open_token("reread", row.id), _title(turn, row)) for row in shown.rows]
    options += [*paging.options(turn, shown, name), *more, Option(open_token("menu"), turn._("Menu"))]
    turn.say("\n".join([text, *paging.place(turn.language, shown)]), options)


def _title(turn: Turn, row: Broadcast) -> str:
    return f"{turn.language.day(row.started_at or row.send_at)} · {kind_name(turn.language, row.kind)} · {row.code}"


def _disclosures(turn: Turn) -> None:
    """What the units above this person have disclosed, with dates: also to who was not sent it at the time."""
    assert turn.person is not None
    above = [one.id for one in units.path(turn.session, turn.person.unit_id)]
    kinds = [kind for kind, given in table("notices").items() if given.get("listed")]
    shown = paging.page(broadcasts.of_units(turn.session, above, kinds=kinds), paging.asked(turn))
    text = (
        turn._("What your union has disclosed of its money, the newest first:")
        if shown.rows
        else turn._("Your union has not disclosed anything here yet.")
    )
    _show_page(turn, text, shown, "disclosures")


def _see(turn: Turn) -> None:
    """What arrived as “the union has news”, or what has taken its place meanwhile."""
    row = turn.thing(Broadcast)
    _say(turn, broadcasts.newest_of(turn.session, row), Option(open_token("notices_list"), turn._("All notices")))


def _reread(turn: Turn) -> None:
    back = Option(open_token("notices_list"), turn._("All notices"))
    _say(turn, turn.thing(Broadcast), back, Option(open_token("menu"), turn._("Menu")))


def _say(turn: Turn, row: Broadcast, *after: Option) -> None:
    said = message(turn.session, row, turn.language.code, uploads=turn.sender.line in turn.site.uploads)
    turn.say(said.text, [*said.options, *after])
    for one in said.also:
        turn.say(row.code, media=one)


def _enclosed(turn: Turn) -> None:
    """The files of a notice: for who was sent it where the line cannot show them, and for who is to judge it."""
    row = turn.thing(Broadcast)
    kept = enclosed(turn.session, broadcasts.words_of(turn.session, row))
    files = [(attachments.label(turn.language, one.kind, one.number), _media(row, one)) for one in kept]
    back = [Option(open_token("cast", row.id), row.code)] if turn.chat.in_office else []
    after = [*back, Option(open_token("menu"), turn._("Menu"))]
    giving.give(turn, turn._("Files of {code}:", code=row.code), files, after)


def _to_judge(turn: Turn) -> Broadcast | None:
    """The notice this run is about, if this officer may see and stop it, or has to agree to it."""
    row = broadcasts.get(turn.session, turn.subject) if turn.offices else None
    return row if row is not None and turn.may(rights.MANAGE_NOTICE, row.unit_id) else None


def muted(turn: Turn) -> set[str]:
    return set(filter(None, str(turn.wish("muted")).split("|")))


def _kinds(turn: Turn) -> Sequence[Choice]:
    off = muted(turn)
    listed = [
        Choice(kind, ("☐ " if kind in off else "☑ ") + kind_name(turn.language, kind), "switch")
        for kind in kinds()
        if ledger.can_be_muted(kind, urgent=False)
    ]
    return [*listed, Choice("back", turn._("Back"), "quiet")]


def _mute(turn: Turn) -> None:
    off = muted(turn) ^ {turn.answers["kind"]}
    kept = "|" + "|".join(sorted(off)) + "|" if off else ""
    turn.choose(muted=kept)
    raise Goes("mute")  # which shows it


CONVERSATIONS = (
    Conversation("seen", _seen, about=mine),
    Conversation("see_notice", _see, about=mine, in_full=True),
    Conversation("reread", _reread, about=mine, in_full=True),
    Conversation("enclosed", _enclosed, about=mine),
    Conversation("office_enclosed", _enclosed, about=_to_judge, in_office=True),
    Conversation("notices_list", _list, allowed=is_member, begun=paging.begun, is_list=True),
    Conversation("disclosures", _disclosures, allowed=is_member, begun=paging.begun, is_list=True),
    Conversation(
        "mute",
        _mute,
        (
            Question(
                "kind",
                lambda turn: turn._(
                    "Which kinds would you like to receive? Safety, corrections and urgent notices always come."
                ),
                _kinds,
                chosen=unless_back,
            ),
        ),
        allowed=is_member,
    ),
)
