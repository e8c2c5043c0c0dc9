"""What keeps a person unknown: the sealed gap between a chat and a case, and which numbers may be shown."""
