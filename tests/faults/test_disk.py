"""A disk that is full, or takes no changes any more, costs answers and nothing else."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from database.connection import connected
from database.migrations import migrate
from models.influencer import Influencer, SocialAccount
from tests.faults.disk import Disk, small_disk
from tests.faults.servers import ServerGroup, running
from tests.postgres import postgres
from tests.tokens import STAFF

pytestmark = pytest.mark.slow

PEOPLE = 200
ROOM = 200_000
"""Bytes that are left: enough for some of the calls, and not for all."""
UPSERT = """mutation ($input: UpsertInfluencersInput!) {
    upsertInfluencers(input: $input) { created } }"""
READ = "{ campaigns(first: 2) { totalCount nodes { id } } }"


def send(server: ServerGroup, query: str, key: str = "", **variables: Any) -> dict[str, Any]:
    """The answer to an operation."""
    headers = {"Authorization": f"Bearer {STAFF}"} | ({"Idempotency-Key": key} if key else {})
    body = {"query": query, "variables": variables}
    return httpx.post(f"{server.url}/graphql", json=body, headers=headers, timeout=60).json()


def upsert(server: ServerGroup, call: int) -> dict[str, Any]:
    """The answer to a call that stores people of its own."""
    people = [
        {
            "externalId": f"{call}-{number}",
            "name": f"Aiko {call} {number}",
            "accounts": [
                {
                    "platform": "TIKTOK",
                    "externalId": f"{call}-{number}",
                    "handle": f"aiko{call}x{number}",
                    "followers": 9,
                }
            ],
        }
        for number in range(PEOPLE)
    ]
    return send(server, UPSERT, key=f"call-{call}", input={"influencers": people})


def code_of(answer: dict[str, Any]) -> str | None:
    """The code of the first error."""
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


def told(server: ServerGroup) -> str:
    """Return the database's entry in the answer of /health/ready."""
    return httpx.get(f"{server.url}/health/ready", timeout=10).json()["database"]


@contextmanager
def database_on(disk: Disk, kind: str) -> Generator[str]:
    """A migrated database on the disk."""
    if kind == "sqlite":
        url = f"sqlite://{disk.folder}/joinery.db"
        asyncio.run(migrate(url))
        yield url
        return
    with postgres(kept=disk.folder / "cluster") as server:
        url = server.create("joinery")
        asyncio.run(migrate(url))
        yield url


async def stored(url: str) -> tuple[int, int]:
    """Return the numbers of influencers and of accounts."""
    async with connected(url):
        return await Influencer.all().count(), await SocialAccount.all().count()


@pytest.mark.parametrize(
    ("kind", "mebibytes"),
    [("sqlite", 16), pytest.param("postgresql", 200, marks=pytest.mark.postgres)],
)
def test_on_a_full_disk_nothing_is_half_done_and_all_goes_on_when_there_is_room(
    kind: str, mebibytes: int, tmp_path: Path
) -> None:
    with (
        small_disk(mebibytes) as disk,
        database_on(disk, kind) as url,
        running(url, tmp_path) as server,
    ):
        assert upsert(server, 0) == {"data": {"upsertInfluencers": {"created": PEOPLE}}}
        disk.fill(ROOM)
        done = 0
        while (code := code_of(upsert(server, done + 1))) is None:
            done += 1
            assert done < 50
        assert code == "UNAVAILABLE"
        assert [code_of(send(server, READ)) for _ in range(4)] == [None] * 4
        if kind == "sqlite":
            assert (server.readiness(), told(server)) == (503, "has no room left on its disk")
        disk.empty()
        server.wait_until_ready()
        again = [upsert(server, call) for call in range(done + 1, done + 4)]
        assert again == [{"data": {"upsertInfluencers": {"created": PEOPLE}}}] * 3
        people = PEOPLE * (done + 4)
        assert asyncio.run(stored(url)) == (people, people)
        assert "Traceback" not in server.said()


def test_a_file_that_nobody_may_change_is_not_ready(tmp_path: Path) -> None:
    with (
        small_disk(16) as disk,
        database_on(disk, "sqlite") as url,
        running(url, tmp_path, workers=1) as server,
    ):
        with disk.read_only():
            assert (server.readiness(), told(server)) == (503, "is read-only")
        assert server.readiness() == 200
