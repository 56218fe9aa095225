"""Whether memory stands, whatever documents come; and what a caller without a token costs.

`python -m bench.memory` writes MEMORY.md. The server runs as in production, on PostgreSQL. Each
document is sent once. They differ in names, aliases, literals and fields, and so in their SQL;
one in four is wrong.
"""

import argparse
import asyncio
import datetime as dt
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
from graphql import get_introspection_query

from bench.database import SMALL, Database, database
from bench.measure import children, cpu, resident
from bench.servers import JOINERY, ROOT, TOKENS, Running, Servers
from bench.setup import machine
from execution.documents import MAX_PUBLIC_TOKENS

MARKS = (5_000, 20_000, 50_000)
"""Memory is read after so many documents."""
GOAL = 1.3
CPU_GOAL = 50
"""Milliseconds."""
AT_ONCE = 16
REPEATS = 20
RESULTS = Path(__file__).parent / "MEMORY.md"

_FIELDS = "id title brand description type status platforms countries capacity createdAt updatedAt"
_GRAPHQL = "/graphql"


def document(number: int) -> str:
    """Return a document like no other."""
    chosen = random.Random(number)  # noqa: S311
    fields = " ".join(chosen.sample(_FIELDS.split(), 6))
    match number % 4:
        case 0:
            return f"query Q{number} {{ campaigns(first: 3) {{ nodes {{ {fields} }} }} }}"
        case 1:
            return (
                f"{{ campaigns(first: 3) {{ nodes {{ a{number}: title {fields} }} totalCount }} }}"
            )
        case 2:
            return (
                f'{{ influencers(first: 2, filter: {{ search: "s{number}" }}) {{ nodes {{ id name'
                f" participations(first: 1) {{ nodes {{ campaign {{ {fields} }} }} }} }} }} }}"
            )
        case _:
            wrong = "{ nodes { title" if number % 8 == 3 else f"{{ nodes {{ title no{number} }} }}"
            return f"query W{number} {{ campaigns(first: 3) {wrong} }}"


async def _send(running: Running, first: int, last: int, headers: dict[str, str]) -> None:
    numbers = iter(range(first, last))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=60) as http:

        async def send() -> None:
            for number in numbers:
                body = {"query": document(number)}
                (await http.post(_GRAPHQL, json=body, headers=headers)).read()

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))


def grown(
    running: Running, postgres: int, marks: Sequence[int], headers: dict[str, str]
) -> tuple[list[float], list[float]]:
    """Return the megabytes of the server, and of PostgreSQL, after so many documents."""
    ours: list[float] = []
    theirs: list[float] = []
    for before, mark in zip((0, *marks), marks, strict=False):
        asyncio.run(_send(running, before, mark, headers))
        ours.append(resident(running.process.pid))
        theirs.append(sum(map(_own, children(postgres))))
    return ours, theirs


def _own(pid: int) -> float:
    """Return the megabytes that no other process shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _wide(tokens: int) -> str:
    return "{" + "__typename " * (tokens - 2) + "}"


def _body(query: str, more: str = "{}") -> Callable[[httpx.Client], httpx.Response]:
    text = f'{{"query": "{query}", "variables": {more}}}'.encode()
    return lambda http: http.post(_GRAPHQL, content=text)


def _with(**headers: str) -> Callable[[httpx.Client], httpx.Response]:
    lists = "[" + "[],[]," * 690_000 + "[]]"
    text = f'{{"query": "{{ viewer {{ id }} }}", "variables": {{"a": {lists}}}}}'.encode()
    return lambda http: http.post(_GRAPHQL, content=text, headers=headers)


_INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
).replace("\n", " ")
CASES: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "introspection with all that tools ask for": _body(_INTROSPECTION),
    "as many `__typename` as are taken": _body(_wide(MAX_PUBLIC_TOKENS)),
    "a document of 4,000 characters that needs a token": _body("{" + "a " * 2_000 + "}"),
    "one of 4,000 characters that is not closed": _body("{a" * 2_000),
    "one of 150,000 characters": _body(_wide(15_000)),
    "60 KiB of variables": _body("{ __typename }", '{"a": [' + "[]," * 20_000 + "[]]}"),
    "4 MiB of variables": _with(),
    "4 MiB of variables, and a token of another signer": _with(
        Authorization="Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    ),
    "a header of 2 MiB": lambda http: http.post(
        _GRAPHQL, json={"query": "{ __typename }"}, headers={"Accept": "x," * (1 << 20)}
    ),
    "an address of 32 KiB": lambda http: http.get(f"{_GRAPHQL}?{'a' * 9}&{'b&' * 16_000}"),
}
"""The costliest that somebody without a token can send, as far as we know."""


def costs(running: Running) -> dict[str, float]:
    """Return the milliseconds of the server's processor time that each case takes."""
    found: dict[str, float] = {}
    headers = {"Content-Type": "application/json"}
    address = f"http://127.0.0.1:{running.port}"
    with httpx.Client(base_url=address, timeout=60, headers=headers) as http:
        for title, send in CASES.items():
            send(http)
            before = cpu(running.process.pid)
            for _ in range(REPEATS):
                send(http)
            found[title] = (cpu(running.process.pid) - before) / REPEATS * 1_000
    return found


def report(grown_by: dict[str, list[float]], marks: Sequence[int], spent: dict[str, float]) -> str:
    """Return the report, in Markdown."""
    lines = [
        _HEAD.format(date=dt.datetime.now(tz=dt.UTC).date(), machine=machine(), goal=GOAL),
        f"| whose, caller | {' | '.join(f'{mark:,}' for mark in marks)} | ratio | |",
        f"| --- | {'---: | ' * len(marks)}---: | --- |",
    ]
    for whose, sizes in grown_by.items():
        ratio = sizes[-1] / sizes[0]
        told = " | ".join(f"{size:.0f}" for size in sizes)
        lines.append(f"| {whose} | {told} | {ratio:.2f} | {'' if ratio <= GOAL else 'over'} |")
    lines.append(_COSTS.format(repeats=REPEATS, goal=CPU_GOAL))
    for title, cost in spent.items():
        lines.append(f"| {title} | {cost:.1f} | {'' if cost <= CPU_GOAL else 'over'} |")
    return "\n".join([*lines, ""])


_HEAD = """\
# Memory, and callers without a token

Made by `python -m bench.memory` on {date}: {machine}.

Megabytes after so many documents, each sent once: what is resident of the server's one process,
and what PostgreSQL's processes have for themselves. Goal: at the end at most {goal} times as much
as after the first. PostgreSQL's grow until each connection has prepared all that it keeps.
"""
_COSTS = """
Milliseconds of the server's processor time for a request without a token, mean of {repeats}.
Goal: at most {goal}.

| request | ms | |
| --- | ---: | --- |"""


def measure(
    found: Database, folder: Path, marks: Sequence[int]
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Return megabytes by whose they are and who calls, and milliseconds by request."""
    callers = {
        "with a token": {"Authorization": f"Bearer {TOKENS.of(None)}"},
        "without": dict[str, str](),
    }
    servers = Servers(found.url, folder)
    grown_by: dict[str, list[float]] = {}
    for caller, headers in callers.items():
        with servers.start(JOINERY) as running:
            ours, theirs = grown(running, found.pid, marks, headers)
        grown_by |= {f"server, {caller}": ours, f"PostgreSQL, {caller}": theirs}
    with servers.start(JOINERY) as running:
        return grown_by, costs(running)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser("python -m bench.memory", description=__doc__)
    parser.add_argument("--documents", type=int, default=MARKS[-1], help="%(default)s")
    parser.add_argument("--folder", default=str(ROOT / ".bench"), help="%(default)s")
    asked = parser.parse_args(words)
    marks = sorted({*(mark for mark in MARKS if mark < asked.documents), asked.documents})
    folder = Path(asked.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with database(SMALL, folder) as found:
        grown_by, spent = measure(found, folder, marks)
    text = report(grown_by, marks, spent)
    print(text)
    if asked.documents == MARKS[-1]:
        RESULTS.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
