"""SQL as PostgreSQL writes it, with named parameters, made to run on either database.

What differs is rewritten by three patterns, so that a statement is written once:

| PostgreSQL | SQLite |
| --- | --- |
| `= ANY(:ids)` | `IN (SELECT value FROM json_each(:ids))` |
| `json_array_elements(:pairs::json) AS j(value)` | `json_each(:pairs) AS j` |
| `expression::type` | `expression` |
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import lru_cache
from time import perf_counter
from typing import Any, Protocol

import orjson

from database.tracing import WatchedStatement, current_watch

Row = Sequence[Any]

_PARAMETER = re.compile(r"(?<!:):([a-z_]\w*)")
_ELEMENTS = re.compile(r"json_array_elements\((:\w+)(?:::\w+)?\) AS (\w+)\(value\)")
_ANY = re.compile(r"= ANY\((:\w+)(?:::\w+\[\])?\)")
_CAST = re.compile(r"::[a-z]+(?:\[\])?")


class Database(Protocol):
    """Where statements are run: a connection, or the open transaction's."""

    dialect: str
    "`sqlite` or `postgres`."
    is_shared: bool
    "Whether statements run apart from each other, and not in a transaction of ours."

    async def execute(self, sql: str, values: list[Any]) -> Sequence[Row]:
        """The rows of a statement in the database's own words, with values by position."""
        ...

    def held(self) -> AbstractAsyncContextManager["Database"]:
        """One connection for several statements in turn, where `is_shared`."""
        ...


async def fetch(database: Database, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
    """The rows of a statement. Lists are arrays on PostgreSQL and JSON on SQLite."""
    text, names = bind(sql, database.dialect)
    given = [values[name] for name in names]
    if database.dialect == "sqlite":
        given = [_sqlite_value(value) for value in given]
    watch = current_watch()
    if watch is None:
        return await database.execute(text, given)
    begun = perf_counter()
    rows = await database.execute(text, given)
    took = (perf_counter() - begun) * 1000
    watch.statements.append(WatchedStatement(text, given, len(rows), took))
    return rows


@lru_cache(maxsize=4096)
def bind(sql: str, dialect: str) -> tuple[str, tuple[str, ...]]:
    """A statement in a database's own words, and the names of its parameters by position."""
    mark = "$"
    if dialect == "sqlite":
        mark = "?"
        sql = _CAST.sub("", _ANY.sub(r"IN (SELECT value FROM json_each(\1))", _elements(sql)))
    names = list(dict.fromkeys(_PARAMETER.findall(sql)))
    position = {name: f"{mark}{index}" for index, name in enumerate(names, start=1)}
    return _PARAMETER.sub(lambda match: position[match[1]], sql), tuple(names)


def _elements(sql: str) -> str:
    return _ELEMENTS.sub(r"json_each(\1) AS \2", sql)


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value
