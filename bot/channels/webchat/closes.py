"""With which code a connection is closed: a page goes by it (bot/pages/socket.js), over a websocket and over requests."""

POLICY = 1008
BROKEN = 1011
CROWDED = 1013
"""There is no seat: the page comes back after a while."""
REPLACED = 4008
"""Our own close codes, after which a page does not come back by itself. This one: the session is open in more places than
are allowed, and this is the oldest of them."""
RESTING = 4009
"""A guest has been silent for long, or longest."""
NOT_ALLOWED = 4010
"""Another page of this session said no."""
