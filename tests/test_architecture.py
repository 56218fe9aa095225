"""Imports run one way, as the contracts of pyproject.toml say."""

import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent


def test_imports_run_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    # import-linter puts the working directory on the path, and we have it there already.
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == 0, capsys.readouterr().out
