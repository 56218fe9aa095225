"""The Idempotency-Key of a process that is killed in a mutation is free before long."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from database.connection import connected
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.databases import PostgresDatabases
from tests.faults.servers import ServerGroup, running
from tests.tokens import STAFF
from transport.app import LEASE_MARGIN
from workflow.enums import Platform

pytestmark = [pytest.mark.fault, pytest.mark.slow]

SECONDS = 4
SETTINGS = {"JOINERY_REQUEST_TIMEOUT": f"{SECONDS}"}
MARK = """mutation Mark($input: MarkJoinedInput!) {
    markJoined(input: $input) { results { outcome } }
}"""


async def test_the_key_of_a_process_that_was_killed_is_free_before_long(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    driver: Any = asyncpg
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=1, settings=SETTINGS) as server,
        running(url, tmp_path, workers=1, settings=SETTINGS) as other,
    ):
        async with connected(url):
            campaign, person = await data.campaign(), await data.influencer()
            await data.account(person, Platform.INSTAGRAM, 5_000)
        given = {
            "campaignId": encode("Campaign", campaign.pk),
            "influencerIds": [encode("Influencer", person.pk)],
        }
        blocker = await driver.connect(url)
        async with blocker.transaction():
            await blocker.execute("SELECT 1 FROM campaign FOR UPDATE")
            lost = asyncio.create_task(mark(server, given))
            await until_one_waits(blocker)
            server.kill()
            with pytest.raises(httpx.TransportError):
                await lost
        await blocker.close()
        await repeated(other, given)
        async with connected(url):
            assert await Participation.all().count() == 1
            assert await ParticipationEvent.all().count() == 1


async def mark(server: ServerGroup, given: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {STAFF}", "Idempotency-Key": "once"}
    body = {"query": MARK, "variables": {"input": given}}
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        return await http.post("/graphql", json=body, headers=headers)


async def until_one_waits(blocker: Any) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while not await blocker.fetchval(waiting):
            await asyncio.sleep(0.01)


async def repeated(server: ServerGroup, given: dict[str, Any]) -> None:
    """Send the call again as often, and as late, as each answer says, until it is done."""
    waited = 0
    while (answer := await mark(server, given)).status_code == 503:
        assert "is still running, or its server has died" in answer.text
        waited += (seconds := int(answer.headers["Retry-After"]))
        assert waited <= SECONDS + LEASE_MARGIN + 2
        await asyncio.sleep(seconds)
    assert answer.json() == {"data": {"markJoined": {"results": [{"outcome": "CHANGED"}]}}}
