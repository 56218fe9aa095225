"""The loggers of the libraries that talk to databases."""

TELL_VALUES = ("aiosqlite", "tortoise")
"""At the level debug these log the values of statements, which are about people."""
