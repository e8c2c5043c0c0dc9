"""Joining, settings, phones, leaving; officers who vouch or stand in."""
