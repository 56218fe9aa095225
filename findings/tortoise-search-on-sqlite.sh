#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: a filter that the database cannot run raises, as `posix_regex` does on SQLite in the same
# version. The package has `search` (full-text search) for PostgreSQL and MySQL only
# (tortoise.contrib.postgres.search, tortoise.contrib.mysql.search).
#
# Seen: on SQLite `filter(field__search=...)` is dropped without a word: the SQL has no WHERE, so that a
# search that matches nothing returns every row, and `.delete()` after it empties the table.
#
# For users: tests on SQLite of code that searches on PostgreSQL pass with the wrong rows; never let
# such a filter reach a delete or an update there.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > check.py <<'PY'
import asyncio

from tortoise import Tortoise, fields
from tortoise.models import Model


class Note(Model):
    id = fields.IntField(primary_key=True)
    text = fields.TextField()


async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    await Note.bulk_create([Note(text="red"), Note(text="green")])
    try:
        try:
            await Note.filter(text__posix_regex="x")
        except Exception as error:
            print("posix_regex:", type(error).__name__)
        else:
            raise AssertionError("posix_regex did not raise")
        found = await Note.filter(text__search="nowhere").values_list("text", flat=True)
        print("search:", Note.filter(text__search="nowhere").sql(), found)
        assert sorted(found) == ["green", "red"]
        assert await Note.filter(text__search="nowhere").delete() == 2
        assert await Note.all().count() == 0
    finally:
        await Tortoise.close_connections()


asyncio.run(main())
PY
venv/bin/python check.py
