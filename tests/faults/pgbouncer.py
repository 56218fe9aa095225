"""A real PgBouncer before the tests' PostgreSQL, where it is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import Postgres, ending_with_us, unprivileged

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SECONDS = 30

# Of the parameters that a client may send at its start it takes those that it must, and no more.
CONFIGURATION = """
[databases]
* = host={postgres} user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
"""


@contextmanager
def pgbouncer(server: Postgres, mode: str, size: int = 50) -> Generator[Path]:
    """Run a PgBouncer in this mode of pooling; the folder of its socket."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed: nothing is tried through it")
    owner = unprivileged()
    with tempfile.TemporaryDirectory(prefix="joinery-pool-") as name:
        folder = Path(name)
        file = folder / "pgbouncer.ini"
        settings = {"postgres": server.folder, "folder": folder, "mode": mode, "size": size}
        file.write_text(CONFIGURATION.format(**settings))
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        with (folder / "log").open("wb") as log:
            command = [*ending_with_us(), PROGRAM, str(file)]
            process = subprocess.Popen[bytes](command, stdout=log, stderr=log, cwd="/", **owner)
        try:
            _wait_until_ready(folder, process)
            yield folder
        finally:
            process.kill()
            process.wait()


def through(folder: Path, url: str) -> str:
    """Return the URL of a database, by way of a pooler."""
    return f"{url.partition('?')[0]}?host={folder}&port=6432"


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while not _listens(folder):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PgBouncer did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.02)


def _listens(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(folder / ".s.PGSQL.6432")) == 0
