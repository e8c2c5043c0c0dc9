"""Every table, imported: metadata is complete once this module is. A test imports it alone (tests/test_house_rules.py)."""

# ruff: noqa: F401 - importing a module makes its tables known

from models.anonymity import intake, night_counts, told
from models.broadcasts import broadcasts, progress, recipients
from models.files import attachments, one_time_links, to_fetch
from models.grievances import cases, enclosures, exclusions, observers, rungs, saved_replies
from models.messages import chats, leases, mailbox, month_quota, outages, outbox, received, unopened
from models.people import accounts, invites, offices, persons, return_codes, second_phones, units, worker_claims, wrong_codes
from models.polls import boxes, counting, polls, results, rounds, turnout
from models.store import firings
from models.store.database import Base
from models.trust import audit

METADATA = Base.metadata
