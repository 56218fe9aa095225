"""Lists that belong to pairs: two columns say whose a row is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from projection.listing import Each, Order, Page, ordering, seek

_PAIRS = "json_array_elements(:pairs::json) AS k(value)"
_PAIR = "(k.value->>0) || '-' || (k.value->>1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedListing:
    """A list of a table's rows that belong to pairs of numbers, whose keys are `first-second`.

    Both statements look for each pair by itself: joined to all of them, PostgreSQL would rather
    read the whole table, and a key made of both numbers finds no index anywhere.
    """

    source: str
    "What stands behind FROM; the table's alias is `t`."
    columns: tuple[str, str]
    "Those that hold the numbers."
    orders: tuple[Order, ...]
    "The last one is unique."
    keys: Sequence[str]
    "The pairs."

    @property
    def values(self) -> Mapping[str, Any]:
        """The value of `:pairs`."""
        pairs = [[int(number) for number in key.split("-")] for key in self.keys]
        return {"pairs": orjson.dumps(pairs).decode()}

    def rows(self, columns: str, joins: str, page: Page, keys: Sequence[int] | None) -> str:
        """The statement of one page for each pair."""
        del keys
        order = ordering(self.orders, not page.forward)
        where = " AND ".join([*self._own(), *seek(self.orders, page, descending=False)])
        each = Each(_PAIR, f"{self.source} WHERE {where}", order, page.limit + 1)
        if page.laterally:
            return each.walked(columns, joins, _PAIRS)
        return each._replace(rows=f"{_PAIRS} CROSS JOIN {each.rows}").numbered(columns, joins)

    def total(self, keys: Sequence[int] | None) -> str:
        """The statement that counts."""
        del keys
        where = " AND ".join(self._own())
        return f"SELECT (SELECT count(*) FROM {self.source} WHERE {where}), {_PAIR} FROM {_PAIRS}"

    def _own(self) -> list[str]:
        return [
            f"{column} = (k.value->>{place})::bigint" for place, column in enumerate(self.columns)
        ]
