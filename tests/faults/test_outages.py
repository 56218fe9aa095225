"""An outage of the database is a line when it begins and a line when it is over."""

from pathlib import Path

import httpx
import pytest

from tests.databases import PostgresDatabases
from tests.faults.proxy import proxied
from tests.faults.servers import running, wait_until
from tests.postgres import Postgres
from tests.tokens import STAFF

pytestmark = pytest.mark.slow

SETTINGS = {
    "JOINERY_LOG_FORMAT": "json",
    "JOINERY_REQUEST_TIMEOUT": "2",
    "JOINERY_DATABASE_CONNECT_TIMEOUT": "0.3",
}
REQUESTS = 8


@pytest.mark.fault
def test_an_outage_is_told_once_however_many_requests_it_fails(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with (
        postgres_databases.lend() as url,
        proxied(postgres_server.folder) as proxy,
        running(proxy.url_of(url), tmp_path, workers=1, settings=SETTINGS) as server,
    ):
        ids = set[str | None]()

        def status() -> int:
            answer = httpx.post(
                f"{server.url}/graphql",
                json={"query": "{ campaigns { totalCount } }"},
                headers={
                    "Authorization": f"Bearer {STAFF}",
                    "Accept": "application/graphql-response+json",
                },
                timeout=30,
            )
            errors = answer.json().get("errors", [])
            ids.update(error["extensions"].get("id") for error in errors)
            return 503 if errors and errors[0]["extensions"]["code"] == "UNAVAILABLE" else 200

        assert status() == 200
        proxy.swallow()
        assert [status() for _ in range(REQUESTS)] == [503] * REQUESTS
        server.wait_until_ready(503)
        proxy.restore()
        wait_until(
            lambda: (
                server.readiness() == 200
                and bool(server.entries("the database is available again"))
            ),
            server.said,
        )
        began = server.entries("the database is unavailable")
        [ended] = server.entries("the database is available again")

    ids.discard(None)
    assert ids
    assert ids <= {line["request_id"] for line in server.entries("request")}
    assert 1 <= len(began) < REQUESTS / 2
    assert len({entry["error"].partition("(")[0] for entry in began}) == len(began)
    assert ended["seconds"] > 0
    assert ended["failures"] >= len(began)
    assert "Traceback" not in server.said()
    assert "Failed to restore the pool" not in server.said()
