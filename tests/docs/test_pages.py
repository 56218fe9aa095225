"""What README.md and docs/tutorial.md tell is what a fresh demo answers."""

import json
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, answers, demo_server, steps


@pytest.mark.slow
@pytest.mark.parametrize(("page", "at_least"), list(zip(PAGES, (2, 16), strict=True)))
async def test_every_operation_of_a_page_gives_the_answer_it_tells(
    page: Path, at_least: int, tmp_path: Path
) -> None:
    told = steps(page)
    async with demo_server(tmp_path) as server:
        given = await answers(server, told)

    assert len(told) >= at_least
    for step, answer in zip(told, given, strict=True):
        assert answer == json.loads(step.answer), step.operation
