"""PostgreSQL by a URL that asyncpg reads itself, so that every form libpq takes is understood."""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

STATEMENT_CACHE = 1_000


class UnresetConnection(asyncpg.Connection):
    """A pooled connection that is given back without a reset.

    The reset costs a round trip after each statement, and nothing here leaves state behind:
    no session setting, no temporary table, no LISTEN outside its own connection.
    """

    def get_reset_query(self) -> str:
        """No statement at all."""
        return ""


class JoineryPostgresClient(AsyncpgDBClient):
    """Tortoise's client, with the URL handed to asyncpg as it is."""

    def __init__(self, dsn: str, **credentials: Any) -> None:
        super().__init__(**credentials)
        self.dsn = dsn
        self.extra.pop("dsn", None)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """A pool of connections to the URL."""
        sizes = {name: kwargs[name] for name in ("min_size", "max_size")}
        return await asyncpg.create_pool(
            self.dsn,
            connection_class=UnresetConnection,
            statement_cache_size=STATEMENT_CACHE,
            server_settings={"application_name": "joinery", "jit": "off"},
            **sizes,
        )


client_class = JoineryPostgresClient
