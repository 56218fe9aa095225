"""A statement is written once, as PostgreSQL has it, and runs on both databases."""

from datetime import UTC, datetime

import pytest

from database.capabilities import POSTGRES, SQLITE
from database.session import dumps, locked_rows, rows, run
from database.statement import bind
from models.campaign import Category
from tests import data
from workflow.enums import Action, ParticipationStatus

WORDS = ["b", "a", "c"]


async def test_a_list_is_a_parameter(db: str):
    await _categories()
    found = await rows(
        "SELECT key FROM category WHERE key = ANY(:keys) ORDER BY key", keys=["c", "b"]
    )
    assert [row[0] for row in found] == ["b", "c"]
    assert await run("DELETE FROM category WHERE key = ANY(:keys)", keys=["a", "c", "d"]) == 2


async def test_a_list_gives_its_elements_in_order(db: str):
    found = await rows("SELECT value FROM unnest(:words::text[]) AS j(value)", words=WORDS)
    assert [row[0] for row in found] == WORDS


async def test_json_gives_rows_of_its_elements(db: str):
    found = await rows(
        """SELECT (j.value->>0)::bigint, j.value->>1
        FROM json_array_elements(:pairs::json) AS j(value)""",
        pairs=dumps([[1, "a"], [2, "b"]]),
    )
    assert [tuple(row) for row in found] == [(1, "a"), (2, "b")]


async def test_a_list_of_a_row_gives_a_row_for_each_of_its_names(db: str):
    for names in (["a", "b"], ["b"], []):
        await data.influencer(categories=names)
    found = await rows(
        """SELECT j.value, count(*)
        FROM influencer i, jsonb_array_elements_text(i.categories) AS j(value)
        GROUP BY j.value ORDER BY j.value"""
    )
    assert [tuple(row) for row in found] == [("a", 1), ("b", 2)]


async def test_rows_are_put_together_as_json_and_as_text(db: str):
    await _categories()
    [row] = await rows(
        """SELECT (SELECT json_agg(json_build_array(k.key, 1)) FROM category k WHERE k.key = 'b'),
        (SELECT string_agg(k.key, chr(10) ORDER BY k.id) FROM category k WHERE k.key <> 'c')"""
    )
    assert row[0].replace(" ", "") == '[["b",1]]'
    assert row[1] == "b\na"


@pytest.mark.parametrize("lock", ["FOR UPDATE", "FOR SHARE OF k", "FOR UPDATE NOWAIT"])
async def test_rows_are_locked(db: str, lock: str):
    await _categories()
    sql = "SELECT k.key FROM category k WHERE k.key = ANY(:keys) ORDER BY k.key"
    assert len(await locked_rows(sql, lock, keys=WORDS)) == 3
    nested = f"WITH locked AS MATERIALIZED ({sql} {lock}) SELECT count(*) FROM locked"
    assert (await rows(nested, keys=WORDS))[0][0] == 3


async def test_what_was_committed_before_is_settled_in_a_snapshot(db: str):
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.WAITING
    )
    await data.event(part, Action.MARK_JOINED)
    for end in ("xmin", "xmax"):
        settled = f"xid < pg_snapshot_{end}(pg_current_snapshot())::text::bigint"
        found = await rows(f"SELECT 1 FROM participation_event WHERE {settled}")
        assert len(found) == 1, end


async def test_the_database_tells_the_time_in_seconds(db: str):
    [[seconds]] = await rows("SELECT extract(epoch FROM now())::bigint")
    assert abs(seconds - datetime.now(UTC).timestamp()) < 5


def test_parameters_are_numbered_once_each_and_casts_are_none():
    sql = "SELECT :b::text, :a, :b FROM t WHERE x::text = ANY(:ids::bigint[])"
    assert bind(sql, POSTGRES) == (
        "SELECT $1::text, $2, $1 FROM t WHERE x::text = ANY($3::bigint[])",
        ("b", "a", "ids"),
    )
    assert bind(sql, SQLITE) == (
        "SELECT ?1, ?2, ?1 FROM t WHERE x IN (SELECT value FROM json_each(?3))",
        ("b", "a", "ids"),
    )


async def _categories() -> None:
    for word in WORDS:
        await Category.create(key=word)
