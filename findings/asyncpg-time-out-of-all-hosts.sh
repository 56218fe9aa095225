#!/bin/sh
# asyncpg 0.32.0 (PyPI)
#
# Expected: with several hosts in the URL, as `postgresql://one,two/db`, a host that takes the
# connection and does not answer is given up after `timeout`, and the next one is tried. libpq, whose
# form of URL this is, says so of its connect_timeout: it is for each host.
#
# Seen: `timeout` is for all hosts together. The first one that is silent uses it up, the second is
# never tried, and the whole call raises TimeoutError, however often it is made. A host that refuses the
# connection is passed over as it should be. The issue tracker knows it (MagicStack/asyncpg#1155, open).
#
# For users: failover by such a URL works in trials where the old primary is stopped, and not where its
# machine or network is gone. Connect to the hosts one by one, each with a time-out of its own
# (`connect=` of a pool takes the function that does).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check asyncpg==0.32.0
cat > check.py <<'PY'
import asyncio
import socket
from contextlib import suppress

import asyncpg


async def main():
    asked = []

    async def silent(reader, writer):
        asked.append("silent")
        with suppress(asyncio.CancelledError):
            await reader.read()
        writer.close()

    async def other(reader, writer):
        asked.append("other")
        writer.close()

    servers = [await asyncio.start_server(each, "127.0.0.1", 0) for each in (silent, other)]
    ports = [each.sockets[0].getsockname()[1] for each in servers]
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        refusing = closed.getsockname()[1]
        for first in (refusing, ports[0]):
            asked.clear()
            hosts = f"127.0.0.1:{first},127.0.0.1:{ports[1]}"
            try:
                await asyncpg.connect(f"postgresql://me:x@{hosts}/db?sslmode=disable", timeout=2)
            except Exception as error:
                print(f"first host {'refuses' if first == refusing else 'is silent'}:"
                      f" asked {asked}, {type(error).__name__}")
    assert asked == ["silent"], "the next host was tried: mended"


asyncio.run(main())
PY
venv/bin/python check.py
