"""Notices to many: to whom, the ledger of who got them, and how it ends."""
