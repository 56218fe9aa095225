"""Names, between GraphQL and Python."""

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """`userErrors` as `user_errors`."""
    return _HUMP.sub("_", name).lower()
