"""Cases: what was said, who holds them, until when, who may see them."""
