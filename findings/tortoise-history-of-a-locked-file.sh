#!/bin/sh
# tortoise-orm 1.1.9 with aiosqlite 0.22.1 (PyPI)
#
# Expected: `tortoise history` lists the applied migrations, or ends with an error where it cannot read
# them.
#
# Seen: while another process holds the lock of the SQLite file, it waits for the driver's five seconds,
# prints an empty list and exits with 0. Every error of the query is taken for "there are none": its
# except clause names Exception, so a role without SELECT on the table, or a lost connection, reads the
# same on other databases.
#
# For users: a script that looks at this list takes a busy database for one that was never migrated. Read
# the table `tortoise_migrations` itself there.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
cat > shop.py <<'PY'
from tortoise import fields
from tortoise.models import Model

CONFIG = {
    "connections": {"default": "sqlite://shop.db?journal_mode=DELETE"},
    "apps": {"shop": {"models": ["shop"], "migrations": "shop_migrations"}},
}


class Item(Model):
    id = fields.IntField(primary_key=True)
PY
export PYTHONPATH=.
venv/bin/tortoise -c shop.CONFIG init > output
venv/bin/tortoise -c shop.CONFIG makemigrations > output
venv/bin/tortoise -c shop.CONFIG migrate > output
venv/bin/tortoise -c shop.CONFIG history > before
cat > locked.py <<'PY'
import sqlite3
import subprocess

writer = sqlite3.connect("shop.db")
writer.execute("BEGIN EXCLUSIVE")
command = ["venv/bin/tortoise", "-c", "shop.CONFIG", "history"]
ran = subprocess.run(command, capture_output=True, text=True)
writer.rollback()
before = open("before").read()
print(before, "locked, exit code", ran.returncode, ":", ran.stdout, ran.stderr)
assert "0001_initial" in before
assert ran.returncode == 0
assert "0001_initial" not in ran.stdout + ran.stderr
PY
venv/bin/python locked.py
