"""Run the programs and operations of the documentation, and write the answers again.

`python -m tests.docs.pages` writes the answers anew, after something has changed them for good.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx

from tests.live import ROOT, Server, serving
from tests.tokens import STAFF, token

PAGES = (ROOT / "README.md", ROOT / "docs" / "tutorial.md")
WIDTH = 98
_STEP = re.compile(r"```graphql (\S+)\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)
_UNDER_WAY = re.compile(r'"status": "(PREPARING|APPLYING)"')
_SERVICE = token("SERVICE", name="Post tracker")
_SCRIPT = re.compile(r"^```(?:ts|python) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_OPERATION = re.compile(r"^```graphql", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """An operation of a page, who runs it, and the answer that stands below it."""

    caller: str
    "STAFF, SERVICE, or the external id of an influencer of the demo."
    operation: str
    answer: str

    @property
    def token(self) -> str:
        """The caller's token."""
        ready = {"STAFF": STAFF, "SERVICE": _SERVICE}.get(self.caller)
        return ready or token("INFLUENCER", sub=f"externalId:{self.caller}")


def steps(page: Path) -> list[Step]:
    """Return the steps of a page in order; every operation must have its answer."""
    text = page.read_text()
    found = [Step(*match.groups()) for match in _STEP.finditer(text)]
    assert len(found) == len(_OPERATION.findall(text)), "an operation has no answer"
    return found


def scripts(page: Path) -> dict[str, str]:
    """Return the programs of a page that have a file's name, by it."""
    return dict(_SCRIPT.findall(page.read_text(encoding="utf-8")))


@asynccontextmanager
async def demo_server(folder: Path) -> AsyncGenerator[Server]:
    """A server on a fresh demo, as `make run` starts it."""
    url = f"sqlite://{folder / 'demo.db'}"
    for command in ("migrate", "demo"):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            ROOT / "server.py",
            command,
            cwd=folder,
            env={"JOINERY_DATABASE_URL": url},
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == 0
    with serving(url, folder) as address:
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            yield Server(address, http)


async def answers(server: Server, told: Sequence[Step]) -> list[Any]:
    """What the server answers to the steps, one after the other."""
    return [await _answer(server, step) for step in told]


async def _answer(server: Server, step: Step) -> Any:
    """The answer to a step; a query is asked again until no plan in it is under way."""
    async with asyncio.timeout(30):
        while True:
            answer = await server.graphql(step.operation, token=step.token)
            if step.operation.startswith("mutation") or not _UNDER_WAY.search(json.dumps(answer)):
                return answer


def written(value: Any, indent: str = "") -> str:
    """Return JSON as the pages have it: on one line where it fits."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not value or not isinstance(value, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        parts = [
            f"{deeper}{json.dumps(key)}: {written(item, deeper)}" for key, item in items.items()
        ]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    listed = cast("list[Any]", value)
    return "[\n" + ",\n".join(deeper + written(item, deeper) for item in listed) + f"\n{indent}]"


async def _answers_of_a_fresh_demo(told: Sequence[Step]) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with demo_server(Path(folder)) as server:
            return await answers(server, told)


def rewrite(page: Path) -> None:
    """Write the answers of this server into a page."""
    text, told = page.read_text(), steps(page)
    given = asyncio.run(_answers_of_a_fresh_demo(told))
    for step, answer in zip(told, given, strict=True):
        before = f"{step.operation}```\n\n```json\n{step.answer}```"
        after = f"{step.operation}```\n\n```json\n{written(answer)}\n```"
        text = text.replace(before, after)
    page.write_text(text)


if __name__ == "__main__":
    for each in PAGES:
        rewrite(each)
