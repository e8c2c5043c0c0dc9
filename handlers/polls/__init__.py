"""Asking for opinions, voting, and what came of it."""
