"""An outage is two lines, however many requests it fails."""

from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from telemetry import outages
from telemetry.outages import Outage


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its only item."""
    now = [100.0]
    # One that has logged before is past capturing.
    monkeypatch.setattr(outages, "_log", structlog.get_logger())
    monkeypatch.setattr(outages, "monotonic", lambda: now[0])
    return now


def test_each_kind_of_failure_is_told_once_and_the_end_once(clock: list[float]) -> None:
    outage = Outage()
    with capture_logs() as logs:
        outage.succeeded()
        for _ in range(3):
            outage.failed(ConnectionRefusedError("10.0.0.7"))
            clock[0] += 0.5
            outage.succeeded()  # of another connection: it is not over yet
        outage.failed(TimeoutError())
        clock[0] += 2
        outage.succeeded()
        outage.succeeded()
        outage.failed(TimeoutError())
    assert told(logs) == [
        ("the database is unavailable", "ConnectionRefusedError('10.0.0.7')"),
        ("the database is unavailable", "TimeoutError()"),
        ("the database is available again", 3.5),
        ("the database is unavailable", "TimeoutError()"),
    ]
    assert logs[2]["failures"] == 4


def told(logs: list[Any]) -> list[tuple[str, object]]:
    return [(entry["event"], entry.get("error", entry.get("seconds"))) for entry in logs]
