"""`--help` is quick: it imports nothing that only running a command needs."""

import subprocess
import sys

import pytest

from tests.live import ROOT

HEAVY = {"strawberry", "graphql", "tortoise", "asyncpg", "pydantic", "starlette", "uvicorn"}
SCRIPT = """
import runpy, sys
sys.argv = ["server.py", *sys.argv[1:]]
try:
    runpy.run_path("server.py", run_name="__main__")
finally:
    print("imported", *{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"], ["serve", "--port", "x"]])
def test_help_and_mistakes_import_no_library_that_only_a_command_needs(
    arguments: list[str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    imported = set(done.stdout.splitlines()[-1].split())
    assert "cyclopts" in imported
    assert imported & HEAVY == set()


def test_a_worker_imports_no_more_than_it_serves_with() -> None:
    script = "import server; server.app(); import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"cyclopts", "commands.demo_data.filling"} & set(done.stdout.split())
