"""How a GraphQL type is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from projection.fields import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A GraphQL object type, where its rows are, and what each of its fields is made of.

    `source` stands behind FROM with the alias `t`. Where the key is one column, it is `id`, and
    the row is found by it; else `source` itself makes the rows from the JSON array `:keys`.
    """

    name: str
    "The GraphQL type."
    source: str
    key: tuple[str, ...] = ("id",)
    fields: Mapping[str, Field]
    "By GraphQL name."
    internal: Mapping[str, Field] = field(default_factory=dict[str, Field])
    "What computed fields need beside plain columns."

    @property
    def where_key(self) -> str:
        """The condition that a row is one of `:keys`."""
        return "" if self.is_pair else " WHERE t.id = ANY(:keys)"

    @property
    def is_pair(self) -> bool:
        """Whether a row is named by more than one number."""
        return len(self.key) > 1

    def key_values(self, keys: Sequence[Any]) -> dict[str, Any]:
        """The value of `:keys`."""
        return {"keys": orjson.dumps(keys).decode() if self.is_pair else list(keys)}
