"""A connection: which of its parts are asked for, and how a page of rows becomes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, TypeAlias

from projection.level import Arguments, Builder, Level, distinct
from projection.listing import Listing, Page, Terms, page_values, read_page
from projection.run import Run
from projection.shape import Connection


@dataclass
class Cursors:
    """Makes the cursors of a page's rows."""

    page: Page
    written: Sequence[str]
    "The columns from which cursors are written."
    columns: Mapping[str, int]
    "The places of the level's own columns in a row; the columns that cursors add follow them."

    def of(self, row: Any) -> str:
        """Return the row's cursor."""
        return self.page.cursor_of(*(row[place] for place in self._places))

    @cached_property
    def _places(self) -> list[int]:
        added = _added(self.written, self.columns)
        places = {**self.columns, **{sql: len(self.columns) + n for n, sql in enumerate(added)}}
        return [places[sql] for sql in self.written]


@dataclass(slots=True)
class Slice:
    """One parent's page: its rows' place among all rows, and what lies around it."""

    start: int
    stop: int
    has_next: bool
    has_previous: bool
    ends: tuple[Any, Any] | None
    "The first row and the last."
    total: int
    cursors: Cursors

    def cursor(self, end: int) -> str | None:
        """Return the cursor of the first row (0) or the last (1), where there are rows."""
        return self.cursors.of(self.ends[end]) if self.ends else None


Views: TypeAlias = list[tuple[Any, ...]]
"""What is made of all rows shown: for each a tuple of the views on it."""

Part: TypeAlias = Callable[[Views, Slice], Any]
"""What stands under one response key of a connection."""


@dataclass(slots=True)
class PagePlan:
    """How a connection is answered. Each row is finished into a tuple of the *views* on it."""

    field_name: str
    terms: Terms
    level: Level = field(default_factory=Level)
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    needs_rows: bool = False
    needs_total: bool = False

    @property
    def is_one_statement(self) -> bool:
        """Whether all of a page is read by one statement, after what its listing reads."""
        return self.needs_rows != self.needs_total and not self.level.fetches

    async def pages(
        self,
        run: Run,
        listing: Listing,
        arguments: Mapping[str, Any],
        keys: Sequence[int] | None,
    ) -> dict[Any, Any]:
        """Return the finished connection of each parent; without parents, that under None."""
        page = read_page(arguments, listing, self.field_name, run, self.terms)
        written = page.free.columns if page.free else [order.sql for order in listing.orders]
        values = {**listing.values, **page_values(page), **_parents(keys)}
        rows: Sequence[Any] = ()
        if self.needs_rows:
            columns = self.level.select(*_added(written, self.level.columns))
            sql = listing.rows(columns, self.level.joined, page, keys)
            if keys is not None and ":keys" in sql:
                rows = await run.fetch_by(sql, keys, values)
            else:
                rows = await run.fetch(sql, values)
        totals = dict[Any, int]()
        if self.needs_total:
            totals = _totals(await run.fetch(listing.total(keys), values), keys)
        cursors = Cursors(page, written, self.level.columns)
        return await self._assemble(run, cursors, rows, totals, keys)

    async def _assemble(
        self,
        run: Run,
        cursors: Cursors,
        rows: Sequence[Any],
        totals: dict[Any, int],
        keys: Sequence[int] | None,
    ) -> dict[Any, Any]:
        shown: list[Any] = []
        slices = {key: _slice(cursors, [], shown, totals.get(key, 0)) for key in (keys or [None])}
        for key, group in groupby(rows, key=lambda row: row[-1]):
            parent = key if keys and len(keys) > 1 else next(iter(slices))
            slices[parent] = _slice(cursors, list(group), shown, totals.get(parent, 0))
        views = await self.level.build(run, shown, cursors)
        return {
            key: {name: part(views, slice_) for name, part in self.parts.items()}
            for key, slice_ in slices.items()
        }


@dataclass(frozen=True, slots=True)
class FetchPages:
    """A page of a list that belongs to each row."""

    keys: Builder
    field: Connection
    plan: PagePlan
    arguments: Arguments

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return for each row a finished connection."""
        keys = self.keys(run, None, rows, *values)
        parents = distinct(keys)
        pages: dict[Any, Any] = {}
        groups = [[key] for key in parents] if self.field.single else [parents]
        for group in groups if parents else ():
            arguments = self.arguments(run)
            listing = await self.field.listing(run, arguments, group)
            cursor_key = self.field.cursor_key
            bound: Mapping[str, Any] = cursor_key(group[0]) if cursor_key else {}
            pages |= await self.plan.pages(run, listing, {**arguments, **bound}, group)
        return [pages.get(key) for key in keys]


def _added(written: Sequence[str], columns: Mapping[str, int]) -> list[str]:
    """Return the columns that cursors need beside the level's own."""
    return [sql for sql in written if sql not in columns]


def _slice(cursors: Cursors, rows: list[Any], shown: list[Any], total: int) -> Slice:
    """Add the page's rows to those shown, in the list's order."""
    page = cursors.page
    more = len(rows) > page.limit
    rows = rows[: page.limit]
    if not page.forward:
        rows.reverse()
    start = len(shown)
    shown += rows
    has_next, has_previous = page.neighbours(more)
    ends = (rows[0], rows[-1]) if rows else None
    return Slice(start, len(shown), has_next, has_previous, ends, total, cursors)


def _parents(keys: Sequence[int] | None) -> dict[str, Any]:
    if keys is None:
        return {}
    return {"parent": keys[0]} if len(keys) == 1 else {"parents": list(keys)}


def _totals(rows: Sequence[Any], keys: Sequence[int] | None) -> dict[Any, int]:
    if keys and len(keys) > 1:
        return {row[1]: row[0] for row in rows}
    return {keys[0] if keys else None: rows[0][0]}


# A connection's parts


def constant(value: Any) -> Part:
    """Return a part that is the same for all."""

    def part(_views: Views, _slice: Slice) -> Any:
        return value

    return part


def total(_views: Views, slice_: Slice) -> int:
    """Return `totalCount`."""
    return slice_.total


def view(index: int) -> Part:
    """Return the part that is one view on each row: `nodes` or `edges`."""

    def part(views: Views, slice_: Slice) -> list[Any]:
        return [each[index] for each in views[slice_.start : slice_.stop]]

    return part


def page_info(names: Mapping[str, str]) -> Part:
    """Return `pageInfo`, from its fields' names by their response keys."""

    def part(_views: Views, slice_: Slice) -> dict[str, Any]:
        return {key: _PAGE_INFO[name](slice_) for key, name in names.items()}

    return part


_PAGE_INFO: dict[str, Callable[[Slice], Any]] = {
    "__typename": lambda _slice: "PageInfo",
    "hasNextPage": lambda slice_: slice_.has_next,
    "hasPreviousPage": lambda slice_: slice_.has_previous,
    "startCursor": lambda slice_: slice_.cursor(0),
    "endCursor": lambda slice_: slice_.cursor(1),
}
CONNECTION_FIELDS = frozenset({"edges", "nodes", "pageInfo", "totalCount"})
EDGE_FIELDS = frozenset({"cursor", "node"})
PAGE_INFO_FIELDS = frozenset(_PAGE_INFO)
