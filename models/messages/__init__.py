"""What passes between us and a chat: where it stands, what came, what waits to go out."""
