"""Reads, one file a screen or root field."""
