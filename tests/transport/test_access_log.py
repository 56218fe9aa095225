"""A line for each request, with what operators need and nothing of people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from telemetry.requests import Record, Statement
from tests.faults.servers import ServerGroup, running, wait_until
from tests.tokens import SECRET, STAFF, token
from tests.transport.otlp import receiving
from transport.access_log import AccessLog
from transport.logs import configure_logs

pytestmark = pytest.mark.slow

CANARY = "zqcanary"
METRICS_TOKEN = f"{CANARY}-token-of-prometheus"
CONNECT_SECRET = f"{CANARY} secret for proofs alone, 32 bytes or more"
SETTINGS = {
    "JOINERY_ENV": "production",
    "JOINERY_CONNECT_SECRET": CONNECT_SECRET,
    "JOINERY_METRICS_TOKEN": METRICS_TOKEN,
    "JOINERY_LOG_LEVEL": "debug",
    "JOINERY_CORS_ORIGINS": "https://console.example",
}
UPSERT = """mutation Upsert($who: [InfluencerInput!]!) {
    upsertInfluencers(input: { influencers: $who }) { userErrors { message } } }"""
CREATE = """mutation Create($given: CreateCampaignInput!) {
    createCampaign(input: $given) { campaign { id } userErrors { message } } }"""
CONNECT = (
    """mutation Connect { connectAccount(input: { proof: "%s" }) { userErrors { message } } }"""
)
SEARCH = f'{{ influencers(filter: {{ search: "{CANARY}" }}) {{ nodes {{ name email }} }} }}'


def ask(
    server: ServerGroup,
    query: object,
    bearer: str | None = STAFF,
    variables: object = None,
    **headers: str,
) -> httpx.Response:
    authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return httpx.post(
        f"{server.url}/graphql",
        json={"query": query, "variables": variables},
        headers=authorization | headers,
        timeout=30,
    )


def line_of(server: ServerGroup, answer: httpx.Response) -> dict[str, Any]:
    wanted = answer.headers["X-Request-ID"]

    def found() -> list[dict[str, Any]]:
        return [entry for entry in server.entries("request") if entry["request_id"] == wanted]

    wait_until(lambda: len(found()) == 1, server.said)
    return found()[0]


def test_each_request_is_a_line_of_the_worker_that_answered(
    database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path, workers=2, settings=SETTINGS) as server:
        good = ask(server, "query Mine { campaigns { totalCount } }")
        line = line_of(server, good)
        assert line.pop("ms") > 0
        assert line.pop("worker") in server.workers()
        assert line.pop("timestamp").endswith("Z")
        assert line == {
            "event": "request",
            "level": "info",
            "logger": "joinery.access",
            "request_id": good.headers["X-Request-ID"],
            "method": "POST",
            "path": "/graphql",
            "operation": "Mine",
            "type": "query",
            "role": "STAFF",
            "outcome": "ok",
            "code": None,
            "status": 200,
        }

        given = ask(server, "{ nothing }", **{"X-Request-ID": "from-the-proxy/1"})
        assert given.headers["X-Request-ID"] == "from-the-proxy/1"
        line = line_of(server, given)
        assert (line["outcome"], line["code"], line["type"]) == (
            "refused",
            "GRAPHQL_VALIDATION_FAILED",
            "unknown",
        )
        origin = {"Origin": "https://console.example"}
        for odd in ("two words", "x" * 129, "a@b.example"):
            answer = ask(server, "{ nothing }", **{"X-Request-ID": odd}, **origin)
            assert len(answer.headers["X-Request-ID"]) == 16
            assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]

        refused = ask(server, "{ __typename }", token("STAFF", seconds=-1))
        assert line_of(server, refused)["status"] == 401
        [why] = [
            entry["reason"]
            for entry in server.entries("a token was refused")
            if entry["request_id"] == refused.headers["X-Request-ID"]
        ]
        assert why == "has expired"

        lost = line_of(server, httpx.get(f"{server.url}/{CANARY}?{CANARY}"))
        assert (lost["path"], lost["status"], lost["type"]) == ("other", 404, None)
        levels = {entry["path"]: entry["level"] for entry in server.entries("request")}
        assert levels["/health/ready"] == "debug"


def every_input(server: ServerGroup) -> Iterator[httpx.Response]:
    """Put the word into everything that a client can send."""
    person = {
        "externalId": f"{CANARY}-1",
        "name": f"{CANARY} Lestari",
        "country": "JP",
        "email": f"{CANARY}@example.com",
        "accounts": [
            {"platform": "TIKTOK", "externalId": CANARY, "handle": CANARY, "followers": 5}
        ],
    }
    campaign = {"title": CANARY, "brand": CANARY, "type": "SOCIAL", "platforms": ["TIKTOK"]}
    key = {"Idempotency-Key": f"{CANARY}-key"}
    yield ask(server, UPSERT, variables={"who": [person]}, **key)
    yield ask(server, CREATE, variables={"given": campaign}, **key)
    yield ask(server, CREATE, variables={"given": campaign | {CANARY: CANARY}})
    yield ask(server, CREATE, variables={"given": campaign | {"type": CANARY}})
    yield ask(server, SEARCH)
    yield ask(server, SEARCH, None)
    yield ask(server, f"{{ {CANARY} }}")
    yield ask(server, f'{{ "{CANARY}')
    yield ask(server, CANARY)
    yield ask(server, {CANARY: CANARY})
    yield ask(server, f'{{ node(id: "{CANARY}") {{ id }} }}')
    yield ask(server, CONNECT, token("INFLUENCER", sub=f"externalId:{CANARY}-1"))
    for sub in (f"{CANARY}@example.com", f"externalId:{CANARY}-2"):
        yield ask(server, "{ viewer { name } }", token("INFLUENCER", sub=sub, name=CANARY))
    yield ask(server, "{ viewer { name } }", token(CANARY, sub=CANARY))
    yield ask(server, "{ viewer { name } }", f"{CANARY}.{CANARY}.{CANARY}")
    odd = {"Cookie": CANARY, "User-Agent": CANARY, "Referer": CANARY, "X-Request-ID": f"{CANARY} x"}
    yield ask(server, "{ viewer { name } }", **odd)
    url = f"{server.url}/graphql"
    authorization = {"Authorization": f"Bearer {STAFF}"}
    yield httpx.get(url, params={"query": SEARCH}, headers=authorization)
    yield httpx.get(url, params={"query": "{ a }", "operationName": CANARY}, headers=authorization)
    json_body = authorization | {"Content-Type": "application/json"}
    yield httpx.post(url, content=f'{{"query": {CANARY}', headers=json_body)
    yield httpx.post(url, content=CANARY, headers={"Content-Type": f"text/{CANARY}"})
    yield httpx.request(CANARY.upper(), url)
    yield httpx.get(f"{server.url}/{CANARY}", params={CANARY: CANARY})
    yield httpx.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {CANARY}"})


def test_nothing_that_a_client_sends_is_in_the_log_the_metrics_or_the_traces(
    database_url: str, tmp_path: Path
) -> None:
    slow = {"JOINERY_SLOW_REQUEST": "0.000001"}  # statements of every request
    with (
        receiving() as receiver,
        running(
            database_url,
            tmp_path,
            workers=1,
            settings=SETTINGS | slow | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url},
        ) as server,
    ):
        answers = list(every_input(server))
        last = line_of(server, answers[-1])
        authorization = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        metrics = httpx.get(f"{server.url}/metrics", headers=authorization).text
        server.tell()
        server.ended()

    spans = b"".join(receiver.raw).decode("latin-1")
    assert "FROM influencer" in spans
    assert CANARY in answers[4].text, "people are found, so there is something to hide"
    assert any(
        "FROM influencer" in str(entry.get("statements")) for entry in server.entries("request")
    )
    assert last["is_slow"]
    said = server.said()
    for secret in (CANARY, "Lestari", "Mika", SECRET, CONNECT_SECRET, METRICS_TOKEN, STAFF, "eyJ"):
        assert secret.lower() not in said.lower(), secret
        assert secret.lower() not in metrics.lower(), secret
        assert secret.lower() not in spans.lower(), secret


@pytest.mark.usefixtures("own_logs")
def test_lines_for_people_have_the_same_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", as_json=False)
    record = Record("1")
    record.statements.append(Statement("SELECT 1", 1, 0.0, 2.5))
    AccessLog(as_json=False).tell(30, record, "POST", "/graphql", 2)
    AccessLog(as_json=False).tell(10, record, "GET", "/health/live", 0)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    for part in ("request", "path=/graphql", "ms=2000", "is_slow=True", "SELECT 1"):
        assert part in said
