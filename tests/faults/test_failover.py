"""Failover: a standby on another host takes over while four workers on both write and read."""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from database.migrations import migrate
from tests.faults.hosts import NETWORK, Network, network
from tests.faults.servers import ServerGroup, running, wait_until
from tests.postgres import Postgres, postgres, standby
from tests.tokens import STAFF

pytestmark = [pytest.mark.fault, pytest.mark.postgres]

PORT = 8000
WRITERS = 8
PEOPLE = 2_000
AT_LEAST = 40
"Acknowledged changes before the fault, and again after it."
BACK_SECONDS = 30.0
GIVE_UP_SECONDS = 90.0
SETTINGS = {"JOINERY_DATABASE_CONNECT_TIMEOUT": "2", "JOINERY_REQUEST_TIMEOUT": "5"}

CREATE = """mutation { createCampaign(input: {title: "Campaign", brand: "Brand", type: SOCIAL,
    status: ONGOING, advertiserId: "acme", platforms: [TIKTOK]}) { campaign { id } } }"""
UPSERT = """mutation ($input: UpsertInfluencersInput!) {
    upsertInfluencers(input: $input) { influencers { id } userErrors { message } } }"""
MARK = """mutation ($campaign: ID!, $id: ID!) {
    markJoined(input: {campaignId: $campaign, influencerIds: [$id]}) {
        results { outcome participation { id } } } }"""
READ = "query ($id: ID!) { node(id: $id) { id } }"
FEED = """query ($after: String) { participationEvents(first: 100, after: $after) {
    nodes { id } pageInfo { endCursor } } }"""


@dataclass
class Story:
    """What clients did and saw."""

    urls: list[str]
    campaign: str = ""
    people: list[str] = field(default_factory=list[str])
    acknowledged: dict[str, float] = field(default_factory=dict[str, float])
    "When, by influencer."
    participations: dict[str, str] = field(default_factory=dict[str, str])
    "Their participations, as the answers named them."
    seen: list[str] = field(default_factory=list[str])
    "The ids of events, as the feed told them."
    unread: list[str] = field(default_factory=list[str])
    "Participations that were not there for who had just made them."
    codes: set[str] = field(default_factory=set[str])
    is_over: bool = False


async def ask(
    http: httpx.AsyncClient, url: str, query: str, headers: dict[str, str], **variables: Any
) -> httpx.Response | None:
    """POST an operation; None where no answer came."""
    try:
        return await http.post(
            f"{url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {STAFF}", **headers},
        )
    except httpx.TransportError:
        return None


def codes_of(answer: httpx.Response) -> set[str]:
    """Return the codes of the errors in an answer."""
    return {error["extensions"]["code"] for error in answer.json().get("errors", ())}


async def prepare(story: Story) -> None:
    """Make a campaign, and people to join it."""
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await ask(http, story.urls[0], CREATE, {})
        assert answer is not None
        story.campaign = answer.json()["data"]["createCampaign"]["campaign"]["id"]
        for numbers in (range(n, n + 200) for n in range(0, PEOPLE, 200)):
            people = [
                {
                    "externalId": f"p{n}",
                    "name": f"P {n}",
                    "accounts": [
                        {
                            "platform": "TIKTOK",
                            "externalId": f"a{n}",
                            "handle": f"h{n}",
                            "followers": 9,
                        }
                    ],
                }
                for n in numbers
            ]
            answer = await ask(http, story.urls[0], UPSERT, {}, input={"influencers": people})
            assert answer is not None
            assert not codes_of(answer), answer.text
            found = answer.json()["data"]["upsertInfluencers"]["influencers"]
            story.people += [person["id"] for person in found]


async def write(story: Story, http: httpx.AsyncClient, people: Sequence[str], first: int) -> None:
    """Mark one after the other as joined; ask again, here and there, until that is acknowledged."""
    urls = itertools.cycle(story.urls[first:] + story.urls[:first])
    for person in people:
        while not story.is_over:
            url = next(urls)
            key = {"Idempotency-Key": person.rpartition("/")[2]}
            answer = await ask(http, url, MARK, key, campaign=story.campaign, id=person)
            if answer is None:
                continue
            if codes := codes_of(answer):
                story.codes |= codes
                await asyncio.sleep(0.2)  # as Retry-After asks, if less
                continue
            [result] = answer.json()["data"]["markJoined"]["results"]
            assert result["outcome"] == "CHANGED", result
            story.acknowledged[person] = time.monotonic()
            story.participations[person] = result["participation"]["id"]
            await read_own(story, http, url, result["participation"]["id"], answer)
            break


async def read_own(
    story: Story, http: httpx.AsyncClient, url: str, gid: str, written: httpx.Response
) -> None:
    """Read what was just written, as a client does that carries the header."""
    headers = {"Joinery-Read-After": written.headers["Joinery-Read-After"]}
    answer = await ask(http, url, READ, headers, id=gid)
    if answer is not None and not codes_of(answer) and answer.json()["data"]["node"] is None:
        story.unread.append(gid)


async def follow(story: Story, http: httpx.AsyncClient) -> None:
    """Follow the feed to its end, from any server that answers."""
    urls, after, is_last = itertools.cycle(story.urls), None, False
    while True:
        is_last = story.is_over
        answer = await ask(http, next(urls), FEED, {}, after=after)
        if answer is None or codes_of(answer):
            await asyncio.sleep(0.1)
            continue
        page = answer.json()["data"]["participationEvents"]
        story.seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"] or after
        if is_last and not page["nodes"]:
            return
        await asyncio.sleep(0.05)


async def live(story: Story) -> None:
    """Write and follow until the story is over."""
    async with httpx.AsyncClient(timeout=httpx.Timeout(8, connect=1)) as http:
        shares = [story.people[n::WRITERS] for n in range(WRITERS)]
        writers = [write(story, http, share, n % 2) for n, share in enumerate(shares)]
        await asyncio.gather(*writers, follow(story, http))


@contextmanager
def databases(net: Network) -> Generator[tuple[Postgres, Postgres]]:
    """A primary and a synchronous standby, each on its host."""
    with tempfile.NamedTemporaryFile("w", prefix="joinery-hba-") as hba:
        for what in ("all", "replication"):
            hba.write(f"local {what} all trust\nhost {what} all {NETWORK}.0/24 trust\n")
        hba.flush()
        Path(hba.name).chmod(0o644)
        one, two = net.hosts
        options = ("-c", f"hba_file={hba.name}", "-c")
        listening = (*options, f"listen_addresses={one.address}")
        with postgres(durable=True, options=listening, within=one.within) as primary:
            conninfo = f"primary_conninfo=host={one.address} user=postgres application_name=two"
            listening = (*options, f"listen_addresses={two.address}", "-c", conninfo)
            asyncio.run(migrate(primary.create("joinery")))
            with standby(primary, listening, two.within) as replica:
                primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
                primary.sql("SELECT pg_reload_conf()")
                state = "SELECT sync_state FROM pg_stat_replication"
                wait_until(lambda: primary.sql(state) == "sync")
                yield primary, replica


@contextmanager
def servers(net: Network, folder: Path) -> Generator[tuple[ServerGroup, ServerGroup]]:
    """Two workers on each host."""
    hosts = ",".join(host.address for host in net.hosts)
    url = f"postgresql://postgres@{hosts}/joinery"
    settings = {**SETTINGS, "JOINERY_DATABASE_REPLICA_URL": url}
    one, two = net.hosts
    with (
        running(
            url,
            folder,
            settings=settings,
            host=one.address,
            port=PORT,
            ready=None,
            within=one.within,
        ) as first,
        running(
            url,
            folder,
            settings=settings,
            host=two.address,
            port=PORT + 1,
            ready=None,
            within=two.within,
        ) as second,
    ):
        yield first, second


def wait_until_ready(net: Network, urls: Sequence[str], told: Any) -> None:
    """Wait until all servers can serve."""

    def is_ready() -> bool:
        try:
            return all(httpx.get(f"{url}/health/ready").status_code == 200 for url in urls)
        except httpx.TransportError:
            return False

    wait_until(lambda: net.run(is_ready), told)


@pytest.mark.parametrize("fault", ["killed", "cut off"])
def test_a_standby_takes_over_and_nothing_acknowledged_is_lost_or_told_twice(
    fault: str, tmp_path: Path
) -> None:
    with network() as net, databases(net) as (primary, replica), servers(net, tmp_path) as both:
        urls = [f"http://{host.address}:{PORT + n}" for n, host in enumerate(net.hosts)]
        wait_until_ready(net, urls, both[1].said)
        story = Story(urls)
        net.run(lambda: asyncio.run(prepare(story)))

        failed_at: list[float] = []

        async def unfold() -> None:
            living = asyncio.create_task(live(story))
            try:
                await until_acknowledged(story, living, AT_LEAST)
                failed_at.append(time.monotonic())
                if fault == "killed":
                    primary.stop()
                else:
                    net.hosts[0].disconnect()
                    story.urls = urls[1:]
                replica.sql("SELECT pg_promote()")
                after = time.monotonic()
                await until_acknowledged(story, living, AT_LEAST, after)
            finally:
                story.is_over = True
                await asyncio.wait_for(living, GIVE_UP_SECONDS)

        net.run(lambda: asyncio.run(unfold()))

        longest, back = longest_gap(story, failed_at[0])
        print(
            f"{fault}: nothing was acknowledged for {longest:.1f} s, up to {back:.1f} s after it;"
            f" {len(story.acknowledged)} changes acknowledged, {len(story.seen)} events told"
        )
        assert back < BACK_SECONDS
        assert story.codes <= {"UNAVAILABLE"}
        assert story.unread == []
        check_database(story, replica)


def longest_gap(story: Story, since: float) -> tuple[float, float]:
    """Return the longest time without an acknowledged change from then on, and when it ended."""
    after = sorted(at - since for at in story.acknowledged.values() if at > since)
    return max((end - begin, end) for begin, end in itertools.pairwise([0.0, *after]))


async def until_acknowledged(
    story: Story, living: asyncio.Task[None], many: int, since: float = 0.0
) -> None:
    """Wait until so many changes were acknowledged since then."""
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while sum(at > since for at in story.acknowledged.values()) < many:
            assert not living.done(), living
            await asyncio.sleep(0.02)


def check_database(story: Story, server: Postgres) -> None:
    """Each acknowledged change is there once, and the feed told every event once."""
    there = server.sql(
        "SELECT influencer_id, count(*) FROM participation_event GROUP BY 1", "joinery"
    )
    counts = dict(line.split("|") for line in there.splitlines())
    assert set(counts.values()) == {"1"}
    lost = [gid for gid in story.acknowledged if gid.rpartition("/")[2] not in counts]
    assert lost == []
    events = server.sql("SELECT id FROM participation_event", "joinery").split()
    told = [gid.rpartition("/")[2] for gid in story.seen]
    assert len(set(told)) == len(told)
    assert set(told) == set(events)
