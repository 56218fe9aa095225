"""Writes, one file an action."""
