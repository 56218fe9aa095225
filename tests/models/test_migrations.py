"""The migrations make what the models say, and may be run by anyone at any time."""

import asyncio
import sys

import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions

from database.connection import connected, tortoise_config
from database.migrations import migrate, pending_migrations
from tests.databases import Databases

MIGRATIONS = [
    "0001_initial",
    "0002_indexes_and_history",
    "0003_availability_counts",
    "0004_text_search",
    "0005_leases",
    "0006_deltas",
    "0007_post_addresses",
    "0008_folded_text",
    "0009_read_after",
    "0010_selection",
    "0011_live_posts",
    "0012_referral_codes",
    "0013_services",
    "0014_feed",
    "0015_erasure",
    "0016_webhooks",
    "0017_tickets",
    "0018_receipts",
    "0019_plans",
    "0020_freezing_failures",
]


async def test_the_models_need_no_further_migration(db: str) -> None:
    assert Tortoise.apps is not None
    detector = MigrationAutodetector(Tortoise.apps, tortoise_config(db)["apps"])

    changes = await detector.changes()

    # Docstrings travel with a model's options; they are no reason to migrate.
    operations = [operation for change in changes for operation in change.operations]
    missing = [op for op in operations if not isinstance(op, AlterModelOptions)]
    assert [operation.describe() for operation in missing] == []


async def test_a_second_migration_does_nothing(databases: Databases) -> None:
    with databases.lend(migrated=False) as url:
        first = await migrate(url)
        second = await migrate(url)

    assert first == MIGRATIONS
    assert second == []


async def test_what_is_missing_is_told(databases: Databases) -> None:
    with databases.lend(migrated=False) as url:
        async with connected(url):
            assert await pending_migrations() == MIGRATIONS
        await migrate(url)
        async with connected(url):
            assert await pending_migrations() == []


@pytest.mark.slow
async def test_processes_that_migrate_at_once_take_turns(databases: Databases) -> None:
    script = (
        "import asyncio, sys; from database.migrations import migrate;"
        " asyncio.run(migrate(sys.argv[1]))"
    )
    with databases.lend(migrated=False) as url:
        started = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", script, url, stderr=asyncio.subprocess.PIPE
            )
            for _ in range(3)
        ]
        ended = [(await process.communicate(), process.returncode) for process in started]

    assert [code for _, code in ended] == [0, 0, 0], ended
