"""From the outbox to the services: claims, pace, limits, results."""
