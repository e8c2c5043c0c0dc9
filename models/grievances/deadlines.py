"""Until when the union should have answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.tables import table


def first_reply_due(received: datetime, *, urgent: bool) -> datetime:
    hours = table("sla")["urgent_first_reply_hours" if urgent else "first_reply_hours"]
    return received + timedelta(hours=hours)
