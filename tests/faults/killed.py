"""Migrations in processes that are killed at a statement.

A process reads lines from its standard input: a database's URL, `any` or `commit`, and a number.
A copy of it migrates, and kills itself before that statement, counted of all or of those after a
COMMIT. The answer is 1 where it was killed, 0 where the migration came to its end before.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from database.migrations import migrate
from tests.live import ROOT

Killed = Callable[[str, str, int], bool]
"Migrates this database, kills that at a statement, and returns whether it came to that."


@contextmanager
def killing() -> Generator[Killed]:
    """Start the process."""
    command = [sys.executable, "-m", "tests.faults.killed"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        questions, answers = process.stdin, process.stdout

        def killed(url: str, of: str, number: int) -> bool:
            questions.write(f"{url} {of} {number}\n")
            questions.flush()
            return {"0\n": False, "1\n": True}[answers.readline()]

        yield killed
        questions.close()


class Statements:
    """Counts statements, and kills the process at one of them."""

    def __init__(self, of: str, number: int) -> None:
        self._of = of
        self._left = number
        self._last = ""

    def note(self, sql: str) -> None:
        """Note that a statement is about to run."""
        if self._of == "any" or self._last.startswith("COMMIT"):
            self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        self._last = sql


def _note_sqlite(statements: Statements) -> None:
    connect = sqlite3.connect

    def noted(*given: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*given, **named)
        connection.set_trace_callback(statements.note)
        return connection

    sqlite3.connect = noted


def _note_postgres(statements: Statements) -> None:
    driver: Any = asyncpg.Connection

    def noting(run: Any) -> Any:
        async def noted(connection: Any, sql: str, *given: Any, **named: Any) -> Any:
            statements.note(sql)
            return await run(connection, sql, *given, **named)

        return noted

    for name in ("execute", "executemany", "fetch", "fetchrow"):
        setattr(driver, name, noting(getattr(driver, name)))


def _migrate(url: str, of: str, number: int) -> None:
    statements = Statements(of, number)
    _note_sqlite(statements)
    _note_postgres(statements)
    asyncio.run(migrate(url))


def main() -> None:
    """Answer the lines of standard input."""
    for line in sys.stdin:
        url, of, number = line.split()
        child = os.fork()
        if not child:
            _migrate(url, of, int(number))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status in (0, signal.SIGKILL), status
        print(int(status == signal.SIGKILL), flush=True)


if __name__ == "__main__":
    main()
