"""Attachments: fetched, cleaned, kept, opened."""
