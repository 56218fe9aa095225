"""CHECK constraints from our enums."""

from collections.abc import Iterable


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the condition that a column has one of the values, or NULL if it may."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
