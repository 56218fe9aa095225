#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: a CheckConstraint in a model's `Meta.constraints` is in the table that its migration makes.
# The migration that `tortoise makemigrations` writes carries it in CreateModel's options, and
# AddConstraint of the same class makes it.
#
# Seen: CreateModel reads the unique constraints of its options and passes over the checks: the table has
# no CHECK, takes what the constraint forbids, and `makemigrations` sees nothing left to do.
#
# For users: the rule is in the model and in the migration, and nowhere in the database. Write an
# AddConstraint after each CreateModel by hand, and test it against the database.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > shop.py <<'PY'
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

CONFIG = {
    "connections": {"default": "sqlite://shop.db"},
    "apps": {"shop": {"models": ["shop"], "migrations": "shop_migrations"}},
}


class Item(Model):
    id = fields.IntField(primary_key=True)
    price = fields.IntField()

    class Meta:
        constraints = [CheckConstraint(check="price > 0", name="price_positive")]
PY
run() { PYTHONPATH=. venv/bin/tortoise -c shop.CONFIG "$@"; }
run init
run makemigrations
grep "price_positive" shop_migrations/0001*.py
run migrate
run makemigrations
cat > check.py <<'PY'
import glob
import sqlite3

database = sqlite3.connect("shop.db")
(table,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'item'").fetchone()
print(table)
assert "CHECK" not in table
database.execute("INSERT INTO item (price) VALUES (-1)")
assert len(glob.glob("shop_migrations/0*.py")) == 1
PY
venv/bin/python check.py
