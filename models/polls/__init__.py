"""Opinions without names: rounds, ballots, counting, and what may be shown."""
