"""Delivery of events: their positions in the feed, live updates and webhooks."""
