#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: `sql()` shows the statement that awaiting the query will run, as its documentation says, and
# changes nothing.
#
# Seen: an update by a condition over an annotation (here: teams with two members) is built anew by each
# `sql()` and at the await, and only the first time has its WHERE. Looked at first, the query then
# updates every row.
#
# For users: logging a query changes what it does. Call `sql()` on a query built for that alone.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > check.py <<'PY'
import asyncio

from tortoise import Tortoise, fields
from tortoise.functions import Count
from tortoise.models import Model


class Team(Model):
    id = fields.IntField(primary_key=True)
    full = fields.BooleanField(default=False)


class Member(Model):
    id = fields.IntField(primary_key=True)
    team = fields.ForeignKeyField("models.Team", related_name="members")


def mark_pairs():
    return Team.annotate(size=Count("members")).filter(size=2).update(full=True)


async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    pair, _single, _empty = [await Team.create() for _ in range(3)]
    await Member.create(team=pair)
    await Member.create(team=pair)
    try:
        assert await mark_pairs() == 1
        query = mark_pairs()
        first, second = query.sql(), query.sql()
        print(first)
        print(second)
        assert " WHERE " in first and " WHERE " not in second
        looked_at = mark_pairs()
        looked_at.sql()
        assert await looked_at == 3
        assert await Team.filter(full=True).count() == 3
    finally:
        await Tortoise.close_connections()


asyncio.run(main())
PY
venv/bin/python check.py
