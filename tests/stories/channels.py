"""On which channel a story is played.

Handlers and models never ask which channel it is (tests/test_house_rules.py), so what most stories are about, who may see,
do and hear what, cannot turn out otherwise on another: such a story is played once, on the channel that its name picks, so
that any file meets all three, and so that it stays there when others come and go.

`@every_channel` is for what a channel does change: joining, taps where there are buttons and numbers where there are none,
what arrives unasked and what "1" then means, what is edited in place, files, long texts. And for one way through each
conversation: `.ci/run` asks whether each was met on all three (tests/gate.py).

Telegram and web chat are played on SQLite; Zalo on PostgreSQL, but for what only its name picks for Zalo: nothing in such a
story hangs on the channel, or on the database, where it takes twice the processor's time. Rules are tested on both
(tests/rules), and so is every anonymity test that a channel or a database could change (tests/anonymity).
`CHANNEL=zalo uv run pytest tests/stories` plays all that may be played anywhere on one, and on its database;
`uv run pytest tests/stories --every-channel` all of them on all three.
"""

from __future__ import annotations

import os
from zlib import crc32

import pytest

CHANNELS = ("telegram", "zalo", "webchat")
DATABASES = {"telegram": "sqlite", "zalo": "postgresql", "webchat": "sqlite"}

every_channel = pytest.mark.parametrize("channel", CHANNELS)
every_database = pytest.mark.parametrize("backend", ["sqlite", "postgresql"])


def on(channel: str) -> pytest.MarkDecorator:
    """A story about what only this channel has."""
    return pytest.mark.parametrize("channel", [channel])


def picked(story: str) -> str:
    """The channel of a story that no channel changes."""
    return os.environ.get("CHANNEL") or CHANNELS[crc32(story.encode()) % len(CHANNELS)]


def database_of(channel: str, *, chosen: bool) -> str:
    """`chosen`: the story is about this channel, or is to be played on it, and not only picked for it."""
    return DATABASES[channel] if chosen or "CHANNEL" in os.environ else "sqlite"
