"""The engine alone, on the authors and books of its README: the code is what stands there."""

import json
import re
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import ExecutionResult, OperationDefinitionNode, VariableValues, parse

from database.session import TortoiseDatabase
from projection import Executor
from projection.internals import core_schema

README = Path(__file__).parents[3] / "projection" / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


@pytest.fixture(scope="module")
def toy() -> Generator[ModuleType]:
    """The README's code, as a module."""
    module = ModuleType("toy_of_the_readme")
    sys.modules[module.__name__] = module
    exec(compile("".join(blocks("python")), str(README), "exec"), module.__dict__)
    yield module
    del sys.modules[module.__name__]


@pytest.fixture
async def tables(db: str) -> AsyncGenerator[list[str]]:
    """The README's tables, for a while; the statements that are sent."""
    for statement in "".join(blocks("sql")).split(";\n"):
        if statement.strip():
            await TortoiseDatabase().execute(statement, [])
    yield []
    for table in ("author", "book"):
        await TortoiseDatabase().execute(f"DROP TABLE {table}", [])


async def ask(toy: ModuleType, query: str, role: str = "reader") -> ExecutionResult:
    [operation] = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    schema = core_schema(toy.SCHEMA)
    return await Executor.of(schema, operation, {}, VariableValues({}, {}), role).execute()


async def test_the_readmes_query_has_the_readmes_answer(toy: ModuleType, tables: object):
    [query], [answer] = blocks("graphql"), blocks("json")
    assert (await ask(toy, query)).data == json.loads(answer)


async def test_it_sends_four_statements(
    toy: ModuleType, tables: object, monkeypatch: pytest.MonkeyPatch
):
    sent: list[str] = []
    execute = TortoiseDatabase.execute

    async def noting(self: Any, sql: str, values: list[Any]) -> Any:
        sent.append(sql)
        return await execute(self, sql, values)

    monkeypatch.setattr(TortoiseDatabase, "execute", noting)
    [query] = blocks("graphql")
    await ask(toy, query)
    assert len(sent) == 4


async def test_a_role_decides_what_is_denied(toy: ModuleType, tables: object):
    query = "{ author(id: 2) { email born books { nodes { title } } } }"
    sappho: dict[str, Any] = {"born": None, "books": {"nodes": [{"title": "Ode"}]}}
    for role, email in (("editor", "s@example.com"), ("reader", None)):
        assert (await ask(toy, query, role)).data == {"author": {"email": email, **sappho}}


async def test_a_cursor_goes_on_where_a_page_ended(toy: ModuleType, tables: object):
    page = "nodes { title } pageInfo { hasNextPage endCursor }"
    titles: list[str] = []
    after = ""
    for has_next in (True, False):
        query = f"{{ author(id: 1) {{ books(first: 1{after}) {{ {page} }} }} }}"
        data: Any = (await ask(toy, query)).data
        books = data["author"]["books"]
        titles += [book["title"] for book in books["nodes"]]
        assert books["pageInfo"]["hasNextPage"] is has_next
        after = f', after: "{books["pageInfo"]["endCursor"]}"'
    assert titles == ["Genji", "Diary"]


async def test_errors_have_the_codes_that_were_injected(toy: ModuleType, tables: object):
    result = await ask(toy, "{ author(id: 1) { books(first: -1) { totalCount } } }")
    [error] = result.errors or []
    assert (error.extensions, error.path) == ({"code": "BAD_INPUT"}, ["author", "books"])


async def test_no_row_is_null(toy: ModuleType, tables: object):
    assert (await ask(toy, "{ author(id: 7) { name } }")).data == {"author": None}
