"""Many rows in one statement: they travel as one JSON parameter, so the text is always the same.

A row is a dict from column to value. All rows of a call have the same columns.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from tortoise.models import Model

from database.capabilities import SQLITE, Capabilities
from database.session import capabilities, connection
from database.trial import trial_ids

Row = Mapping[str, Any]


async def insert(model: type[Model], rows: Sequence[Row]) -> list[int]:
    """Insert rows; return their ids, in the order of the rows.

    The database gives the ids, except in a trial run.
    """
    if not rows:
        return []
    if (trial := trial_ids()) is not None:
        ids = trial.take(len(rows))
        rows = [{"id": key, **row} for key, row in zip(ids, rows, strict=True)]
    sql = _insert(model, tuple(rows[0]), capabilities())
    client: Any = connection()
    given = await client.execute_query_dict(sql, [_json(rows)])
    # Ids are assigned in the order of the rows, but need not be returned in it.
    return sorted(row["id"] for row in given)


async def update(model: type[Model], rows: Sequence[Row]) -> int:
    """Set the columns of the rows with these `id`s; return how many there were."""
    if not rows:
        return 0
    sql = _update(model, tuple(rows[0]), capabilities())
    client: Any = connection()
    count, _ = await client.execute_query(sql, [_json(rows)])
    return count


def _json(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ")  # as Tortoise writes it to SQLite
    raise TypeError(f"{type(value).__name__} cannot be a column's value here")


def table_of(model: type[Model]) -> str:
    """Return the name of the model's table."""
    return model._meta.db_table  # pyright: ignore[reportPrivateUsage]


@lru_cache(maxsize=256)
def _insert(model: type[Model], columns: tuple[str, ...], kind: Capabilities) -> str:
    names = ", ".join(columns)
    if kind is SQLITE:
        source = f"SELECT {_extracted(columns)} FROM json_each(?1) ORDER BY key"
    else:
        recordset = f"json_to_recordset($1::json) AS ({_typed(model, columns)})"
        ordered = f"ROWS FROM ({recordset}) WITH ORDINALITY AS given({names}, place)"
        source = f"SELECT {names} FROM {ordered} ORDER BY place"
    return f"INSERT INTO {table_of(model)} ({names}) {source} RETURNING id"


@lru_cache(maxsize=256)
def _update(model: type[Model], columns: tuple[str, ...], kind: Capabilities) -> str:
    changes = ", ".join(f"{column} = given.{column}" for column in columns if column != "id")
    if kind is SQLITE:
        source = f"(SELECT {_extracted(columns)} FROM json_each(?1)) AS given"
    else:
        source = f"json_to_recordset($1::json) AS given({_typed(model, columns)})"
    return f"UPDATE {table_of(model)} AS t SET {changes} FROM {source} WHERE t.id = given.id"


def _extracted(columns: tuple[str, ...]) -> str:
    return ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)


def _typed(model: type[Model], columns: tuple[str, ...]) -> str:
    meta: Any = model._meta  # pyright: ignore[reportPrivateUsage]
    types = (meta.fields_map[column].get_for_dialect("postgres", "SQL_TYPE") for column in columns)
    return ", ".join(f"{column} {kind}" for column, kind in zip(columns, types, strict=True))
