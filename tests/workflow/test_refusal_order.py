"""The order of refusals is a list of its own, which does not follow the enum of their codes."""

import subprocess
import sys
from pathlib import Path

from workflow.decisions import CELLS
from workflow.enums import ErrorCode
from workflow.page import page
from workflow.table import REFUSAL_ORDER

ROOT = Path(__file__).parents[2]
SORTED = """
from enum import StrEnum
from workflow import enums
names = sorted(enums.ErrorCode.__members__)
assert names != list(enums.ErrorCode.__members__)
enums.ErrorCode = StrEnum("ErrorCode", {name: name for name in names})
from tests.workflow.test_refusal_order import told
print(told(), end="")
"""


def told() -> str:
    """Everything whose order is that of refusals."""
    cells = (
        [str(one.refusal) for one in cell.conditions] for row in CELLS.values() for cell in row
    )
    return "\n".join([page(), *(" ".join(cell) for cell in cells)])


OF_PLANS = {
    ErrorCode.DRIFTED,
    ErrorCode.PLAN_NOT_READY,
    ErrorCode.PLAN_IN_THE_WAY,
    ErrorCode.FREEZING_FAILED,
}
"""Codes that the rules of participations do not give."""


def test_every_code_has_a_place() -> None:
    assert sorted(REFUSAL_ORDER) == sorted({*ErrorCode} - OF_PLANS)


def test_sorting_the_codes_changes_nothing() -> None:
    command = [sys.executable, "-c", SORTED]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == told()
