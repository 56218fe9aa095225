"""The bench of subscriptions: every server delivers each event to each subscriber."""

from pathlib import Path

import pytest

from bench.database import SMALL, database
from bench.deliveries import Load
from bench.live import CASES, measure, report
from bench.servers import NODE, Servers

QUICK = Load(
    idle=8, rest=1, audience=10, events=3, campaigns=4, each=2, rate=20, lag_rate=20, seconds=1
)


@pytest.mark.fault
@pytest.mark.slow
def test_everything_is_measured(tmp_path: Path) -> None:
    if not NODE.exists():
        pytest.skip("npm has not installed the peers")
    with database(SMALL, None) as found:
        measured = measure(found, Servers(found.url, tmp_path), QUICK, rounds=1)
    assert measured.keys() == CASES.keys()
    for case, by_server in measured.items():
        assert by_server.keys() == {peer.name for peer in CASES[case].servers}
    for case in ("one-to-many", "many-to-some"):
        assert all(row["server"] > 0 and row["p99"] > 1 for row in measured[case].values())
    assert measured["lag"]["joinery"]["p99"] > 1


def test_goals_are_told_with_what_was_measured() -> None:
    def row(server: float, p99: float) -> dict[str, float]:
        sizes = {"kilobytes": 10.0, "megabytes": 5_000.0, "cpu": 0.0}
        return {"server": server, "database": 3.0, "p50": 2.0, "p99": p99, "last": 4.0, **sizes}

    rows = {"joinery": row(60, 30), "yoga-live": row(200, 31), "mercurius-live": row(100, 90)}
    told = report(dict.fromkeys(CASES, rows), {"Node.js": "24"})
    assert "| one-to-many: server CPU to the better peer's | at most 0.5 | 0.60 | **no** |" in told
    assert "| one-to-many: p99 to the better peer's | below 1 | 0.97 | yes |" in told
    assert "| lag: p99, ms | at most 50 | 30.00 | yes |" in told
    assert "| Joinery | 10.0 | 5,000 | 0.0 |" in told
