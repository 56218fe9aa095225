#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: `field__not_in=[None, "JP"]` returns the rows that have another value than these. Tortoise
# takes the difference between NULL and "not this value" on itself: `not` and `not_in` add OR … IS NULL to
# the SQL, so that rows without a value count as "another".
#
# Seen: with None in the list it is the other way round. "NOT IN (NULL, 'JP')" is never true in SQL, and
# the added IS NULL is: exactly the rows without a value, which were to be left out, are returned, and
# none of the others. `in` with None finds no NULL. Nothing warns; the SQL is the same for PostgreSQL.
#
# For users: a list that is put together from data, as of countries of those who have applied, turns its
# filter round once one of them is unknown. Take None out of lists, and ask for it by `__isnull`.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > check.py <<'PY'
from tortoise import Tortoise, fields, run_async
from tortoise.models import Model


class Creator(Model):
    id = fields.IntField(primary_key=True)
    country = fields.CharField(2, null=True)


async def check():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    for country in ("JP", "KR", "FR", None):
        await Creator.create(country=country)
    cases = [
        ({"country__not_in": ["JP"]}, ["KR", "FR", None]),
        ({"country__not_in": [None, "JP"]}, [None]),
        ({"country__in": [None, "JP"]}, ["JP"]),
    ]
    for condition, expected in cases:
        seen = await Creator.filter(**condition).order_by("id").values_list("country", flat=True)
        print(condition, seen)
        assert seen == expected


run_async(check())
PY
venv/bin/python check.py
