"""How long each table keeps its rows, and what takes them out. Every table has a line here; one that nobody thought of fails
a house rule, since rows that nothing takes out stay for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from models.anonymity import told
from models.files import one_time_links
from models.messages import mailbox, outbox, received, unopened
from models.people import second_phones, wrong_codes
from models.store import firings
from models.store.database import Session

Verb = Callable[[Session, datetime], object]


def _by_day(verb: Callable[[Session, date], object]) -> Verb:
    return lambda session, now: verb(session, now.date())


EACH_MINUTE: Mapping[tuple[str, ...], Verb] = {
    ("inbound", "quarantine"): _by_day(received.forget_old),
    ("told",): _by_day(told.forget_old),
    ("outbound",): outbox.forget_failed,
    ("mailbox",): mailbox.forget_expired,
    ("news",): _by_day(unopened.forget_expired),
    ("link",): _by_day(second_phones.forget_old),
    ("tries",): wrong_codes.forget_old,
    ("firing",): firings.forget_old,
    ("media_link",): _by_day(one_time_links.forget_expired),
}
"""By table: what takes out the rows whose time is over."""

ELSEWHERE: Mapping[str, str] = {
    "conversation": "in the night, all of a day together (models.messages.chats.forget_old)",
    "intake": "in the night, all of a day together (models.anonymity.intake.forget_old)",
    "night_count": "counted anew each night (models.anonymity.night_counts)",
    "account": "when somebody leaves (models.people.leaving)",
    "return_code": "with the account (models.people.accounts.detach)",
    "person": "when somebody leaves who is on no roll (models.people.leaving)",
    "pickup": "when the file is fetched, or a day after (models.files.to_fetch)",
    "attachment": "with the draft that was not sent (models.files.to_fetch)",
    "recipient": "when the ledger folds (models.broadcasts.lifecycle.fold)",
    "progress": "when nobody watches any more (models.broadcasts.progress)",
    "ballot_box": "at the count (models.polls.counting)",
    "saved_reply": "when it is dropped (models.grievances.saved_replies)",
    "rung": "when its officers are told (models.grievances.rungs)",
    "lease": "one row a line, replaced (models.messages.leases)",
    "worker_claim": "when it is confirmed, refused or over (models.people.worker_claims)",
    "line_outage": "when the line works again (models.messages.outages)",
}
"""By table: what ends a row where no clock does."""

KEPT: Mapping[str, str] = {
    "unit": "the union's tree",
    "office": "who held which office, and when",
    "invite": "a used code must be known",
    "grievance": "the union's work",
    "entry": "the union's work",
    "exclusion": "who is barred, as long as there is the case",
    "observer": "who reads it along, as long as there is the case",
    "enclosure": "which entry has which file, as long as there is the case",
    "audit": "what officers did",
    "broadcast": "what members were told, and how far it reached",
    "poll": "what was asked",
    "round": "when it was asked",
    "result": "sums",
    "remark": "free answers",
    "receipt": "codes of those who voted, to be checked",
    "turnout": "two polls of nearly the same people must be known as such",
    "quota": "a row a month",
}
"""By table: why its rows stay."""


def tidy(session: Session, now: datetime) -> None:
    """Takes out whatever is over. Its rows name people of all days at once, so it has a transaction of its own."""
    for verb in EACH_MINUTE.values():
        verb(session, now)
