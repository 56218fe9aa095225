"""CHECK constraints in the words of our enums."""

from collections.abc import Iterable


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition that a column holds one of the values (or NULL, where it may)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
