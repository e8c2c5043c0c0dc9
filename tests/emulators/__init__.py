"""Services that pretend to be the real ones, and refuse what the real ones refuse."""

import os

# python-telegram-bot warns at every RetryAfter unless it is told that we know of timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")
