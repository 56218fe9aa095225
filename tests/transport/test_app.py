"""The whole server, as a process: its addresses, its health, and who gets in."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from database.connection import connected
from telemetry.version import version
from tests.databases import Databases
from tests.live import Server
from tests.tokens import STAFF, token
from tests.transport.conftest import only_error
from tests.transport.serving import served
from transport import health
from transport.negotiation import GRAPHQL_RESPONSE, JSON


async def test_other_addresses_and_methods_are_refused_in_json(shared_server: Server) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/graphql/x", 404),
        ("GET", "/graphql/", 404),
        ("POST", "/graphql/", 404),
        ("OPTIONS", "/graphql/", 404),
        ("GET", "//graphql", 404),
        ("GET", "/health/live/", 404),
        ("GET", "/graphiql/assets/", 404),
        ("PROPFIND", "/nowhere", 404),
        ("PUT", "/graphql", 405),
        ("DELETE", "/graphql", 405),
        ("POST", "/health/live", 405),
    ):
        answer = await shared_server.http.request(method, f"{shared_server.url}{path}")
        assert answer.status_code == status, (method, path)
        assert only_error(answer)["extensions"] == {"code": "INVALID_INPUT"}
        assert ("Allow" in answer.headers) == (status == 405)


async def test_options_tells_the_methods(shared_server: Server) -> None:
    answer = await shared_server.http.options("/graphql")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


async def test_health_needs_no_token(shared_server: Server) -> None:
    live = await shared_server.http.get("/health/live")
    assert (live.status_code, live.json()) == (200, {"status": "ok", "version": version()})
    ready = await shared_server.http.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "database": "ok", "migrations": "ok"}


@pytest.mark.parametrize("media_type", [JSON, GRAPHQL_RESPONSE])
@pytest.mark.parametrize(
    "authorization",
    [
        "Basic c3RhZmY6cGFzcw==",
        "Bearer nonsense",
        f"Bearer {token('STAFF', seconds=-1)}",
        f"Bearer {token('STAFF', secret='another secret of at least 32 bytes')}",
        f"Bearer {token('INFLUENCER', influencer=404)}",
    ],
)
async def test_a_bad_token_is_refused_even_where_none_is_needed(
    shared_server: Server, authorization: str, media_type: str
) -> None:
    answer = await shared_server.http.post(
        "/graphql",
        json={"query": "{ __typename }"},
        headers={"Authorization": authorization, "Accept": media_type},
    )
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert only_error(answer)["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_good_token_gets_in(shared_server: Server) -> None:
    query = "{ viewer { role name } }"
    assert await shared_server.data(query, token=STAFF) == {
        "viewer": {"role": "STAFF", "name": "Mika Sato"}
    }
    refused = await shared_server.graphql(query)
    assert refused["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_repeated_call_creates_one_campaign(shared_server: Server) -> None:
    query = """
        mutation A($input: CreateCampaignInput!) {
          createCampaign(input: $input) { campaign { id createdAt } userErrors { code } }
        }
    """
    campaign = {"title": "Once", "brand": "Acme", "type": "SOCIAL", "platforms": ["TIKTOK"]}
    headers = {"Idempotency-Key": "0b7e2f0e-once"}
    first, again = [
        await shared_server.graphql(query, {"input": campaign}, STAFF, headers) for _ in range(2)
    ]
    assert first["data"]["createCampaign"]["campaign"]["id"]
    assert again == first
    found = await shared_server.data(
        '{ campaigns(filter: {search: "Once"}) { totalCount } }', token=STAFF
    )
    assert found == {"campaigns": {"totalCount": 1}}


async def readiness() -> httpx.Response:
    """What a server that has this process's database would say."""
    app = Starlette(routes=[Route("/health/ready", health.ready)])
    async with served(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        return await http.get("/health/ready")


async def test_a_database_without_tables_is_not_ready(databases: Databases) -> None:
    with databases.lend(migrated=False) as url:
        async with connected(url):
            answer = await readiness()
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert "run `python server.py migrate`" in answer.json()["migrations"]


async def test_a_database_that_is_gone_is_not_ready(postgres_databases: Databases) -> None:
    with postgres_databases.lend() as url:
        connection = connected(url)
        await connection.__aenter__()
    try:
        answer = await readiness()
    finally:
        await connection.__aexit__(None, None, None)
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "cannot be reached"}
