"""A server with one thing broken is found out, whatever the thing: torture sees what it must."""

from pathlib import Path

import pytest

from tests.databases import PostgresDatabases
from tests.torture.history import Violation
from tests.torture.play import Torture
from tests.torture.sabotage import FAULTS
from tests.torture.stage import Stage, opened

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_found(fault: str, postgres_databases: PostgresDatabases, tmp_path: Path) -> None:
    settings = {"SABOTAGE": fault}
    program = "tests/torture/sabotage.py"
    with postgres_databases.lend() as url:
        stage = Stage(url, tmp_path, workers=2, program=program, settings=settings)
        with opened(stage), pytest.raises(Violation, match=r"^seed 1"):
            Torture(stage, seed=1, actions=1_500, campaigns=2, chapter=150).run()
