#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: a query with limit(0) gives nothing, in whatever form the rows are asked for, and a query is
# said to exist where it has rows. limit() is documented to limit the query set to that length.
#
# Seen: the models are none and the count is 0 (its code says why 0 is not "no limit"), but values() and
# values_list() take 0 for "no limit" and return every row. exists() leaves out the limit and the offset:
# it is true for a page past the end.
#
# For users: a page of size 0, as GraphQL's `first: 0` asks for, or "as many as are left" when none are,
# loads the whole table, and a loop that asks exists() for the next page never ends. Answer 0 without a
# query, and look for a next page by taking one row of it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > check.py <<'PY'
from tortoise import Tortoise, fields, run_async
from tortoise.models import Model


class Brand(Model):
    id = fields.IntField(primary_key=True)


async def check():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    await Brand.bulk_create([Brand(id=number) for number in (1, 2, 3)])
    none = Brand.all().order_by("id").limit(0)
    rows = [await none, await none.count(), await none.values_list("id", flat=True), await none.values("id")]
    print("limit(0):", *rows)
    assert rows == [[], 0, [1, 2, 3], [{"id": 1}, {"id": 2}, {"id": 3}]]
    past = Brand.all().order_by("id").offset(3).limit(3)
    exists = [await past, await past.count(), await past.exists()]
    print("offset(3):", *exists)
    assert exists == [[], 0, True]


run_async(check())
PY
venv/bin/python check.py
