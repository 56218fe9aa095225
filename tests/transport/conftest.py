"""A small schema with everything that can go wrong, served over real HTTP."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import httpx
import pytest_asyncio
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route

from execution.engine import Engine
from resolvers.caller import Caller
from resolvers.errors import RequestError
from tests.transport.serving import served
from transport.auth.tokens import Grant
from transport.http import GraphQLOverHTTP
from transport.service import Service
from workflow.enums import Role


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def number(self, given: int = 1) -> int:
        return given

    @strawberry.field
    def moment(self, given: datetime) -> str:
        return given.isoformat()

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def null_where_none_may_be(self) -> str:
        return None  # pyright: ignore[reportReturnType]

    @strawberry.field
    async def unreachable(self) -> str | None:
        raise ConnectionRefusedError("10.0.0.7:5432")

    @strawberry.field
    def forbidden(self) -> str | None:
        raise RequestError("FORBIDDEN", "Only staff may see this.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def bump(self) -> int:
        return 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncGenerator[int]:
        yield 1


class AnyStaff:
    """Takes every Authorization header for a member of staff's."""

    revision = 0

    async def caller(self, authorization: str | None) -> Caller | None:
        return Caller(Role.STAFF, "staff-1") if authorization else None

    async def grant(self, authorization: str) -> Grant:
        return Grant(Caller(Role.STAFF, "staff-1"), 1 << 40, authorization, self)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tiny_url() -> AsyncGenerator[str]:
    """The address of the small schema."""
    schema = strawberry.Schema(Query, Mutation, Subscription)
    endpoint = GraphQLOverHTTP(Service(Engine(schema), AnyStaff()))
    app = Starlette(routes=[Route("/graphql", endpoint, methods=["GET", "POST"])])
    async with served(app) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="module")
async def tiny(tiny_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the small schema, with a token."""
    headers = {"Authorization": "Bearer x"}
    async with httpx.AsyncClient(base_url=tiny_url, headers=headers, timeout=30) as client:
        yield client


def only_error(answer: httpx.Response) -> dict[str, Any]:
    """The one error of an answer."""
    errors = answer.json()["errors"]
    assert len(errors) == 1, errors
    return errors[0]
