"""What every conversation is made of."""
