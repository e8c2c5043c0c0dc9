"""Writing a notice, reading one, and seeing how far it reached."""
