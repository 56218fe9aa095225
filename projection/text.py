"""Names, between GraphQL and Python."""

import re
from keyword import iskeyword

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """`userErrors` as `user_errors`; `from`, which Python keeps for itself, as `from_`."""
    snake = _HUMP.sub("_", name).lower()
    return f"{snake}_" if iskeyword(snake) else snake
