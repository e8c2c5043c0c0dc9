"""A case, from its reporter's side and from its officers'."""
