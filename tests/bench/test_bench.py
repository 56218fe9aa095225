"""The bench on small data: every server answers as Joinery does, and the load is counted."""

import shutil
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import _is_plain, _parser  # pyright: ignore[reportPrivateUsage]
from bench.compare import difference
from bench.database import SMALL, Database, database
from bench.measure import Load, LoadError
from bench.report import picture, results
from bench.servers import JOINERY, NODE, PEERS, Servers
from bench.session import Plan, Session, measure
from bench.setup import set_up
from bench.statements import statements
from bench.workloads import WORKLOADS, Workload

pytestmark = pytest.mark.slow
needs_wrk = pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")


@pytest.fixture(scope="module")
def small() -> Generator[Database]:
    """A PostgreSQL with the bench's data, few of them."""
    with database(SMALL, None) as found:
        yield found


@pytest.fixture
def servers(small: Database, tmp_path: Path) -> Servers:
    """Where servers on it are started."""
    return Servers(small.url, tmp_path)


def test_every_server_answers_every_workload_as_joinery_does(
    small: Database, servers: Servers
) -> None:
    """All that are installed here: those on Node.js are where npm is."""
    peers = [peer for peer in PEERS if peer.kind != "node" or NODE.exists()]
    set_up(servers.folder, [peer for peer in peers if peer.kind != "node"])
    with ExitStack() as stack:
        running = [stack.enter_context(servers.start(peer)) for peer in peers]
        for workload in WORKLOADS:
            asked = [one for one in running if workload.name not in one.peer.cannot]
            requests = workload.requests(small)
            assert len(requests) >= 12
            Session(workload, small, requests, asked).compare()


@needs_wrk
def test_a_run_counts_and_leaves_the_data_as_they_were(small: Database, servers: Servers) -> None:
    """One workload that reads and one that writes; what comes of them can be told."""
    plan = Plan(rounds=1, seconds=1, connections=(16,))
    floor = next(peer for peer in PEERS if peer.name == "floor_json")
    before = small.rows("SELECT count(*), sum(version) FROM participation")
    known: dict[str, Any] = {
        name: {
            "date": "today",
            "machine": "this one",
            "versions": {},
            "small": True,
            "peers": measure(_workload(name), small, servers, [JOINERY, floor], plan),
        }
        for name in ("Q3", "M1")
    }
    assert small.rows("SELECT count(*), sum(version) FROM participation") == before
    read, written = known["Q3"]["peers"], known["M1"]["peers"]
    assert read.keys() == {"joinery", "floor_json"}
    assert written.keys() == {"joinery"}
    assert all(run[16]["per_second"] > 1 for run in [*read.values(), *written.values()])
    assert read["joinery"][16]["server_cpu"] > 0
    assert "| Joinery | 16 |" in results(known)
    assert "Floor: PostgreSQL builds the JSON" in picture(known)


def test_a_bulk_call_is_few_statements(small: Database, servers: Servers) -> None:
    """Counted in PostgreSQL's log, which tells nothing any more afterwards."""
    bulk = _workload("M2")
    assert 3 <= statements(bulk, small, servers) <= 12
    assert small.rows("SHOW log_statement") == [["none"]]


def test_goals_are_told_with_what_was_measured() -> None:
    """Each with whether it was met; those without numbers are left out."""

    def run(per_second: float, cpu: float) -> dict[int, Any]:
        numbers = {"p50": 1, "p99": 2, "memory": 3, "database_cpu": 0, "spread": 0.25}
        return {16: {"per_second": per_second, "server_cpu": cpu, **numbers}}

    peers = {"joinery": run(300, 3), "yoga": run(100, 9), "floor_json": run(900, 2)}
    about: dict[str, Any] = {
        "date": "today",
        "machine": "this one",
        "versions": {},
        "small": False,
        "rounds": 3,
    }
    told = results({"Q1": {**about, "peers": peers}, "M2": {**about, "peers": {}, "statements": 7}})
    assert "| Q1 | requests/s to the best Node.js peer's | at least 2.5 | 3 | yes |" in told
    assert "builds | at most 1 | 1.5 | **no** |" in told
    assert "| M2 | SQL statements, BEGIN and COMMIT among them | at most 12 | 7 | yes |" in told
    assert "| Q3 |" not in told
    assert "rounds lay 25% apart" in told


@pytest.mark.parametrize(
    ("words", "is_plain"),
    [
        ([], True),
        (["--folder", "elsewhere"], True),
        (["Q1"], False),
        (["--connections", "1"], False),
        (["--rounds", "1"], False),
        (["--peers", "yoga"], False),
        (["--small"], False),
    ],
)
def test_only_a_run_of_everything_writes_the_results(words: list[str], is_plain: bool) -> None:
    """In part, or shorter, it would take the other numbers away."""
    assert _is_plain(_parser().parse_args(words)) is is_plain


@needs_wrk
def test_a_request_that_fails_fails_the_run(small: Database, servers: Servers) -> None:
    """An error in an answer counts, and so does another status than 200."""
    workload = _workload("Q3")
    with servers.start(JOINERY) as running:
        file = servers.folder / "requests"
        running.write_requests(workload, workload.requests(small), file)
        url, pid = running.url(workload), running.process.pid
        with pytest.raises(LoadError, match="failed"):
            Load(f"{url}/nowhere", file, False, pid, small.pid).run(1, 1)
        file.write_text(file.read_text().replace("postTracking", "noSuchField"))
        with pytest.raises(LoadError, match="failed"):
            Load(url, file, False, pid, small.pid).run(1, 1)


def test_an_answer_that_differs_is_told_with_its_place() -> None:
    """Only how moments and ids are written may differ."""
    ours = {"nodes": [{"id": "gid://joinery/Campaign/7", "at": "2026-01-01T00:00:00Z"}]}
    same = {"nodes": [{"id": "7", "at": "2026-01-01T00:00:00.000+00:00"}]}
    later = {"nodes": [{"id": "7", "at": "2026-01-01T00:00:00.5Z"}]}
    assert difference(ours, same, bare_ids=True) == ""
    assert "data.nodes.0.at" in difference(ours, later, bare_ids=True)
    assert "data.nodes.0.id" in difference(ours, same)
    assert "data.nodes" in difference(ours, {"nodes": []})


def _workload(name: str) -> Workload:
    return next(workload for workload in WORKLOADS if workload.name == name)
