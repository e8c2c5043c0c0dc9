"""Photos, documents and voice in a conversation."""
