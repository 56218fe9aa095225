"""docs/workflow.md says what the table says."""

import re

from workflow.page import PATH, page
from workflow.rows import workflow_rows
from workflow.table import POST_ROLES

DIAGRAM = re.compile(r"```mermaid\nstateDiagram-v2\n(.*?)```", re.DOTALL)
ARROW = re.compile(r"    (\S+) --> (\S+): ([A-Z_, ]+)")


def test_the_page_is_fresh() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "stale: run `make docs`"


def test_the_diagrams_draw_every_move_from_one_status_to_another() -> None:
    drawn = {
        (source, target, action)
        for diagram in DIAGRAM.findall(page())
        for line in diagram.splitlines()
        for source, target, actions in [arrow(line)]
        for action in actions.split(", ")
    }
    for row in workflow_rows():
        before, after = row.from_status, row.to_status
        if row.action in POST_ROLES:
            before, after = row.from_post, row.to_post
            if before is after:
                continue
        if after is not None:
            assert (before or "[*]", after, row.action) in drawn


def arrow(line: str) -> tuple[str, str, str]:
    """What Mermaid would read: from, to, label."""
    match = ARROW.fullmatch(line)
    assert match, line
    source, target, label = match.groups()
    return source, target, label


def test_every_table_has_the_same_number_of_cells_in_each_line() -> None:
    for table in re.findall(r"(?:^\|.*\n)+", page(), re.MULTILINE):
        assert len({line.count(" | ") for line in table.splitlines()}) == 1
