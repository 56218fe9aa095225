"""Two ways to run a command: typed in this process, or as a process of its own."""

import os
from pathlib import Path

import pytest

from tests.commands.running import CommandLine, Typed


@pytest.fixture
def run(
    own_logs: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Typed:
    """Commands in an empty folder, with no setting but those given."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("JOINERY_")]:
        monkeypatch.delenv(name)
    return Typed(monkeypatch, capsys)


@pytest.fixture
def process(tmp_path: Path) -> CommandLine:
    """The same as processes of their own."""
    return CommandLine(tmp_path)
