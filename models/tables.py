"""Every table, imported: metadata is complete once this module is."""

from models import (  # noqa: F401 - importing a table registers it
    account,
    attachment,
    audit,
    ballot_box,
    broadcast,
    conversation,
    counting,
    exclusion,
    grievance,
    inbound,
    intake,
    invite,
    lease,
    ledger,
    link,
    mailbox,
    media_link,
    news,
    office,
    outbound,
    person,
    pickup,
    poll,
    progress,
    quota,
    result,
    round,
    savedreply,
    schedule,
    tries,
    turnout,
    unit,
)
from models.database import Base

METADATA = Base.metadata
