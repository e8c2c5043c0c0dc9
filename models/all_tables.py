"""Every table, imported: metadata is complete once this module is."""

from models.store.database import Base

METADATA = Base.metadata
