#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: `queryset.order_by(...).limit(1).update(...)` and `.delete()` touch one row, or raise where
# the database has no LIMIT for these statements. By their documentation limit() sets the length of the
# query set, and update() and delete() change or remove the objects in the query set.
#
# Seen: SQLite's and PostgreSQL's clients say that they do not support it, and the order and the limit
# are then left out without a word: all rows are updated, all rows are deleted. The SQL is the same for
# PostgreSQL; MySQL's client keeps both. The issue tracker knows it since 2021; nothing warns.
#
# For users: a queue that takes "the next one" so takes everything. Select the keys first, and update
# or delete by `id__in`.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > check.py <<'PY'
import asyncio

from tortoise import Tortoise, fields
from tortoise.backends.base_postgres.client import BasePostgresClient
from tortoise.models import Model


class Job(Model):
    id = fields.IntField(primary_key=True)
    taken = fields.BooleanField(default=False)


async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    await Job.bulk_create([Job() for _ in range(3)])
    try:
        first = Job.all().order_by("id").limit(1)
        print(first.update(taken=True).sql())
        assert len(await first) == 1
        assert await first.update(taken=True) == 3
        assert await Job.filter(taken=True).count() == 3
        print(first.delete().sql())
        assert await first.delete() == 3
        assert not BasePostgresClient.capabilities.support_update_limit_order_by
    finally:
        await Tortoise.close_connections()


asyncio.run(main())
PY
venv/bin/python check.py
