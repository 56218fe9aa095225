"""How many SQL statements a request takes, as PostgreSQL itself has logged them."""

import re
from pathlib import Path

from bench.database import Database
from bench.servers import JOINERY, Servers
from bench.workloads import Workload

_EXECUTED = re.compile(r"^.*LOG:  (?:execute|statement)\b", re.MULTILINE)
REQUESTS = 4
"""The first ones also make a connection ready."""


def statements(workload: Workload, database: Database, servers: Servers) -> int:
    """Return the statements of one request to Joinery, BEGIN and COMMIT among them."""
    log = database.server.folder / "log"
    counts = list[int]()
    _set(database, "SET log_statement = 'all'")
    try:
        with servers.start(JOINERY) as joinery:
            for request in workload.requests(database)[:REQUESTS]:
                before = _executed(log)
                joinery.ask(workload, request)
                counts.append(_executed(log) - before)
    finally:
        _set(database, "RESET log_statement")
        database.reset()
    return min(counts)


def _set(database: Database, words: str) -> None:
    """Set a setting of the database, for the connections that are made from now on."""
    database.server.sql(f'ALTER DATABASE "{database.name}" {words}')


def _executed(log: Path) -> int:
    return len(_EXECUTED.findall(log.read_text(errors="replace")))
