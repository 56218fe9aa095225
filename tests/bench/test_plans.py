"""The bench of plans: each is frozen, applied and taken back, beside calls with ids."""

from pathlib import Path

import pytest

from bench.database import databases
from bench.flatness import SMALL_SIZES, prepare
from bench.plans import Load, Measured, measure, report
from bench.servers import Servers

QUICK = Load(SMALL_SIZES[1], items=200, calls=2, ids=20, singles=20)


@pytest.mark.fault
@pytest.mark.slow
def test_everything_is_measured(tmp_path: Path) -> None:
    with databases([QUICK.size], None, "flat", prepare) as (found,):
        measured = measure(found, Servers(found.url, tmp_path), QUICK, rounds=2)
    assert len(measured.rounds) == 2
    assert all(value > 0 for numbers in measured.rounds for value in numbers.values())
    assert all(0 < seconds < 10 for seconds in measured.waited)
    assert measured.waited


def test_goals_are_told_with_what_was_measured() -> None:
    numbers = {
        "freezing, s": 2.5,
        "applying, items/s": 8_100.0,
        "undoing, items/s": 7_900.0,
        "calls with ids, items/s": 2_700.0,
    }
    told = report(Measured([numbers], [0.1, 0.2, 0.4]), QUICK, {"PostgreSQL": "18"})
    assert "| freezing, s | at most 3 | 2.5 | yes |" in told
    assert "| applying, items/s | at least 8,000 | 8,100 | yes |" in told
    assert "| applying, to calls with ids | at least 3 | 3 | yes |" in told
    assert "| undoing, items/s | at least 8,000 | 7,900 | **no** |" in told
    assert "| undoing, to calls with ids | at least 3 | 2.93 | **no** |" in told
    assert "| `markJoined` of one beside a plan, p99 in s | at most 0.3 | 0.396 | **no** |" in told
