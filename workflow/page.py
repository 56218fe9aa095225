"""docs/workflow.md: the rules as tables and state diagrams, written from `workflow/table.py`.

`python -m workflow.page` writes the file; a test fails when it is stale.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from workflow.enums import Action, ErrorCode, ParticipationStatus
from workflow.rows import WorkflowRow, workflow_rows
from workflow.table import (
    ANY,
    CALL_CONDITIONS,
    PLACE_LEFT,
    POST_ROLES,
    REFUSAL_ORDER,
    REPEATS,
    RUNNING,
    STALE_CONDITIONS,
    TRACKED_OTHERS,
    TRACKED_SELECTION,
    TRANSITIONS,
    UNTRACKED_OTHERS,
    UNTRACKED_SELECTION,
    Campaigns,
    Condition,
    Repeat,
    Transition,
)

PATH = Path(__file__).parents[1] / "docs" / "workflow.md"

_KINDS = {
    "Selection campaigns": TRACKED_SELECTION,
    "Other campaigns": TRACKED_OTHERS,
    "Selection campaigns without post tracking": UNTRACKED_SELECTION,
    "Other campaigns without post tracking": UNTRACKED_OTHERS,
}

_HEAD = """\
# The workflow

<!-- Written by `make docs` from workflow/table.py. Edit the table, not this page. -->

Who takes part in which campaign, and in which status, changes by the moves on this page and by no
others. In the diagrams `[*]` is an influencer who does not take part: there is no participation,
or it is `REMOVED`, and then it starts its next round. Entering `APPROVED` or `JOINED` takes a
place of the campaign's capacity, leaving them gives it back.

A campaign of either type, SOCIAL or AFFILIATE, may be a Selection campaign, whose applicants are
approved. The moves are the same in both types. Only affiliate campaigns may be without post
tracking: nobody selects an account there.

`rule` is the name of a row, which stays the same; the history says of each event by which it was
decided (`ParticipationEvent.decision`).
"""

_POSTS_HEAD = """\
## Posts

The same in every campaign that tracks posts, whatever became of the participation, while the
campaign is running and when it is `COMPLETED`. `APPROVED` and `INEFFECTIVE` are final.
"""

_REPEATS_HEAD = """\
## Asking again

Asking for what is so already changes nothing, writes no event, and is answered `UNCHANGED`.
"""

_REFUSALS_HEAD = """\
## Refusals

The first code of this list that applies is the answer. A move that no table above allows, and
that is not named here, is `TRANSITION_NOT_ALLOWED`. `CONNECT_ACCOUNT` and `ERASE` are never
refused: where they cannot move a participation, they leave it as it is.
"""


def page() -> str:
    """Return the whole page, as Markdown."""
    parts = [_HEAD, *(_kind(title, kind) for title, kind in _KINDS.items())]
    parts += [_POSTS_HEAD, _posts(), _REPEATS_HEAD, _repeats(), _REFUSALS_HEAD, _refusals()]
    return "\n".join(parts)


def _kind(title: str, kind: Campaigns) -> str:
    rows = [
        row
        for row in workflow_rows(selection=kind.selection)
        if row.post_tracking in (None, kind.tracking) and row.action not in POST_ROLES
    ]
    return f"## {title}\n\n{_diagram(_moves(rows))}\n{_move_table(rows)}"


def _posts() -> str:
    rows = [row for row in workflow_rows(selection=False) if row.to_post is not None]
    edges = (
        (_state(row.from_post), _state(row.to_post), row.action)
        for row in rows
        if row.from_post is not row.to_post
    )
    table = _table(
        ("rule", "action", "who", "from", "to", "condition"),
        (
            (
                _code(row.rule),
                _code(row.action),
                _codes(row.roles),
                _code(row.from_post),
                _code(row.to_post),
                row.condition,
            )
            for row in rows
            if row.action in POST_ROLES
        ),
    )
    return f"{_diagram(edges)}\n{table}"


def _repeats() -> str:
    return _table(
        ("action", "while", "condition"),
        ((_code(r.action), _sources(r), r.when.text if r.when else "") for r in REPEATS),
    )


def _refusals() -> str:
    return _table(
        ("code", "action", "where"),
        (
            (_code(code), ", ".join(actions), where)
            for code in REFUSAL_ORDER
            for where, actions in _causes(code).items()
        ),
    )


# Diagrams: one arrow from a state to another, with all actions


def _moves(rows: Iterable[WorkflowRow]) -> Iterator[tuple[str, str, Action]]:
    for row in rows:
        if row.to_status is not None:
            yield _state(row.from_status), _state(row.to_status), row.action


def _state(status: str | None) -> str:
    return status or "[*]"


def _diagram(edges: Iterable[tuple[str, str, Action]]) -> str:
    labels: dict[tuple[str, str], dict[Action, None]] = {}
    for source, target, action in edges:
        labels.setdefault((source, target), {})[action] = None
    arrows = (f"    {a} --> {b}: {', '.join(actions)}" for (a, b), actions in labels.items())
    return "\n".join(("```mermaid", "stateDiagram-v2", *arrows, "```", ""))


# Tables.


def _move_table(rows: Iterable[WorkflowRow]) -> str:
    """Return a table in which rows that differ only in `from` share a line."""
    sources: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        stays = row.to_status is row.from_status and row.to_status is not None
        to = "the same" if stays else _code(row.to_status)
        key = (_code(row.rule), _code(row.action), _codes(row.roles), to, row.condition)
        sources.setdefault(key, []).append(_code(row.from_status))
    return _table(
        ("rule", "action", "who", "from", "to", "condition"),
        (
            (rule, action, who, ", ".join(starts), to, condition)
            for (rule, action, who, to, condition), starts in sources.items()
        ),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _code(name: str | None) -> str:
    return f"`{name}`" if name else "none"


def _codes(names: Iterable[str | None]) -> str:
    return ", ".join(map(_code, names))


def _sources(row: Transition | Repeat) -> str:
    if len(row.sources) < len(ParticipationStatus):
        return _codes(row.sources)
    return "any status" if None not in row.sources else "any status, or none"


# Refusals: which conditions and rows answer with a code.


def _causes(code: ErrorCode) -> dict[str, list[str]]:
    """Return in which cases the code is the answer, and to which actions."""
    causes: dict[str, dict[str, None]] = {}
    for action, condition in _conditions():
        if condition.refusal is code:
            causes.setdefault(f"unless {condition.text}", {})[action] = None
    for row in TRANSITIONS:
        if row.refusal is code:
            causes.setdefault(_where(row), {})[_code(row.action)] = None
    return {where: list(actions) for where, actions in causes.items()}


def _conditions() -> Iterator[tuple[str, Condition]]:
    """Yield every condition with the actions that it may refuse."""
    for condition in (*STALE_CONDITIONS, RUNNING, PLACE_LEFT):
        yield "any", condition
    for action, asked in CALL_CONDITIONS.items():
        yield from ((_code(action), condition) for condition in asked)
    for row in TRANSITIONS:
        yield from ((_code(row.action), condition) for condition in row.guards)


def _where(row: Transition) -> str:
    where = "Selection campaigns" if row.campaigns.selection else "other campaigns"
    return f"from {_sources(row)} in {'any campaign' if row.campaigns == ANY else where}"


def main() -> None:
    """Write the page to its file."""
    PATH.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
