"""How far a request walks: whoever follows one reads this many files."""

from pathlib import Path

import pytest

from bench.walk import walk

MAX_FILES = 38


async def test_a_warm_mark_joined_enters_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JOINERY_DATABASE_URL", f"sqlite://{tmp_path}/walk.db")
    files = await walk()
    assert "workflow/table.py" in files
    assert len(files) <= MAX_FILES, "\n".join(files)
