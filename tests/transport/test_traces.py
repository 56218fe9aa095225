"""Traces by OpenTelemetry, sent to a receiver of OTLP."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.faults.servers import running, wait_until
from tests.live import ROOT
from tests.tokens import STAFF, token
from tests.transport.otlp import attributes, receiving
from transport import traces
from transport.settings import SettingsError

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PROOF = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA"  # signed with a key that nobody has
CONNECT = (
    f'mutation {{ connectAccount(input: {{ proof: "{PROOF}" }}) {{ userErrors {{ code }} }} }}'
)
CREATE = """mutation { upsertInfluencers(input: { influencers: [
    { externalId: "1", name: "N" }] }) { influencers { id } } }"""


@pytest.mark.slow
def test_a_request_and_its_statements_are_spans_of_the_callers_trace(
    database_url: str, tmp_path: Path
) -> None:
    with receiving() as receiver:
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
            "JOINERY_CONNECT_JWKS_URL": f"{receiver.url}/keys",
            "JOINERY_LOG_FORMAT": "json",
        }
        with running(database_url, tmp_path, workers=1, settings=settings) as server:
            headers = {"Authorization": f"Bearer {STAFF}", "traceparent": f"00-{TRACE}-{PARENT}-01"}

            def ask(query: str, bearer: str = STAFF) -> httpx.Response:
                told = headers | {"Authorization": f"Bearer {bearer}"}
                return httpx.post(f"{server.url}/graphql", json={"query": query}, headers=told)

            ask("query Mine { campaigns { nodes { title } } }")
            ask("{ nothing }")
            ask(CREATE)
            ask(CONNECT, token("INFLUENCER", sub="externalId:1"))
            wait_until(lambda: len(receiver.named("query Mine")) == 1, server.said)
            wait_until(lambda: len(receiver.named("GraphQL")) == 1, server.said)
            [request] = receiver.named("query Mine")
            [statement] = [
                each for each in receiver.spans if each.parent_span_id == request.span_id
            ]
            [refused] = receiver.named("GraphQL")
            lines = server.entries("request")

    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert statement.name == "SELECT campaign"
    assert request.start_time_unix_nano <= statement.start_time_unix_nano
    assert statement.start_time_unix_nano < statement.end_time_unix_nano
    assert statement.end_time_unix_nano <= request.end_time_unix_nano
    told = attributes(request)
    assert told["graphql.operation.type"] == "query"
    assert told["graphql.operation.name"] == "Mine"
    assert "graphql.document" not in told
    assert (told["http.request.method"], told["http.response.status_code"]) == ("POST", 200)
    told = attributes(statement)
    assert told["db.system.name"] == ("sqlite" if "sqlite" in database_url else "postgresql")
    assert "FROM campaign" in told["db.query.text"]
    assert attributes(refused)["error.type"] == "GRAPHQL_VALIDATION_FAILED"
    [for_keys] = receiver.asked
    assert for_keys["Traceparent"].startswith(f"00-{TRACE}-")
    [resource, *_] = receiver.resources
    assert resource["service.name"] == "joinery"
    assert resource["deployment.environment.name"] == "test"
    assert {line.get("trace_id") for line in lines if line["path"] == "/graphql"} == {TRACE}


@pytest.mark.slow
def test_a_receiver_that_is_away_costs_nothing_but_the_traces(
    database_url: str, tmp_path: Path
) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    with running(database_url, tmp_path, workers=1, settings=settings) as server:
        headers = {"Authorization": f"Bearer {STAFF}"}
        query = {"query": "{ campaigns { totalCount } }"}
        answer = httpx.post(f"{server.url}/graphql", json=query, headers=headers)
        assert answer.json() == {"data": {"campaigns": {"totalCount": 0}}}
        server.tell()
        assert server.ended(15) in (0, -15)


def test_nothing_is_imported_where_no_exporter_is_configured() -> None:
    code = "import server, sys; sys.exit('opentelemetry' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_missing_packages_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(traces, "find_spec", find_nothing)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(SettingsError, match=r"^OTEL_EXPORTER_OTLP_ENDPOINT: .*requirements-otel"):
        traces.traces_wanted()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not traces.traces_wanted()
