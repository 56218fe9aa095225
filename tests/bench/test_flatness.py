"""The two sizes of data are made, and each case is asked in both."""

import pytest

from bench.flatness import SMALL_SIZES, cases, flatness


@pytest.mark.slow
def test_every_case_is_measured_at_both_sizes() -> None:
    chosen = cases()
    text = flatness(SMALL_SIZES, None, chosen, rounds=1)
    measured = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert len(measured) == len(chosen)
    # Each has looked at something, on both sides.
    assert not [line for line in measured if "(0)" in line]
