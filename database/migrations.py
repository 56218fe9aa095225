"""Migrations: each is one transaction, and is noted in it, so whatever ends it can be run again."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Container
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import replace
from typing import Any

import stamina
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.transactions import in_transaction

from database.connection import APPS, DEFAULT_OPTIONS, connected
from database.failures import is_collision
from database.options import DatabaseOptions
from database.session import capabilities, connection, rows, run
from database.sqlite_schema import SqliteEditor

LOCK_SECONDS = 2.0
"""So long a migration waits for a lock before it tries again; as long, others wait behind it."""
PATIENCE_SECONDS = 600.0
"""So long it tries."""
LOOK_SECONDS = 0.25
"""Between two looks at whom it waits for."""
# Any number will do, as long as every migrating process takes the same.
_LOCK = 0x4A4F494E

_EDITORS = {"sqlite": SqliteEditor, "postgres": AsyncpgSchemaEditor}

_log = logging.getLogger(__name__)


async def migrate(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> list[str]:
    """Bring the database's tables up to date; return the names of the migrations applied.

    Any number of processes may call it at once: they take turns. Whom it waits for is logged.
    Raises DatabaseError where the database cannot be reached, and the driver's error where locks
    were not to be had for `PATIENCE_SECONDS`.
    """
    # Nothing here needs a session, whatever pooler is in between.
    options = replace(
        options, lock_timeout=LOCK_SECONDS, statement_timeout=0, prepared_statements=False
    )
    async with connected(url, options):
        pending = await pending_migrations()
        return await _apply(pending) if pending else []


async def pending_migrations() -> list[str]:
    """Return the names of the migrations that the connected database lacks."""
    prober: Any = _Prober(connection())
    steps = await MigrationExecutor(prober, APPS).plan()
    return [step.migration.name for step in steps]


class _Prober:
    """As much of a client as Tortoise needs to ask, past the pool, what was applied."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.capabilities = client.capabilities

    async def execute_query(self, sql: str) -> tuple[int, list[dict[str, str]]]:
        """Return the rows, of `app` and `name`, and how many there are."""
        rows = await self._client.probe(sql)
        return len(rows), [{"app": app, "name": name} for app, name in rows]


async def _apply(pending: Container[str]) -> list[str]:
    """Apply these migrations one by one; return the names of those that were still missing."""
    applied = list[str]()
    told = set[str]()
    state = State(models={}, apps=StateApps(default_connections={"models": "default"}))
    for migration in await _migrations():
        if migration.name in pending and await _apply_one(migration, state, told):
            applied.append(migration.name)
        state = await migration.apply(state, dry_run=True)
    return applied


async def _migrations() -> list[Migration]:
    """Return all migrations in their order."""
    loader = MigrationLoader(APPS, MigrationRecorder(connection()))
    await loader.build_graph()
    [last] = loader.graph.leaf_nodes()
    return [loader.disk_migrations[key] for key in loader.graph.forwards_plan(last)]


async def _apply_one(migration: Migration, state: State, told: set[str]) -> bool:
    """Apply a migration to the tables as they are before it, unless another process has."""
    async for attempt in stamina.retry_context(
        on=is_collision, attempts=None, timeout=PATIENCE_SECONDS, wait_max=LOCK_SECONDS
    ):
        with attempt:
            async with _turn(told):
                editor = _EDITORS[connection().capabilities.dialect](connection())
                recorder: Any = MigrationRecorder(connection())
                await recorder.ensure_schema(editor)
                if migration.name in {key.name for key in await recorder.applied_migrations()}:
                    return False
                await migration.apply(state.clone(), schema_editor=editor)
                await recorder.record_applied(migration.app_label, migration.name)
    return True


@asynccontextmanager
async def _turn(told: set[str]) -> AsyncGenerator[None]:
    """Open a transaction, and hold off other processes that migrate until it ends."""
    if not capabilities().has_concurrent_writers:
        writer = "whoever writes to the file"
        telling = asyncio.get_running_loop().call_later(LOOK_SECONDS, _tell, told, writer)
        try:
            async with in_transaction():
                telling.cancel()
                yield
        finally:
            telling.cancel()
        return
    async with in_transaction(), _watched(told):
        # Not a lock of the session, which would stay behind in a pooler.
        await run("SELECT pg_advisory_xact_lock(:lock::bigint)", lock=_LOCK)
        yield


@asynccontextmanager
async def _watched(told: set[str]) -> AsyncGenerator[None]:
    """Tell whom this transaction waits for, while it does."""
    [[pid]] = await rows("SELECT pg_backend_pid()")
    # Without the context, so that it reads outside of the transaction.
    watching = asyncio.create_task(_watch(pid, told), context=Context())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(pid: int, told: set[str]) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for holder in await rows(_HOLDERS, pid=pid):
            _tell(told, holder[0])


def _tell(told: set[str], whom: str) -> None:
    if whom not in told:
        told.add(whom)
        _log.warning("the migration waits for %s", whom)


_HOLDERS = """
SELECT CASE WHEN b.pid = 0 THEN 'a prepared transaction'
    ELSE format('process %s (%s, %s)', b.pid, a.application_name, coalesce(a.state, 'active')) END
FROM unnest(pg_blocking_pids(:pid::int)) AS b(pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid"""
