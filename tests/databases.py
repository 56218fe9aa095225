"""A new migrated database for each test, fast: migrated once, then copied."""

import asyncio
import itertools
import shutil
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from database.migrations import migrate
from tests.postgres import Postgres


class Databases(Protocol):
    """SQLite or PostgreSQL, ready to lend databases."""

    def lend(self, *, migrated: bool = True) -> AbstractContextManager[str]:
        """Lend the URL of a new database, which is gone afterwards."""
        ...


class SqliteDatabases:
    """Databases that are files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._template = folder / "template.db"
        asyncio.run(migrate(_file_url(self._template)))

    @contextmanager
    def lend(self, *, migrated: bool = True) -> Generator[str]:
        """See `Databases`."""
        file = self._folder / f"{next(self._numbers)}.db"
        if migrated:
            shutil.copyfile(self._template, file)
        yield _file_url(file)
        for left in self._folder.glob(f"{file.name}*"):
            left.unlink()


class PostgresDatabases:
    """Databases of one PostgreSQL server."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        asyncio.run(migrate(server.create("template_joinery")))

    @contextmanager
    def lend(self, *, migrated: bool = True) -> Generator[str]:
        """See `Databases`."""
        name = f"joinery_{next(self._numbers)}"
        yield self._server.create(name, "template_joinery" if migrated else "template1")
        self._server.drop(name)


def _file_url(file: Path) -> str:
    return f"sqlite://{file}"
