#!/bin/sh
# sgqlc 18 with graphql-core 3.2.14 (PyPI)
#
# Expected: DateTime and Time, documented to map ISO 8601 strings to Python's datetime, read ".5" as half a
# second and "-03:30" as three and a half hours behind UTC, as datetime.fromisoformat() does.
#
# Seen: the digits after the point are taken as a number of microseconds, however many there are: ".5" is
# five of them and ".123", as JavaScript's toISOString() writes every moment, is 123. Only six digits are
# read rightly. The minutes of an offset are added whatever its sign: "-03:30" becomes -02:30.
#
# For users: answers of servers in JavaScript lose up to a second in silence, order within a second is lost
# where the digits differ in number, and moments in Newfoundland are an hour off. Declare the field as a
# string and parse it with fromisoformat().
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sgqlc==18 graphql-core==3.2.14
cat > check.py <<'PY'
from datetime import datetime

from sgqlc.operation import Operation
from sgqlc.types import Field, Schema, Type
from sgqlc.types.datetime import DateTime

schema = Schema()


class Query(Type):
    __schema__ = schema
    starts = Field(DateTime)


def read(text):
    operation = Operation(Query)
    operation.starts()
    return (operation + {"data": {"starts": text}}).starts


seen = {
    "2026-01-02T03:04:05.123456Z": "2026-01-02T03:04:05.123456+00:00",
    "2026-01-02T03:04:05.123Z": "2026-01-02T03:04:05.000123+00:00",
    "2026-01-02T03:04:05.5Z": "2026-01-02T03:04:05.000005+00:00",
    "2026-01-02T03:04:05+09:30": "2026-01-02T03:04:05+09:30",
    "2026-01-02T03:04:05-03:30": "2026-01-02T03:04:05-02:30",
}
for text, expected in seen.items():
    moment = read(text)
    right = moment == datetime.fromisoformat(text)
    print(text, "->", moment.isoformat(), "right" if right else "wrong")
    assert moment.isoformat() == expected
    assert right == (".123456" in text or "+09:30" in text)
PY
venv/bin/python check.py
