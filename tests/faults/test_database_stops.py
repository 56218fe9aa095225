"""PostgreSQL stops at once, as where its machine loses its power, and comes back."""

import asyncio
import itertools
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from database.migrations import migrate
from tests.faults.servers import SECONDS, running
from tests.postgres import Postgres, postgres
from tests.tokens import STAFF

EVERY = 1 / 30
"Seconds from one request to the next."
QUERIES = (
    "{ campaigns { totalCount nodes { id title } } }",
    """mutation { createCampaign(input: { title: "T", brand: "B", type: SOCIAL, platforms: [X] })
        { campaign { id } } }""",
)
SERVED = "served"


@dataclass
class Asked:
    """A request: when it was sent, what came of it, and after how many seconds."""

    sent: float
    code: str
    seconds: float


@dataclass
class Load:
    """Reads and writes in turn, 30 a second, however long their answers take."""

    url: str
    asked: list[Asked] = field(default_factory=list[Asked])
    is_over: bool = False

    async def run(self) -> None:
        """Send them until it is over, and wait for the last answers."""
        http = httpx.AsyncClient(timeout=SECONDS, verify=False)
        async with http, asyncio.TaskGroup() as group:
            for query in itertools.cycle(QUERIES):
                if self.is_over:
                    break
                group.create_task(self._ask(http, query))
                await asyncio.sleep(EVERY)

    async def until(self, code: str, times: int, since: float) -> None:
        """Wait until so many requests that were sent since then have been answered so."""
        deadline = time.monotonic() + SECONDS
        while self.count(since)[code] < times:
            assert time.monotonic() < deadline, self.count(since)
            await asyncio.sleep(EVERY)

    def count(self, since: float) -> Counter[str]:
        """The answers to requests that were sent since then."""
        return Counter(one.code for one in self.asked if one.sent >= since)

    async def _ask(self, http: httpx.AsyncClient, query: str) -> None:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {STAFF}"}
        sent = time.monotonic()
        try:
            body = {"query": query}
            answer = (await http.post(f"{self.url}/graphql", json=body, headers=headers)).json()
        except httpx.TransportError as error:
            code = repr(error)
        else:
            errors = answer.get("errors")
            code = errors[0]["extensions"]["code"] if errors else SERVED
        self.asked.append(Asked(sent, code, time.monotonic() - sent))


@pytest.mark.fault
@pytest.mark.slow
async def test_only_unavailable_is_said_while_it_is_away_and_all_is_served_a_second_later(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        database, folder = stack.enter_context(fresh_postgres())
        url = database.url("postgres")
        await migrate(url)
        server = stack.enter_context(running(url, tmp_path))
        load = Load(server.url)
        sending = asyncio.create_task(load.run())
        began = time.monotonic()
        await load.until(SERVED, 30, began)
        stopped = time.monotonic()
        database.process.send_signal(signal.SIGQUIT)
        await load.until("UNAVAILABLE", 60, stopped)
        again = postgres(durable=True, kept=folder)
        await asyncio.to_thread(stack.enter_context, again)
        back = time.monotonic()
        await load.until(SERVED, 60, back + 1)
        load.is_over = True
        await sending
    told(load, stopped, back)
    assert load.count(began).keys() == {SERVED, "UNAVAILABLE"}, load.count(began)
    assert load.count(back + 1).keys() == {SERVED}


@contextmanager
def fresh_postgres() -> Generator[tuple[Postgres, Path]]:
    """A new PostgreSQL that waits for the disk, and the folder from which to start it again."""
    # Not in pytest's own folder, out of which PostgreSQL's user is kept.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with postgres(durable=True, kept=folder / "data") as database:
            yield database, folder / "data"


def told(load: Load, stopped: float, back: float) -> None:
    """Print the figures of the run."""
    away = [one for one in load.asked if one.sent >= stopped and one.code != SERVED]
    last = max(one.sent for one in away)
    print(
        f"{len(load.asked)} requests, {back - stopped:.1f} s without PostgreSQL:"
        f" {len(away)} UNAVAILABLE, the slowest after {max(one.seconds for one in away):.2f} s,"
        f" the last sent {last - back:+.2f} s from its return; {load.count(0)}"
    )
