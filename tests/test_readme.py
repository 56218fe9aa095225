"""What the README tells is what a fresh demo answers."""

import json
from pathlib import Path

from tests.readme import README, answers, demo_server, steps


async def test_every_operation_of_the_readme_gives_the_answer_it_tells(tmp_path: Path) -> None:
    told = steps(README.read_text())
    async with demo_server(tmp_path) as server:
        given = await answers(server, told)

    assert len(told) > 15
    for step, answer in zip(told, given, strict=True):
        assert answer == json.loads(step.answer), step.operation
