"""Words that several conversations say the same way: units, roles, categories, states, moments."""

from __future__ import annotations

from config.i18n import N_, Language
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


def level_name(reader: Language, of: units.Unit) -> str:
    return reader.gettext(_LEVELS[units.level(of)])


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


def shortened(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[:length].rstrip() + "…"
