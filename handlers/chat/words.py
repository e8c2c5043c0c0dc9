"""Words that several conversations say the same way: units, roles, categories, states, moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import HERE, N_, Language
from config.tables import table
from models.grievances.cases import Grievance
from models.people import units
from models.store.database import Session

_ROLES = {
    "leader": N_("team leader"),
    "deputy_leader": N_("deputy team leader"),
    "committee": N_("member of the executive committee"),
    "vice_chair": N_("vice-chair"),
    "chair": N_("chair"),
    "inspection": N_("member of the inspection committee"),
    "womens_affairs": N_("women's affairs officer"),
    "superior": N_("officer of the union above"),
    "admin": N_("administrator"),
}

# Who has a case, as a worker is told: the level, never a person.
_LEVELS = {
    "team": N_("The union team leader"),
    "grassroots": N_("The executive committee"),
    "superior": N_("The union above"),
}

_DESTINATIONS = {
    "team": N_("the union team leader"),
    "grassroots": N_("the executive committee"),
}
_SEND_TO = {
    "team": N_("Send to the union team leader"),
    "grassroots": N_("Send to the executive committee"),
    "superior": N_("Send to {unit}"),
}

_STATES = {
    "new": N_("waiting for an answer"),
    "acknowledged": N_("received, being looked into"),
    "answered": N_("answered"),
    "proposed": N_("the union asks whether this settles it"),
    "settled": N_("settled"),
    "unfounded": N_("closed: not enough grounds"),
    "withdrawn": N_("withdrawn by the reporter"),
    "unconfirmed": N_("closed: the reporter has not said whether it is settled"),
}


def role_name(reader: Language, role: str) -> str:
    return reader.gettext(_ROLES[role])


def roles_named(reader: Language, roles: Sequence[str]) -> str:
    """Who has it, where it is for some roles of a unit only: “cán bộ nữ công và chủ tịch”."""
    *first, last = [role_name(reader, role) for role in roles]
    return reader.gettext("{first} and {last}", first=", ".join(first), last=last) if first else last


def holder_name(session: Session, reader: Language, case: Grievance) -> str:
    """Who has a case, as its reporter is told: the level, or the roles that it went to."""
    roles = case.to_roles.strip(",").split(",") if case.routed_to == case.holder_id else []
    named = roles_named(reader, roles) if any(roles) else level_name(reader, units.get(session, case.holder_id))
    return named[:1].upper() + named[1:]


def level_name(reader: Language, of: units.Unit) -> str:
    return reader.gettext(_LEVELS[units.level(of)])


def destination(reader: Language, of: units.Unit) -> str:
    """Where a case goes, in the middle of a sentence. By name where it is another union: “the union above” would also be
    understood of one's own committee, which is none."""
    level = units.level(of)
    return of.name if level == "superior" else reader.gettext(_DESTINATIONS[level])


def send_to(reader: Language, of: units.Unit) -> str:
    """What the button says that sends a grievance there."""
    level = units.level(of)
    return reader.gettext(_SEND_TO[level], unit=of.name)


def unit_name(session: Session, unit_id: str) -> str:
    """The unit with the grassroots union it belongs to: “Tổ may 1, CĐCS Công ty …”."""
    own = units.get(session, unit_id)
    above = units.grassroots_of(session, unit_id)
    return own.name if own.id == above.id else f"{own.name}, {above.name}"


def category_name(reader: Language, category: str) -> str:
    name: str = table("categories")[category][reader.code]
    return name


def state_name(reader: Language, case: Grievance) -> str:
    return reader.gettext(_STATES[case.state])


def bar(share: float, width: int = 10) -> str:
    """A share, from 0 to 1, drawn with letters."""
    filled = min(width, int(width * share + 0.5))
    return "▓" * filled + "░" * (width - filled)


def time_left(reader: Language, due: datetime, now: datetime) -> str:
    """How long there is until a deadline, or since it: in hours, in days from two on."""
    hours = int(abs((due - now).total_seconds()) // 3600)
    late = due < now
    if hours >= 48:
        days = hours // 24
        if late:
            return reader.ngettext("overdue by {count} day", "overdue by {count} days", days)
        return reader.ngettext("{count} day left", "{count} days left", days)
    if not hours:
        return reader.gettext("overdue by less than an hour") if late else reader.gettext("less than an hour left")
    if late:
        return reader.ngettext("overdue by {count} hour", "overdue by {count} hours", hours)
    return reader.ngettext("{count} hour left", "{count} hours left", hours)


def time_since(reader: Language, then: datetime, now: datetime) -> str:
    """How many days ago something was, by the calendar."""
    days = (now.astimezone(HERE).date() - then.astimezone(HERE).date()).days
    return reader.ngettext("for {count} day", "for {count} days", days) if days > 0 else reader.gettext("since today")


def first_words(text: str, length: int = 40) -> str:
    """The beginning of what somebody wrote, in one line that ends with a word."""
    line = " ".join(text.split())
    return line if len(line) <= length else (line[: length + 1].rpartition(" ")[0] or line[:length]) + "…"


ROW = 42
"""Letters that a row of a bubble holds on a phone of 390 px (24.8 px a row): 44 on average, fewer where words break."""


def rows(text: str) -> int:
    """How many rows of a phone's screen this takes."""
    return sum(max(1, -(-len(line) // ROW)) for line in text.split("\n"))


def in_rows(text: str, most: int, *, beside: int = 0) -> str:
    """As much of what somebody wrote as so many rows hold, in one paragraph. `beside`: letters that stand there already."""
    return first_words(text, max(ROW // 2, most * ROW - beside - 1))  # “…”


def shortened(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[:length].rstrip() + "…"
