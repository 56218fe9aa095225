"""Workers are killed again and again while they change hundreds of participations at once.

Each call has an Idempotency-Key and is repeated until it is answered, as a client does that has
lost an answer. In the end every call has happened once, with all that belongs to it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from database.connection import connected
from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.databases import PostgresDatabases
from tests.faults.servers import SECONDS, ServerGroup, running
from tests.tokens import token

KILLS = 100
PEOPLE = 500
CAMPAIGNS = 6
WORKERS = 4

MARK = """mutation($input: MarkJoinedInput!) { markJoined(input: $input) {
    summary { changed } results { participation { id } } } }"""
DECIDE = """mutation($input: SetApplicantStatusInput!) { setApplicantStatus(input: $input) {
    summary { changed } } }"""
REOPEN = """mutation($input: ReopenApplicationsInput!) { reopenApplications(input: $input) {
    summary { changed } } }"""


@dataclass
class Caller:
    """Staff who move everybody in one campaign, again and again, one call after the other."""

    http: httpx.AsyncClient
    campaign: int
    calls: list[str] = field(default_factory=list[str])
    "The names of those that were answered, in order."
    cut: int = 0
    "Requests whose connection ended without an answer."
    waits: list[float] = field(default_factory=list[float])
    "Seconds from the first loss of an answer to the answer, of each call that lost one."

    async def go_on(self, people: Sequence[int], over: asyncio.Event) -> None:
        """Mark everybody as joined, then decide on them until it is over."""
        everybody = [encode("Influencer", person) for person in people]
        given = {"campaignId": encode("Campaign", self.campaign), "influencerIds": everybody}
        marked = await self._call(MARK, given)
        ids = [result["participation"]["id"] for result in marked["results"]]
        for action in cycle(("REJECTED", "REOPEN", "REVIEWING", "APPLIED", "APPROVED")):
            if over.is_set():
                return
            if action == "REOPEN":
                await self._call(REOPEN, {"participationIds": ids, "reason": "once more"})
            else:
                await self._call(DECIDE, {"participationIds": ids, "status": action})

    async def _call(self, query: str, given: dict[str, Any]) -> dict[str, Any]:
        """Send one call until it is answered; it must have changed everybody."""
        name = f"{self.campaign}-{len(self.calls)}"
        lost_at: float | None = None
        while (payload := await self._payload(name, query, given)) is None:
            lost_at = lost_at or time.monotonic()
            assert time.monotonic() < lost_at + SECONDS, name
            await asyncio.sleep(0.05)
        if lost_at is not None:
            self.waits.append(time.monotonic() - lost_at)
        assert payload["summary"] == {"changed": PEOPLE}, name
        self.calls.append(name)
        return payload

    async def _payload(self, name: str, query: str, given: dict[str, Any]) -> dict[str, Any] | None:
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {token('STAFF', name=name)}",
            "Idempotency-Key": name,
        }
        body = {"query": query, "variables": {"input": given}}
        try:
            answer = (await self.http.post("/graphql", json=body, headers=headers)).json()
        except httpx.TransportError:
            self.cut += 1
            return None
        if "errors" in answer:
            codes = [error["extensions"]["code"] for error in answer["errors"]]
            assert codes == ["UNAVAILABLE"], answer
            return None
        [payload] = answer["data"].values()
        return payload


@pytest.mark.fault
@pytest.mark.slow
async def test_killing_workers_in_bulk_mutations_loses_doubles_and_halves_nothing(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with postgres_databases.lend() as url:
        async with connected(url):
            people = await data.crowd(PEOPLE)
            campaigns = [(await data.campaign(selection=True)).pk for _ in range(CAMPAIGNS)]
        settings = {"JOINERY_LOG_LEVEL": "error"}
        began = time.monotonic()
        with running(url, tmp_path, workers=WORKERS, settings=settings) as server:
            async with calling(server, campaigns, people) as callers:
                await kill(server, KILLS)
        seconds = time.monotonic() - began
        async with connected(url):
            found = [await wrongs(caller, people) for caller in callers]
    calls = sum(len(caller.calls) for caller in callers)
    waits = sorted(wait for caller in callers for wait in caller.waits)
    wrong = sum(found, Counter[str]())
    print(
        f"{KILLS} kills in {seconds:.0f} s, {calls} calls of {PEOPLE},"
        f" {sum(caller.cut for caller in callers)} cut off; waits until their answer:"
        f" median {waits[len(waits) // 2]:.1f} s, longest {waits[-1]:.1f} s;"
        f" {wrong['lost']} lost, {wrong['doubled']} doubled, {wrong['halved']} halved"
    )
    assert wrong == Counter(lost=0, doubled=0, halved=0)


@asynccontextmanager
async def calling(
    server: ServerGroup, campaigns: Sequence[int], people: Sequence[int]
) -> AsyncGenerator[list[Caller]]:
    """Let a caller for each campaign go on meanwhile, and end what they have begun."""
    over = asyncio.Event()
    async with httpx.AsyncClient(base_url=server.url, timeout=SECONDS, verify=False) as http:
        callers = [Caller(http, campaign) for campaign in campaigns]
        async with asyncio.TaskGroup() as group:
            for caller in callers:
                group.create_task(caller.go_on(people, over))
            yield callers
            over.set()


async def kill(server: ServerGroup, times: int) -> None:
    """Kill a worker at a random moment, so many times; one at least is always left to serve."""
    random = Random(17)
    for _ in range(times):
        await asyncio.sleep(random.random())
        deadline = time.monotonic() + SECONDS
        while len(workers := server.workers()) < WORKERS - 1:
            assert time.monotonic() < deadline, server.said()
            await asyncio.sleep(0.05)
        server.kill_worker(random.choice(workers))


async def wrongs(caller: Caller, people: Sequence[int]) -> Counter[str]:
    """How many calls are missing from the history, are in it twice, or not for everybody."""
    found = ParticipationEvent.filter(campaign_id=caller.campaign).order_by("id")
    events = [(event.actor_name, event.influencer_id) async for event in found]
    written = Counter(events)
    names = Counter(name for name, _ in events)
    wrong = Counter(
        lost=sum(names[name] == 0 for name in caller.calls),
        doubled=sum(count > 1 for count in written.values()),
        halved=sum(count % len(people) != 0 for count in names.values()),
    )
    # What is stored is what the calls say, and nothing besides.
    assert set(names) == set(caller.calls)
    parts = await Participation.filter(campaign_id=caller.campaign)
    assert {part.version for part in parts} == {len(caller.calls)}
    [status] = {part.status for part in parts}
    campaign = await Campaign.get(id=caller.campaign)
    assert campaign.places_taken == (PEOPLE if status == "APPROVED" else 0)
    return wrong
