#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: exclude() with a condition over a relation returns the objects that filter() with the same
# condition does not, as in Django, whose query sets Tortoise's are modelled on: the brands with no campaign
# that is closed.
#
# Seen: it is NOT over the joined rows. A brand with one closed campaign and an open one is returned, by
# filter() and by exclude() alike; so it is once for each of its open ones; and a brand without any
# campaign is returned by neither. The SQL is the same for PostgreSQL.
#
# For users: those whom a rule should keep out pass it by having something else too, and newcomers
# vanish. Exclude by key: exclude(id__in=Subquery(Campaign.filter(…).values("brand_id"))).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > check.py <<'PY'
from tortoise import Tortoise, fields, run_async
from tortoise.expressions import Subquery
from tortoise.models import Model


class Brand(Model):
    name = fields.CharField(20, primary_key=True)


class Campaign(Model):
    id = fields.IntField(primary_key=True)
    brand = fields.ForeignKeyField("models.Brand", related_name="campaigns")
    closed = fields.BooleanField()


async def check():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    states = {"open": [False], "closed": [True], "both": [True, False, False], "none": []}
    for name, campaigns in states.items():
        brand = await Brand.create(name=name)
        for closed in campaigns:
            await Campaign.create(brand=brand, closed=closed)
    by_key = Subquery(Campaign.filter(closed=True).values("brand_id"))
    seen = [
        sorted(await query.values_list("name", flat=True))
        for query in (
            Brand.filter(campaigns__closed=True),
            Brand.exclude(campaigns__closed=True),
            Brand.exclude(name__in=by_key),
        )
    ]
    print(*seen)
    assert seen == [["both", "closed"], ["both", "both", "open"], ["none", "open"]]


run_async(check())
PY
venv/bin/python check.py
