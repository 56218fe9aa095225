"""Entries of the log: tracebacks tell where something went wrong, and no values."""

import json
import logging

import pytest
from tortoise.exceptions import IntegrityError

from database.connection import connected
from database.session import run
from tests.databases import PostgresDatabases
from transport.logs import configure_logs

INSERT = "INSERT INTO lease (name, holder, expires_at) VALUES (:name, 'a', 1)"

VALUE = "zq" + "canary"  # a traceback shows the lines of this file


@pytest.mark.usefixtures("own_logs")
async def test_a_traceback_has_no_row_of_the_database(
    postgres_databases: PostgresDatabases, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info", as_json=True)
    with postgres_databases.lend() as url:
        async with connected(url):
            await run(INSERT, name=VALUE)
            with pytest.raises(IntegrityError, match=VALUE) as raised:
                await run(INSERT, name=VALUE)
            logging.getLogger("tests").error("wrong", exc_info=raised.value)
    said = capsys.readouterr().err
    [entry] = [json.loads(line) for line in said.splitlines() if '"wrong"' in line]
    assert entry["exception"].startswith("Traceback")
    assert "duplicate key value" in entry["exception"]
    assert VALUE not in said
