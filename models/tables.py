"""Every table, imported: metadata is complete once this module is."""

from models import (  # noqa: F401 - importing a table registers it
    account,
    audit,
    conversation,
    grievance,
    inbound,
    intake,
    invite,
    lease,
    mailbox,
    office,
    outbound,
    person,
    quota,
    unit,
)
from models.database import Base

METADATA = Base.metadata
