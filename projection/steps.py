"""What a level fetches beside its own statement: one value for each of its rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projection.fields import Batched, Connection, Rows, ToMany
from projection.level import Builder, Level
from projection.pages import PagePlan
from projection.run import Run
from projection.shape import Shape

Arguments = Callable[[Run], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Compute:
    """A function of the row and the earlier steps."""

    values: Builder

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """The function's values."""
        return self.values(run, None, rows, *made)


@dataclass(frozen=True, slots=True)
class FetchRows:
    """Plain rows that refer to each row, by one statement."""

    keys: Builder
    rows: Rows

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """For each row a list of tuples."""
        keys = self.keys(run, None, rows, *made)
        key = self.rows.key
        sql = f"SELECT {self.rows.columns}, {key} FROM {self.rows.table} WHERE {key} = ANY(:keys)"
        groups: dict[Any, list[Any]] = {}
        for row in await run.fetch_by(sql, keys):
            groups.setdefault(row[-1], []).append(row)
        return [groups.get(key, ()) for key in keys]


@dataclass(frozen=True, slots=True)
class FetchMany:
    """All rows of another shape that refer to each row, by one statement."""

    keys: Builder
    relation: ToMany
    source: str
    level: Level
    arguments: Arguments

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """For each row a list of finished objects."""
        keys = self.keys(run, None, rows, *made)
        key = self.relation.key.format(t="t")
        where = self.relation.where(run, self.arguments(run)) if self.relation.where else ""
        found = await run.fetch_by(
            f"SELECT {self.level.select(key)} FROM {self.source}{self.level.joined}"
            f" WHERE {key} = ANY(:keys){where and ' AND '}{where}"
            f" ORDER BY {self.relation.order}",
            keys,
        )
        groups: dict[Any, list[Any]] = {}
        for row, item in zip(found, await self.level.fill(run, found), strict=True):
            groups.setdefault(row[-1], []).append(item)
        return [groups.get(key, []) for key in keys]


@dataclass(frozen=True, slots=True)
class FetchByKey:
    """The rows of a shape that each row names: one, or a list of them."""

    keys: Builder
    shape: Shape
    level: Level
    many: bool

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """For each row a finished object or null, or a list of them."""
        named = self.keys(run, None, rows, *made)
        flat = [key for keys in named for key in keys or ()] if self.many else named
        found = await fetch_by_key(run, self.shape, self.level, flat)
        if self.many:
            return [[found[key] for key in keys or () if key in found] for keys in named]
        return [found.get(key) for key in named]


async def fetch_by_key(run: Run, shape: Shape, level: Level, keys: Iterable[Any]) -> dict[Any, Any]:
    """The finished objects of a shape by their keys; keys that nothing has are left out."""
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    if not wanted:
        return {}
    width = len(shape.key)
    rows = _known_rows(run, shape, level, wanted) or await run.fetch(
        f"SELECT {level.select(*(f't.{column}' for column in shape.key))}"
        f" FROM {shape.source}{level.joined}{shape.where_key}",
        shape.key_values(wanted),
    )
    objects = await level.fill(run, rows)
    if width == 1:
        return {row[-1]: item for row, item in zip(rows, objects, strict=True)}
    return {tuple(row[-width:]): item for row, item in zip(rows, objects, strict=True)}


def _known_rows(
    run: Run, shape: Shape, level: Level, keys: Sequence[Any]
) -> list[tuple[Any, ...]] | None:
    """The rows of these keys, where all that the level selects is known of all of them."""
    known = run.known.get(shape.name)
    if known is None or shape.is_pair or not all(key in known for key in keys):
        return None
    if not all(level.columns.keys() <= known[key].keys() for key in keys):
        return None
    return [(*(known[key][column] for column in level.columns), key) for key in keys]


@dataclass(frozen=True, slots=True)
class Nest:
    """A level of plain objects below each row: one or none, or a list."""

    values: Builder
    level: Level
    many: bool

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """For each row a finished object or null, or a list."""
        values = self.values(run, None, rows, *made)
        if not self.many:
            finished = iter(await self.level.fill(run, [v for v in values if v is not None]))
            return [None if value is None else next(finished) for value in values]
        finished = iter(await self.level.fill(run, [item for v in values for item in v or ()]))
        return [None if v is None else [next(finished) for _ in v] for v in values]


@dataclass(frozen=True, slots=True)
class FetchPages:
    """A page of a list that belongs to each row."""

    keys: Builder
    field: Connection
    plan: PagePlan
    arguments: Arguments

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """For each row a finished connection."""
        keys = self.keys(run, None, rows, *made)
        distinct = _distinct(keys)
        pages: dict[Any, Any] = {}
        together = [distinct] if distinct else []
        for parents in [[key] for key in distinct] if self.field.single else together:
            arguments = self.arguments(run)
            listing = await self.field.listing(run, arguments, parents)
            pages |= await self.plan.pages(run, listing, arguments, parents)
        return [pages.get(key) for key in keys]


@dataclass(frozen=True, slots=True)
class Load:
    """What one call makes of all rows."""

    keys: Builder
    field: Batched
    arguments: Arguments

    async def __call__(self, run: Run, rows: Sequence[Any], made: list[list[Any]]) -> list[Any]:
        """For each row its value."""
        keys = self.keys(run, None, rows, *made)
        distinct = _distinct(keys)
        if not distinct:
            return [None] * len(keys)
        values = await self.field.load(run, self.arguments(run), distinct)
        return [values.get(key) for key in keys]


def _distinct(keys: Iterable[Any]) -> list[Any]:
    """Each key once; without null, which stands where a joined row is missing."""
    return [key for key in dict.fromkeys(keys) if key is not None]
