"""What a field does: one file a screen or an action."""
