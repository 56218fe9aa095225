"""PostgreSQL's URLs: each parameter of libpq is taken, or refused by its name."""

from typing import Any

import pytest

from database.connection import connected
from database.postgres_url import SOCKET_OPTIONS, DatabaseError, read_url
from tests.database.test_databases import value
from tests.databases import PostgresDatabases

NEON = "postgresql://me:p%40ss@db.example/joinery?sslmode=require&channel_binding=prefer"


def test_the_rest_of_a_url_stays_as_it_was():
    assert read_url(NEON).dsn == NEON.removesuffix("&channel_binding=prefer")
    assert read_url("postgresql:///joinery").dsn == "postgresql:///joinery"


@pytest.mark.parametrize(
    ("parameter", "says"),
    [
        ("channel_binding=require", "sslmode=verify-full"),
        ("keepalives=2", "keepalives=2 is no number from 0 to 1"),
        ("keepalives_idle=soon", "keepalives_idle=soon is no number"),
        ("keepalives_idle=40000", "from 0 to 32767"),
        ("tcp_user_timeout=-1", "is no number"),
        ("statement_timeout=5000", "JOINERY_DATABASE_STATEMENT_TIMEOUT"),
        ("search_path=sales", "options=-c%20search_path=VALUE"),
        ("sslrootcert=system&sslmode=require", "sslmode=verify-full"),
        ("sslrootcert=system&sslcert=me.crt", "file of the authorities"),
        ("connect_timeout=soon", "connect_timeout=soon is no number"),
        ("connect_timeout=", "is no number"),
        ("hostaddr=10.0.0.1", "into host"),
        ("colour=red", "colour=red is not supported"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(parameter: str, says: str):
    with pytest.raises(DatabaseError) as refused:
        read_url(f"postgresql://me:hunter2@db.example/joinery?{parameter}")
    assert parameter.split("&", maxsplit=1)[0].partition("=")[0] in str(refused.value)
    assert says in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_authorities_of_the_machine_may_be_trusted():
    url = read_url("postgresql://db.example/joinery?sslrootcert=system")
    assert url.dsn == "postgresql://db.example/joinery"
    assert url.trusts_system


def test_an_end_that_is_gone_is_noticed_when_the_url_says():
    options = read_url("postgresql://db.example/joinery").socket_options
    assert options == SOCKET_OPTIONS
    url = "postgresql://db.example/joinery?keepalives_idle=7&keepalives_count=0"
    options = read_url(f"{url}&keepalives_interval=8&tcp_user_timeout=9000").socket_options
    assert options == {
        "SO_KEEPALIVE": 1,
        "TCP_KEEPIDLE": 7,
        "TCP_KEEPINTVL": 8,
        "TCP_USER_TIMEOUT": 9000,
    }
    assert "SO_KEEPALIVE" not in read_url(f"{url}&keepalives=0").socket_options


async def test_what_is_taken_arrives(postgres_databases: PostgresDatabases, monkeypatch: Any):
    with postgres_databases.lend() as url:
        more = (
            "&application_name=console&connect_timeout=7&options=-c%20search_path=pg_catalog,public"
        )
        async with connected(f"{url}{more}&target_session_attrs=read-write"):
            assert await value("SHOW application_name") == "console"
            assert await value("SHOW search_path") == "pg_catalog,public"


async def test_hosts_are_tried_in_their_order(postgres_databases: PostgresDatabases):
    with postgres_databases.lend() as url:
        async with connected(url.replace("host=", "host=/nowhere,")):
            assert await value("SELECT 1") == 1
