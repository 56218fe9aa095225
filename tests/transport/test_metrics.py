"""Metrics for Prometheus, of several workers too."""

import os
import re
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from commands.errors import CommandError
from commands.serve import serve
from tests.faults.servers import ServerGroup, running, wait_until
from tests.live import free_port
from tests.tokens import STAFF
from transport.settings import Settings, SettingsError

pytestmark = pytest.mark.slow
TOKEN = "a-token-for-prometheus"


def ask(server: ServerGroup, query: str, token: str | None = STAFF) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(f"{server.url}/graphql", json={"query": query}, headers=headers)


def read(url: str, token: str | None = None) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.get(url, headers=headers)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def number(url: str, name: str, labels: Mapping[str, str], token: str | None = None) -> float:
    """The sum of all series that have these labels."""
    wanted = set(labels.items())
    return sum(
        value
        for (sample, its), value in read(url, token).items()
        if sample == name and wanted <= its
    )


def test_workers_are_counted_together_at_a_port_of_its_own(
    database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/metrics"
    settings = {"JOINERY_METRICS_PORT": str(port)}
    with running(database_url, tmp_path, workers=2, settings=settings) as server:
        for _ in range(20):  # each over a connection of its own, so both workers get some
            assert ask(server, "query Mine { campaigns { totalCount } }").status_code == 200
        ask(server, "{ nothing }")
        ask(server, "{ campaigns { totalCount } }", token="nonsense")
        ok = {"operation": "other", "type": "query", "outcome": "ok"}
        wait_until(lambda: number(url, "joinery_operations_total", ok) == 20)
        invalid = {"outcome": "refused", "code": "GRAPHQL_VALIDATION_FAILED"}
        wait_until(lambda: number(url, "joinery_operations_total", invalid) == 1)
        unknown = {"outcome": "refused", "code": "UNAUTHENTICATED", "type": "unknown"}
        wait_until(lambda: number(url, "joinery_operations_total", unknown) == 1)
        assert number(url, "joinery_operation_seconds_count", {"type": "query"}) == 20
        assert number(url, "joinery_sql_seconds_bucket", {"le": "+Inf"}) == 20
        assert number(url, "joinery_pool_limit", {}) >= 12
        pids = {dict(its).get("pid") for name, its in read(url) if name.startswith("process_")}
        assert pids == set(map(str, server.workers()))

        killed = {server.kill_worker(pid) for pid in server.workers()}

        def are_replaced() -> bool:
            assert number(url, "joinery_operations_total", ok) == 20
            workers = set(server.workers())
            return len(workers) == 2 and not workers & killed

        wait_until(are_replaced, server.said)
        server.wait_until_ready()
        assert number(url, "joinery_operations_total", ok) == 20
        assert "metrics cannot be handed on" not in server.said()
        assert httpx.get(f"{server.url}/metrics").status_code == 404


def test_a_token_opens_the_metrics_of_the_servers_own_port(
    database_url: str, tmp_path: Path
) -> None:
    trusted = tmp_path / "documents"
    trusted.mkdir()
    (trusted / "mine.graphql").write_text("query Mine { campaigns { totalCount } }")
    settings = {"JOINERY_METRICS_TOKEN": TOKEN, "JOINERY_TRUSTED_DOCUMENTS": str(trusted)}
    with running(database_url, tmp_path, workers=1, settings=settings) as server:
        url = f"{server.url}/metrics"
        assert ask(server, "{ campaigns { totalCount } }").status_code == 200
        for given in ({}, {"Authorization": f"Bearer {STAFF}"}, {"Authorization": TOKEN}):
            answer = httpx.get(url, headers=given)
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        wait_until(lambda: number(url, "joinery_operations_total", {"outcome": "ok"}, TOKEN) == 1)
        for name in ("Mine", "Yours"):  # the latter is what somebody calls it
            assert ask(server, f"query {name} {{ campaigns {{ totalCount }} }}").status_code == 200
        wait_until(lambda: number(url, "joinery_operations_total", {"outcome": "ok"}, TOKEN) == 3)
        trusted_one, others = {"operation": "Mine"}, {"operation": "other", "outcome": "ok"}
        assert number(url, "joinery_operations_total", trusted_one, TOKEN) == 1
        assert number(url, "joinery_operations_total", others, TOKEN) == 2
        assert number(url, "joinery_operation_seconds_count", trusted_one, TOKEN) == 1
        [info] = [its for name, its in read(url, TOKEN) if name == "joinery_build_info"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", dict(info)["version"])
        os.kill(server.process.pid, signal.SIGTERM)
        server.ended()


def test_a_short_token_is_refused() -> None:
    with pytest.raises(SettingsError, match="JOINERY_METRICS_TOKEN: "):
        Settings(metrics_token="short")


@pytest.mark.usefixtures("own_logs")
def test_a_port_that_is_taken_is_told(
    sqlite_databases: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("JOINERY_METRICS_PORT", str(taken.getsockname()[1]))
        monkeypatch.chdir(tmp_path)
        with pytest.raises(CommandError, match="cannot be listened at"):
            serve(port=free_port())


@pytest.mark.usefixtures("own_logs")
def test_a_port_that_is_the_servers_own_is_refused(
    sqlite_databases: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("JOINERY_METRICS_PORT", str(port))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match="JOINERY_METRICS_PORT"):
        serve(port=port)
