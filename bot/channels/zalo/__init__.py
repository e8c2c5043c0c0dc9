"""Zalo Bot Platform: a line without buttons, files, receipts or acknowledgements.

`client` calls the ten methods there are, `updates` reads what arrives, `channel` puts them together. Not python-zalo-bot,
which answers a flood with None and takes a refused token for a good one.
"""

from bot.channels.zalo.channel import ZaloChannel

__all__ = ["ZaloChannel"]
