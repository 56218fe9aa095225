"""One query reads one moment, whatever is written meanwhile, and waits for no writer."""

import asyncio
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from database.session import capabilities, connection
from database.snapshots import Turn
from models.campaign import Campaign
from models.participation import ParticipationEvent
from resolvers.context import Context
from resolvers.ids import encode
from resolvers.queries.influencers import is_known
from tests import data
from tests.engine import STAFF, answer, gids, mutate
from tests.engine import execute as execute_operation
from transport.auth.claims import read_caller
from transport.settings import Settings
from workflow.enums import ParticipationStatus

READERS = 6
READS = 50
"""Of each."""

SCREEN = """query Screen($campaign: ID!, $one: ID!) {
    campaign(id: $campaign) {
        placesTaken
        applicantCounts { status count }
        applicants(first: 100) {
            totalCount
            nodes { id status version events(last: 1) { totalCount nodes { to } } }
        }
        candidateCounts { status count exact }
        candidates(first: 100) { totalCount nodes { status participation { id version } } }
    }
    node(id: $one) { ... on Participation { status version influencer {
        participations { nodes { status version } } } } }
}"""


async def test_one_answer_never_contradicts_itself(db: str):
    campaign, people = await applications(8)
    async with writing(people):
        readers = [contradictions(campaign, people[reader]) for reader in range(READERS)]
        found = await asyncio.gather(*readers)
    assert await ParticipationEvent.all().count() > 3 * len(people)
    assert Counter(what for some in found for what in some) == {}


async def contradictions(campaign: Campaign, one: str) -> list[str]:
    """Read the screen several times; the kinds of contradictions in its answers."""
    gid = encode("Campaign", campaign.pk)
    found = list[str]()
    for _ in range(READS):
        screen = await answer(SCREEN, campaign=gid, one=one)
        found += [what for what, holds in claims(screen, one) if not holds]
    return found


def claims(screen: dict[str, Any], one: str) -> Generator[tuple[str, bool]]:
    campaign, again = screen["campaign"], screen["node"]
    rows: list[dict[str, Any]] = campaign["applicants"]["nodes"]
    statuses = Counter(row["status"] for row in rows)
    badges = {badge["status"]: badge["count"] for badge in campaign["applicantCounts"]}
    yield "badge against rows", badges == {status: statuses[status] for status in badges}
    yield "badge against totalCount", sum(badges.values()) == campaign["applicants"]["totalCount"]
    yield "totalCount against rows", campaign["applicants"]["totalCount"] == len(rows)
    yield "places against rows", campaign["placesTaken"] == statuses["APPROVED"]
    for row in rows:
        yield "status against last event", row["events"]["nodes"][0]["to"] == row["status"]
        # APPLIED is version 1 without an event, each change since then is one.
        yield "version against events", row["events"]["totalCount"] == row["version"] - 1
    yield from candidate_claims(campaign, {row["id"]: row["version"] for row in rows})
    shown = [(row["status"], row["version"]) for row in rows if row["id"] == one]
    yield "one row twice", shown == [(again["status"], again["version"])]
    [third] = again["influencer"]["participations"]["nodes"]
    yield (
        "one row thrice",
        (third["status"], third["version"]) == (again["status"], again["version"]),
    )


def candidate_claims(
    campaign: dict[str, Any], versions: dict[str, int]
) -> Generator[tuple[str, bool]]:
    rows = campaign["candidates"]["nodes"]
    statuses = Counter(row["status"] for row in rows)
    for badge in campaign["candidateCounts"]:
        if badge["exact"]:
            yield "candidate badge against rows", badge["count"] == statuses[badge["status"]]
    yield "candidates' totalCount", campaign["candidates"]["totalCount"] == len(rows)
    for row in rows:
        if part := row["participation"]:
            yield "versions of two lists", part["version"] == versions[part["id"]]


async def applications(number: int) -> tuple[Campaign, list[str]]:
    """A Selection campaign, and the ids of participations in it that were decided."""
    campaign = await data.campaign(selection=True)
    people = [await data.influencer() for _ in range(number)]
    parts = [
        await data.participation(campaign, person, ParticipationStatus.APPLIED) for person in people
    ]
    ids = gids("Participation", *parts)
    await decide(ids, "APPROVED")
    return campaign, ids


async def decide(ids: list[str], status: str) -> None:
    payload = await mutate(
        "setApplicantStatus", "summary { changed }", participationIds=ids, status=status
    )
    assert payload["summary"]["changed"] == len(ids)


@asynccontextmanager
async def writing(participations: list[str]) -> AsyncGenerator[None]:
    """Switch them between approved and rejected, several at a time, as fast as it goes."""
    halves = participations[::2], participations[1::2]
    writers = [asyncio.create_task(switch(half)) for half in halves]
    try:
        yield
    finally:
        for writer in writers:
            writer.cancel()
        for writer in writers:
            with suppress(asyncio.CancelledError):
                await writer


async def switch(participations: list[str]) -> None:
    for status in cycle(("REJECTED", "APPROVED")):
        for one in participations:
            await decide([one], status)
            await asyncio.sleep(0)


async def test_a_query_sees_what_was_committed_before_it_was_sent(db: str):
    campaign, people = await applications(4)
    gid = encode("Campaign", campaign.pk)

    async def decide_and_look(one: str) -> None:
        for status in ("REJECTED", "APPROVED") * 15:
            await decide([one], status)
            screen = await answer(SCREEN, campaign=gid, one=one)
            assert screen["node"]["status"] == status

    await asyncio.gather(*(decide_and_look(one) for one in people))


# Queries of one statement, which need no snapshot


SINGLE = {
    "campaign(id: $campaign) { id title placesTaken advertiserId }",
    "campaigns(first: 5) { nodes { id } pageInfo { hasNextPage } }",
    "campaigns { totalCount }",
    "participations { edges { node { campaign { title } influencer { name } } } }",
    "a: influencers { nodes { ... on Node { id } ...Influencer } }",
    "participationEvents { nodes { id } }",
}
SEVERAL = {
    "a: campaign(id: $campaign) { title } b: campaign(id: $campaign) { brand }",
    "... on Query { a: campaign(id: $campaign) { id } b: campaign(id: $campaign) { id } }",
    "campaign(id: $campaign) { applicantCounts { count } }",
    "campaign(id: $campaign) { applicants { nodes { id } } }",
    "campaigns { totalCount nodes { id } }",
    "participations { nodes { influencer { accounts { handle } } } }",
    "node(id: $campaign) { id }",
}


async def test_a_query_has_a_snapshot_unless_it_is_a_single_statement(
    db: str, monkeypatch: pytest.MonkeyPatch
):
    campaign, _ = await applications(1)
    run, snapshots = Turn.run, list[bool]()

    async def noted(turn: Turn, reader: Any) -> None:
        snapshots.append(type(reader).__name__ == "SnapshotReader")
        await run(turn, reader)

    monkeypatch.setattr(Turn, "run", noted)
    for fields in SINGLE | SEVERAL:
        fragment = "fragment Influencer on Influencer { name }" if "...Influencer" in fields else ""
        head = "query($campaign: ID!)" if "$campaign" in fields else "query"
        given: dict[str, Any] = {}
        if "$campaign" in fields:
            given["campaign"] = encode("Campaign", campaign.pk)
        await answer(f"{head} {{ {fields} }} {fragment}", **given)
        assert snapshots == [fields in SEVERAL], fields
        snapshots.clear()
    assert await is_known(1)
    assert snapshots == [False]


# Readers that are given up


TAB = """query Tab($campaign: ID!) { campaign(id: $campaign) {
    applicantCounts { count }
    applicants { totalCount nodes { influencer { accounts { id } } } }
} }"""


async def test_queries_that_are_cancelled_give_back_what_they_held(db: str):
    campaign, _ = await applications(2)
    gid = encode("Campaign", campaign.pk)
    for steps in range(60):
        reading = [asyncio.create_task(answer(TAB, campaign=gid)) for _ in range(12)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for each in reading:
            each.cancel()
        await asyncio.wait(reading)
    async with asyncio.timeout(10):
        await asyncio.gather(*(answer(TAB, campaign=gid) for _ in range(30)))
    client: Any = connection()
    async with asyncio.timeout(10):
        while client.coalescer.connections or client.single_coalescer.connections:
            await asyncio.sleep(0.01)


async def test_a_query_whose_snapshot_another_spoils_is_run_again(
    db: str, monkeypatch: pytest.MonkeyPatch
):
    campaign, _ = await applications(2)
    other, _ = await applications(1)
    failing = encode("Campaign", other.pk)
    reader = sys.modules[type(connection()).__module__].SnapshotReader
    execute, runs = reader.execute, list[list[Any]]()

    async def fail(self: Any, sql: str, values: list[Any]) -> Any:
        runs.append(values)
        if "GROUP BY" in sql and ([other.pk] in values or f"[{other.pk}]" in values):
            raise ConnectionError("lost")
        return await execute(self, sql, values)

    monkeypatch.setattr(reader, "execute", fail)
    responses = await asyncio.gather(
        *(
            execute_operation(TAB, {"campaign": gid}, Context(caller=STAFF))
            for gid in (failing, encode("Campaign", campaign.pk))
        )
    )
    assert [error["extensions"]["code"] for error in responses[0]["errors"]] == ["UNAVAILABLE"]
    assert "errors" not in responses[1]
    assert responses[1]["data"]["campaign"]["applicants"]["totalCount"] == 2
    assert str(runs[0][0]).count(",") == 1, "they share a turn"


# Locks


async def test_reads_do_not_wait_for_another_process_that_writes_to_sqlite(db: str):
    if capabilities().dialect != "sqlite":
        pytest.skip("of SQLite alone: PostgreSQL's reads wait for no writer")
    campaign, people = await applications(2)
    gid = encode("Campaign", campaign.pk)
    with locked(db, "EXCLUSIVE"):
        waiting = asyncio.create_task(decide(people, "REJECTED"))
        async with asyncio.timeout(5):
            for _ in range(20):
                screen = await answer(SCREEN, campaign=gid, one=people[0])
                assert screen["node"]["status"] == "APPROVED"
            assert await is_known(1)  # as each request of an influencer asks
            first = {"role": "INFLUENCER", "sub": encode("Influencer", 1)}
            assert (await read_caller(first, Settings())).influencer_id == 1
        assert not waiting.done()
    await waiting
    screen = await answer(SCREEN, campaign=gid, one=people[0])
    assert screen["node"]["status"] == "REJECTED"


@contextmanager
def locked(url: str, how: str) -> Generator[None]:
    """Hold SQLite's lock on writing, as another process would."""
    file = Path(url.removeprefix("sqlite://"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        yield
        other.execute("ROLLBACK")
