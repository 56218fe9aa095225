"""A real server: a process of `python server.py serve`, spoken to over HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.tokens import SECRET

ROOT = Path(__file__).parent.parent
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server and a client of it that takes paths: `server.http.get("/health/live")`."""

    url: str
    http: httpx.AsyncClient

    async def graphql(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """POST one operation; the whole answer, with `data` and `errors`."""
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self.http.post(
            "/graphql",
            json={"query": query, "variables": dict(variables or {})},
            headers={"Accept": "application/json", **authorization, **(headers or {})},
        )
        return answer.json()

    async def data(
        self, query: str, variables: Mapping[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """POST one operation that must go well; its `data`."""
        answer = await self.graphql(query, variables, token)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@contextmanager
def serving(
    database_url: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    root: Path = ROOT,
    port: int | None = None,
) -> Generator[str]:
    """Serve this database from `folder`, as its working directory; the server's address.

    `settings` are further `JOINERY_*` variables; those of our own environment are not handed on.
    `root` is the folder of the code. Without a `port` it is any that is free.
    """
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    ours = {name: value for name, value in os.environ.items() if not name.startswith("JOINERY_")}
    secrets = {"JOINERY_DATABASE_URL": database_url, "JOINERY_AUTH_SECRET": SECRET}
    command = [sys.executable, root / "server.py", "serve", "--port", str(port)]
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=ours | secrets | dict(settings or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return the number of a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server that was started can serve. Raises RuntimeError where it ends instead."""
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
