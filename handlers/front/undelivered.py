"""What every app refused: whoever waits for it is told, in plain words, and where else it can be seen."""

from __future__ import annotations

from datetime import datetime

from config.i18n import language
from handlers.chat.site import Site
from handlers.front import file_rights
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.files import one_time_links
from models.messages import outbox
from models.messages.message import Media, Outgoing
from models.messages.outbox import Letter
from models.messages.sending import Claimed
from models.people import wishes
from models.people.accounts import Sender
from models.store.database import Session
from models.store.ids import new_id


def tell(session: Session, line: str, row: Claimed, part: Outgoing, now: datetime, *, site: Site) -> None:
    """Of this part of a row, which is refused for good. Whoever it was for, and the officers whose answer it was."""
    reader = language(part.language)
    if part.media is not None:
        words = _of_file(session, Sender(line, row.chat), part, part.media, now, site)
    else:
        words = reader.gettext(
            "A message of the union for you could not be shown in this app. Please write menu: what is open stands there, "
            "and your grievances under “My grievances”. You can also speak with your union team in person."
        )
    outbox.queue(
        session,
        Sender(line, row.chat),
        Letter(words, language=reader.code, in_office=row.letter.in_office, is_last=True),
        now,
    )
    if row.letter.of_case:  # from a chat to a case: through the intake, at a moment that is not this one
        due = moments.cover(now, site.relay_minutes)
        intake.add(session, Event("undelivered", due.isoformat(), row.letter.of_case, new_id(), "", ""), now)


def _of_file(session: Session, to: Sender, part: Outgoing, media: Media, now: datetime, site: Site) -> str:
    reader = language(part.language)
    account = wishes.find(session, to)
    may = account is not None and account.confirmed
    seen = file_rights.for_person(session, account.person_id, media.case_id, media.id, now) if account and may else None
    refused = reader.gettext(
        "{file}: this app does not take this file, so it was not shown here.", file=part.text or media.name
    )
    if seen is None or account is None:
        return refused
    if not site.media_address:
        return refused + "\n\n" + reader.gettext("Please open it in another app, or on the union's web page.")
    token = one_time_links.issue(session, account.person_id, seen, now)
    return "\n\n".join(
        (
            refused,
            reader.gettext("It can be opened here, once, within 2 minutes:") + f"\n{site.media_address}/{token}",
        )
    )
