"""What a thief with a full copy of the database's files, but no key, can tell: see links.paths()."""
