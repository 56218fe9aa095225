#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: a migration that alters one column leaves the table's indexes and triggers alone. SQLite's
# documentation of ALTER TABLE (Making Other Kinds Of Table Schema Changes) has as two of its steps, where
# a table is built anew, to note its indexes and triggers and to make them again.
#
# Seen: the migration that `tortoise makemigrations` writes for a changed field builds the table anew on
# SQLite and makes neither again: the index of another field, the one of `Meta.indexes` and a trigger are
# gone, without a message. `makemigrations` compares with the migrations and sees nothing to do.
#
# For users: queries turn slow, and rules kept by triggers are off, after a harmless migration. Add the
# indexes and triggers again by hand after each AlterField (AddConstraint too), and compare with
# sqlite_master in a test.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > shop.py <<'PY'
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

CONFIG = {
    "connections": {"default": "sqlite://shop.db"},
    "apps": {"shop": {"models": ["shop"], "migrations": "shop_migrations"}},
}


class Item(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(20, db_index=True)
    price = fields.IntField(null=True)

    class Meta:
        indexes = [Index(fields=("price", "name"), name="item_price_name")]
PY
cat > schema.py <<'PY'
import sqlite3
import sys

database = sqlite3.connect("shop.db")
if "trigger" in sys.argv:
    database.execute("CREATE TRIGGER watch AFTER INSERT ON item BEGIN SELECT 1; END")
query = "SELECT type FROM sqlite_master WHERE tbl_name = 'item' ORDER BY type, name"
found = " ".join(kind for (kind,) in database.execute(query))
print(found)
assert found == sys.argv[1], found
PY
run() { PYTHONPATH=. venv/bin/tortoise -c shop.CONFIG "$@" > output; }
run init
run makemigrations
run migrate
venv/bin/python schema.py "index index table trigger" trigger
sed 's/price = fields.IntField/price = fields.BigIntField/' shop.py > changed.py
mv changed.py shop.py
run makemigrations
run migrate
venv/bin/python schema.py "table"
run makemigrations
grep "No changes detected" output
