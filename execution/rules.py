"""The settings that say which documents are served, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from execution.trusted import Source

Introspection = Literal["everyone", "callers", "nobody"]
"""Who may ask for the schema: also those without a token, those with one, or nobody."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The documents that are served, and the callers that may ask for the schema."""

    trusted: Sequence[Source] | None = None
    "None where no document is known by an id."
    trusted_only: bool = False
    introspection: Introspection = "everyone"
    suggests: bool = True
    "Whether an error about a wrong name says which one may be meant."
