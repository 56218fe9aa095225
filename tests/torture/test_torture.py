"""Random actions, at once and one after the other, while workers die."""

import ast
import asyncio
from collections.abc import Generator
from itertools import count
from pathlib import Path
from random import Random

import httpx
import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.databases import Databases
from tests.torture import rules
from tests.torture.callers import Callers
from tests.torture.calls import Draw
from tests.torture.cast import ADVERTISERS
from tests.torture.chapter import cast_of, check_chapter
from tests.torture.play import Torture
from tests.torture.stage import Stage, opened

pytestmark = pytest.mark.slow

SEED = 17


@pytest.fixture(scope="module")
def stage(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    """Two workers on a new database."""
    folder = tmp_path_factory.mktemp("torture")
    with databases.lend() as url, opened(Stage(url, folder, 2, restarts=False)) as stage:
        yield stage


def test_what_happens_at_once_while_workers_die_can_be_explained(stage: Stage) -> None:
    torture = Torture(stage, SEED, actions=200, faults_every=60)
    torture.run()
    assert torture.answered >= 200
    assert stage.faults


def test_what_happens_one_after_the_other_can_be_explained(stage: Stage) -> None:
    OneAfterTheOther.stage = stage
    run_state_machine_as_test(
        OneAfterTheOther,
        settings=settings(
            max_examples=3,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_the_model_shares_nothing_with_the_server() -> None:
    tree = ast.parse(Path(rules.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections.abc", "typing"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


RANDOMS = st.randoms(use_true_random=False)
PEOPLE = st.integers(0, 7)
CHAPTERS = count(100)


class OneAfterTheOther(RuleBasedStateMachine):
    """Calls of which each ends before the next begins, so that a failure shrinks to a story."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    @initialize()
    def begin(self) -> None:
        cast = self.runner.run(cast_of(self.stage.database_url, next(CHAPTERS), 3))
        self.callers = Callers(self.stage.url, cast, "", 1_000)
        self.http = self.runner.run(self._connect())

    @rule(random=RANDOMS)
    def staff(self, random: Random) -> None:
        self._act("staff", random)

    @rule(random=RANDOMS)
    def manager(self, random: Random) -> None:
        self._act("manager", random)

    @rule(random=RANDOMS, advertiser=st.sampled_from(ADVERTISERS))
    def advertiser(self, random: Random, advertiser: str) -> None:
        self._act(advertiser, random)

    @rule(random=RANDOMS, person=PEOPLE)
    def creator(self, random: Random, person: int) -> None:
        self._act(f"{person} owner", random)

    def teardown(self) -> None:
        if hasattr(self, "callers"):
            self.runner.run(self.http.aclose())
            self.runner.run(check_chapter(self.stage.database_url, self.callers))
        self.runner.close()

    async def _connect(self) -> httpx.AsyncClient:
        return self.callers.connections()

    def _act(self, who: str, random: Random) -> None:
        call = self.callers.next_call(who, Draw(random, self.callers.cast, self.callers.known))
        record = self.runner.run(self.callers.send(self.http, call, with_key=True))
        note(f"{call}: {record.answer}")
