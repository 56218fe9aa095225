#!/bin/sh
# asyncpg 0.32.0 (PyPI)
#
# Expected: `passfile` and `service` in a URL, and the variable PGSERVICE, mean what libpq means by them:
# in a password file `\:` is a colon and `\\` a backslash, in any field; values of a service file are
# taken as they are; a service that is nowhere is an error; PGSERVICE names one where the URL does not.
# asyncpg's documentation names all three and no difference.
#
# Seen: a password keeps its backslashes, so the server refuses it; a `%` in a service file raises
# InterpolationSyntaxError, as ConfigParser's default has it; a service that is nowhere is passed over,
# so the connection goes to whatever the defaults name; and PGSERVICE is looked at after the file was to
# be read, so it does nothing.
#
# For users: a file that psql takes may fail here by its password alone, and a misspelt service may
# connect to another database. In a password file leave the colons of a password as they are; read a
# service file with `ConfigParser(interpolation=None)`, and hand its values over as arguments.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check asyncpg==0.32.0
cat > check.py <<'PY'
import asyncio
import os
import struct
from configparser import InterpolationSyntaxError
from pathlib import Path

import asyncpg


async def main():
    said = []

    async def server(reader, writer):
        """Ask for a password in clear text, and refuse it."""
        [size] = struct.unpack("!i", await reader.readexactly(4))
        said.append((await reader.readexactly(size - 4))[4:])
        writer.write(b"R" + struct.pack("!ii", 8, 3))
        await reader.readexactly(1)
        [size] = struct.unpack("!i", await reader.readexactly(4))
        said.append((await reader.readexactly(size - 4)).rstrip(b"\0").decode())
        writer.close()

    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]

    async def connect(url):
        said.clear()
        try:
            await asyncpg.connect(url, timeout=5)
        except Exception as error:
            return error

    where = f"postgresql://me@127.0.0.1:{port}/db?sslmode=disable"

    Path("passwords").write_text("*:*:*:me:a\\:b\\\\c\n")
    Path("passwords").chmod(0o600)
    await connect(f"{where}&passfile=passwords")
    print(r"a password written a\:b\\c is sent as", said[1])
    assert said[1] != "a:b\\c", "mended"

    os.environ["PGSERVICEFILE"] = "services"
    Path("services").write_text("[percent]\npassword=100%\n[mine]\npassword=known\n")
    error = await connect(f"{where}&service=percent")
    print("a password 100% in a service file:", type(error).__name__)
    assert isinstance(error, InterpolationSyntaxError), "mended"

    os.environ["PGPASSWORD"] = "default"
    await connect(f"{where}&service=nowhere")
    print("a service that is nowhere is passed over; the password sent is", said[1])
    assert said[1] == "default", "mended"

    os.environ["PGSERVICE"] = "mine"
    await connect(where)
    print("with PGSERVICE=mine the password sent is", said[1])
    assert said[1] == "default", "mended"


asyncio.run(main())
PY
venv/bin/python check.py
