"""A server of several workers, while workers die."""

from pathlib import Path

import pytest

from tests.databases import PostgresDatabases
from tests.faults.servers import running, wait_until

pytestmark = pytest.mark.slow


def test_a_worker_that_is_killed_is_replaced(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with postgres_databases.lend() as url, running(url, tmp_path) as server:
        killed = server.kill_worker()
        wait_until(lambda: killed not in (now := server.workers()) and len(now) == 2, server.said)
        server.wait_until_ready()
        server.tell()
        assert server.ended() == 0
