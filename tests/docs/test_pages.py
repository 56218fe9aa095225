"""Answers in README.md and docs/tutorial.md are those of a fresh demo; other pages are valid."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from resolvers.mutations.webhook_input import DEFAULT_SELECTION
from tests.docs.pages import PAGES, answers, demo_server, steps
from tests.live import ROOT

SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
DOCS = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^ *```graphql.*?\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "at_least"), list(zip(PAGES, (5, 16), strict=True)))
async def test_every_operation_of_a_page_gives_the_answer_it_tells(
    page: Path, at_least: int, tmp_path: Path
) -> None:
    told = steps(page)
    async with demo_server(tmp_path) as server:
        given = await answers(server, told)

    assert len(told) >= at_least
    for step, answer in zip(told, given, strict=True):
        assert answer == json.loads(step.answer), step.operation


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_operation_of_a_page_is_valid(page: Path) -> None:
    for operation in BLOCK.findall(page.read_text()):
        assert validate(SCHEMA, parse(operation)) == [], operation


def test_the_pages_with_the_recipes_have_operations() -> None:
    found = {page.name: len(BLOCK.findall(page.read_text())) for page in DOCS}
    assert found["live.md"] >= 4
    assert found["webhooks.md"] >= 5


def test_the_page_shows_the_selection_of_a_webhook_that_has_none() -> None:
    assert f"```text\n{DEFAULT_SELECTION}\n```" in (ROOT / "docs" / "webhooks.md").read_text()
