"""Every table, imported: metadata is complete once this module is."""

from models import (  # noqa: F401 - importing a table registers it
    account,
    attachment,
    audit,
    ballot_box,
    conversation,
    counting,
    exclusion,
    grievance,
    inbound,
    intake,
    invite,
    lease,
    link,
    mailbox,
    media_link,
    news,
    office,
    outbound,
    person,
    pickup,
    poll,
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
