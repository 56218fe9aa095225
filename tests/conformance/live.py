"""The npm clients of live updates, each in a process of its own (`live.mjs`)."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.tokens import STAFF
from tests.transport.streams.news import CHANGED

HERE = Path(__file__).parent
SECONDS = 60


class Client:
    """A running client, and the lines that it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.told: list[list[Any]] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self.told.append(json.loads(line))

    def of(self, what: str) -> list[list[Any]]:
        """The lines of one kind, such as `next`."""
        return [rest for name, *rest in self.told if name == what]

    @property
    def cursors(self) -> list[str]:
        """The cursors of the changes that the client has received."""
        changes = [result["data"]["participationChanged"] for [result] in self.of("next")]
        return [change["cursor"] for change in changes]

    async def until(self, what: str, number: int = 1) -> None:
        """Wait until the client has printed this number of lines of one kind."""
        async with asyncio.timeout(SECONDS):
            while len(self.of(what)) < number:
                assert not self._reading.done(), self.told
                await asyncio.sleep(0.02)

    async def use(self, bearer: str) -> None:
        """Make the client connect with another token from now on."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{bearer}\n".encode())
        await self._process.stdin.drain()


@asynccontextmanager
async def client(
    protocol: str, url: str, bearer: str = STAFF, query: str = CHANGED, attempts: int = 5
) -> AsyncGenerator[Client]:
    """Subscribe by `ws` or `sse`."""
    process = await asyncio.create_subprocess_exec(
        *("node", "live.mjs", protocol, f"{url}/graphql", bearer, query, str(attempts)),
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
