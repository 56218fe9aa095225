#!/bin/sh
# aiodataloader 0.4.3 and strawberry-graphql 0.327.7 (PyPI)
#
# Expected: a load that is cancelled, as by a time-out around it, concerns its own caller: others who
# wait for the same key, or ask for it later, get the value.
#
# Seen: all loads of a key share one future, and cancelling a task cancels the future that it waits for.
# Whoever else waits for that key is cancelled too, in both loaders. In aiodataloader the key stays so:
# each later load of it raises CancelledError, also when the rows have come. (Strawberry's loader loads
# it again.) A CancelledError ends a whole operation, not one field.
#
# For users: put asyncio.shield() around a load that has a time-out.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aiodataloader==0.4.3 strawberry-graphql==0.327.7
cat > check.py <<'PY'
import asyncio

from aiodataloader import DataLoader
from strawberry.dataloader import DataLoader as StrawberryLoader


async def outcome(load):
    try:
        return await load
    except asyncio.CancelledError:
        return "cancelled"


async def trial(make):
    may_answer = asyncio.Event()

    async def rows(keys):
        await may_answer.wait()
        return [f"row {key}" for key in keys]

    async def load():
        return await loader.load(1)

    loader = make(rows)
    first, second = asyncio.create_task(load()), asyncio.create_task(load())
    try:
        await asyncio.wait_for(first, 0.01)
    except asyncio.TimeoutError:
        pass
    may_answer.set()
    return await outcome(second), await outcome(load())


async def main():
    theirs = await trial(DataLoader), await trial(lambda rows: StrawberryLoader(load_fn=rows))
    print("second waiter, later load:", theirs)
    assert theirs == (("cancelled", "cancelled"), ("cancelled", "row 1")), theirs


asyncio.run(main())
PY
venv/bin/python check.py
