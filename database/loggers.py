"""The loggers of the libraries that talk to databases."""

TELL_VALUES = ("aiosqlite", "tortoise")
"""At the level debug these log the values of statements, which are about people.

At the level info they say that connections were closed, which is no news.
"""
TELLS_OUTAGES = "asyncpg.pool"
"""It warns each time that it has tried in vain to connect anew."""
