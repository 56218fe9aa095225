"""What the demo is made of: people, campaigns, a story told by hand, and histories."""
