"""Until when the union should have answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from config import sla
from models.people import units
from models.store.database import Session


def first_reply_due(session: Session, unit_id: str, received: datetime, *, urgent: bool) -> datetime:
    """By the wall's clock, for the unit that is to answer (config/sla.toml)."""
    codes = [unit.code for unit in units.path(session, unit_id)]
    return received + timedelta(hours=sla.hours_to_answer(codes, urgent=urgent))
