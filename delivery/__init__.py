"""How news leaves: the feed's positions, live updates, webhooks."""
