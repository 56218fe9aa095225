"""SQL as PostgreSQL writes it, with named parameters, made to run on either database.

A statement is written once; for SQLite it is rewritten by these rules:

| PostgreSQL | SQLite |
| --- | --- |
| `= ANY(:ids)` | `IN (SELECT value FROM json_each(:ids))` |
| `unnest(:ids::bigint[]) AS j(value)` | `json_each(:ids) AS j` |
| `json_array_elements(:pairs::json) AS j(value)` | `json_each(:pairs) AS j` |
| `jsonb_array_elements_text(t.names) AS j(value)` | `json_each(t.names) AS j` |
| `json_agg(…)`, `json_build_array(…)` | `json_group_array(…)`, `json_array(…)` |
| `string_agg(name, chr(10) ORDER BY id)` | `group_concat(name, char(10))` |
| `FOR UPDATE`, `FOR SHARE OF t`, `NOWAIT` | nothing: a transaction locks all from its start |
| `pg_snapshot_xmin(pg_current_snapshot())`, `xmax` | the largest integer: none is running |
| `extract(epoch FROM now())` | `unixepoch()` |
| `expression::type` | `expression` |
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import orjson

from database.capabilities import SQLITE, Capabilities
from database.tracing import TracedStatement, current_trace
from telemetry.requests import Statement, current_request

Row = Sequence[Any]


class Execution(NamedTuple):
    """The rows of a statement that was executed, when it began and how long it took."""

    rows: Any
    began: float
    "By `perf_counter`."
    milliseconds: float


class Database(Protocol):
    """A connection for statements: the open transaction's, or that of an operation's snapshot."""

    @property
    def capabilities(self) -> Capabilities:
        """Return the capabilities of the database."""
        ...

    async def execute(self, sql: str, values: list[Any]) -> Execution:
        """Return the rows of a statement in the database's dialect, with values by position."""
        ...


async def fetch(database: Database, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
    """Return the rows of a statement. Lists are arrays on PostgreSQL and JSON on SQLite."""
    text, given = bind_values(sql, values, database.capabilities)
    execution = await database.execute(text, given)
    note(sql, execution)
    if (trace := current_trace.get()) is not None:
        rows, milliseconds = len(execution.rows), execution.milliseconds
        trace.statements.append(TracedStatement(text, given, rows, milliseconds))
    return execution.rows


def note(sql: str, execution: Execution) -> None:
    """Add a statement, without its values, to the record of the request."""
    if (record := current_request.get()) is not None:
        rows, began, milliseconds = execution
        record.statements.append(Statement(sql, len(rows), began, milliseconds))


def bind_values(
    sql: str, values: Mapping[str, Any], capabilities: Capabilities
) -> tuple[str, list[Any]]:
    """Return the statement in a dialect, and the values of its parameters by position."""
    text, names = bind(sql, capabilities)
    if capabilities is SQLITE:
        return text, [_sqlite_value(values[name]) for name in names]
    return text, [values[name] for name in names]


@lru_cache(maxsize=4096)
def bind(sql: str, capabilities: Capabilities) -> tuple[str, tuple[str, ...]]:
    """Return the statement in a dialect, and the names of its parameters by position."""
    mark = "$"
    if capabilities is SQLITE:
        mark = "?"
        for pattern, replacement in _SQLITE_RULES:
            sql = pattern.sub(replacement, sql)
    names = list(dict.fromkeys(_PARAMETER.findall(sql)))
    position = {name: f"{mark}{index}" for index, name in enumerate(names, start=1)}
    return _PARAMETER.sub(lambda match: position[match[1]], sql), tuple(names)


def columns_of(alias: str, names: Iterable[str]) -> str:
    """Return the columns of the table that has this alias, as SELECT lists them."""
    return ", ".join([f"{alias}.{name}" for name in names])


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    if isinstance(value, datetime):
        return value.isoformat(" ")  # as Tortoise writes it
    return value


_PARAMETER = re.compile(r"(?<!:):([a-z_]\w*)")
_SQLITE_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (
            r"(?:unnest|json_array_elements)\((:\w+)[\w:\[\]]*\) AS (\w+)\(value\)",
            r"json_each(\1) AS \2",
        ),
        (r"\bjsonb_array_elements_text\(([\w.]+)\) AS (\w+)\(value\)", r"json_each(\1) AS \2"),
        (r"= ANY\((:\w+)[\w:\[\]]*\)", r"IN (SELECT value FROM json_each(\1))"),
        (r"\bjson_agg\(", "json_group_array("),
        (r"\bjson_build_array\(", "json_array("),
        (r"\bstring_agg\((.+?) ORDER BY [\w.]+\)", r"group_concat(\1)"),
        (r"\bchr\(", "char("),
        (r"\s+FOR (?:UPDATE|SHARE)(?: OF \w+)?(?: NOWAIT)?\b", ""),
        (r"\bpg_snapshot_xm(?:in|ax)\(pg_current_snapshot\(\)\)", str(2**63 - 1)),
        (r"\bextract\(epoch FROM now\(\)\)", "unixepoch()"),
        (r"::[a-z]\w*(?:\[\])?", ""),
    )
]
