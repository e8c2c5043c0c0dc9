"""Web chat: a page and a websocket."""
