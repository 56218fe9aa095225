"""The packages of npm that the tests of this folder run."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def packages() -> None:
    """The locked packages, installed unless they are."""
    if shutil.which("node") is None:
        pytest.skip("needs Node")
    installed = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci"], cwd=HERE, check=True)
