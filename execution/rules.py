"""Which documents are served, and to whom, as the settings say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from execution.trusted import Source

Introspection = Literal["everyone", "callers", "nobody"]
"""Who may ask for the schema: also those without a token, those with one, or nobody."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Which documents are served, and to whom."""

    trusted: Sequence[Source] | None = None
    "None where no document is known by an id."
    trusted_only: bool = False
    introspection: Introspection = "everyone"
    suggests: bool = True
    "Whether an error about a wrong name says which one may be meant."
