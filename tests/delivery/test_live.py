"""Subscriptions in one process: each subscriber gets its results once and in order."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson
import pytest

from database.connection import connected
from database.session import run
from delivery import live as live_module
from delivery import news
from delivery.live import Live, running
from delivery.sequencer import catch_up
from execution import subscriptions
from execution.engine import Params, RefusedError
from execution.subscriptions import Subscription
from models.participation import Participation, ParticipationEvent
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.feed import FeedCursor, events_after
from resolvers.ids import encode
from tests import data
from tests.databases import PostgresDatabases
from tests.engine import ADVERTISER, ENGINE, STAFF, STRANGER, creator
from workflow.enums import Action, ParticipationStatus, Platform

CHANGED = """subscription($campaign: ID, $after: String) {
  participationChanged(campaignId: $campaign, after: $after) {
    cursor event { id action reason } participation { id status } } }"""
MINE = "subscription($after: String) { myJobChanged(after: $after) { cursor event { id } } }"


class Listener:
    """A subscriber that keeps its results."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.error: RequestError | None = None
        self.has_ended = False

    def deliver(self, payload: bytes) -> None:
        assert not self.has_ended
        [change] = orjson.loads(payload)["data"].values()
        self.told.append(change)

    def end(self, error: RequestError | None) -> None:
        self.error, self.has_ended = error, True

    async def ready(self) -> None:
        pass

    @property
    def events(self) -> list[str]:
        return [change["event"]["id"] for change in self.told]

    async def until(self, number: int) -> list[str]:
        """Wait for this number of results; return the ids of all events so far."""
        async with asyncio.timeout(20):
            while len(self.told) < number:
                await asyncio.sleep(0.005)
                await catch_up()
        return self.events

    async def ended(self) -> str:
        """Wait for the end; return the error's code."""
        async with asyncio.timeout(20):
            while not self.has_ended:
                await asyncio.sleep(0.005)
                await catch_up()
        assert self.error is not None
        assert self.error.extensions is not None
        return self.error.extensions["code"]


@pytest.fixture
async def live(db: str) -> AsyncGenerator[Live]:
    """The subscriptions of this process."""
    async with running(Live()) as live:
        yield live


def subscription(query: str, caller: Caller | None = STAFF, **variables: Any) -> Subscription:
    params = Params(query, variables, None)
    found = ENGINE.operation(params, is_known=caller is not None)
    return ENGINE.subscription(found, params, Context(caller=caller))


def listen(live: Live, query: str = CHANGED, caller: Caller = STAFF, **variables: Any) -> Listener:
    listener = Listener()
    live.subscribe(subscription(query, caller, **variables), listener)
    return listener


async def joined(live: Live, number: int) -> None:
    """Wait until this number of subscribers have joined."""
    async with asyncio.timeout(20):
        while len(live._members()) < number:  # pyright: ignore[reportPrivateUsage]
            await asyncio.sleep(0.005)


async def part(advertiser: str = "acme") -> Participation:
    person = await data.influencer((Platform.TIKTOK, 10))
    campaign = await data.campaign(advertiser_id=advertiser)
    return await data.participation(campaign, person, ParticipationStatus.WAITING)


def gid(event: ParticipationEvent) -> str:
    return encode("ParticipationEvent", event.pk)


async def test_each_is_told_what_concerns_them_once_and_in_order(live: Live):
    ours, theirs = await part(), await part("other")
    campaign = encode("Campaign", ours.campaign_id)
    everything, one = listen(live), listen(live, campaign=campaign)
    advertiser, stranger = listen(live, caller=ADVERTISER), listen(live, caller=STRANGER)
    mine = listen(live, MINE, creator(ours.influencer_id))
    await joined(live, 5)
    events = [
        await data.event(each, action)
        for each in (ours, theirs, ours)
        for action in (Action.MARK_JOINED, Action.SET_AVAILABILITY, Action.REMOVE)
    ]
    ids = [gid(event) for event in events]
    assert await everything.until(9) == ids
    assert await one.until(6) == ids[:3] + ids[6:]
    assert await advertiser.until(4) == [ids[place] for place in (0, 2, 6, 8)]
    assert await stranger.until(2) == [ids[place] for place in (3, 5)]
    assert await mine.until(4) == [ids[place] for place in (0, 2, 6, 8)]
    assert everything.told[0]["participation"]["id"] == encode("Participation", ours.pk)
    assert everything.told[1]["participation"] is None


async def test_who_comes_with_a_cursor_is_told_what_came_since_and_goes_on(live: Live):
    ours = await part()
    early = [await data.event(ours, Action.MARK_JOINED) for _ in range(120)]
    first = listen(live, after=None)
    await joined(live, 1)
    late = await data.event(ours, Action.REMOVE)
    await first.until(1)
    await catch_up()
    everything = [*map(gid, early), gid(late)]
    start = listen(live, after=await cursor_of(1))
    assert await start.until(120) == everything[1:]
    await joined(live, 2)
    last = gid(await data.event(ours, Action.REMOVE))
    assert await start.until(121) == [*everything[1:], last]
    again = listen(live, after=start.told[-2]["cursor"])
    assert await again.until(1) == [last]


async def cursor_of(position: int) -> str:
    [event] = await events_after(position - 1, 1)
    return FeedCursor(event.position, event.mark).encode()


async def test_without_a_cursor_all_is_told_that_comes_once_others_have_been_told(live: Live):
    ours = await part()
    listen(live)
    await joined(live, 1)
    listeners = [listen(live) for _ in range(5)]  # they join later
    event = gid(await data.event(ours, Action.MARK_JOINED))
    for listener in listeners:
        assert await listener.until(1) == [event]


async def test_joining_while_events_arrive_leaves_none_out_and_tells_none_twice(live: Live):
    ours = await part()
    await data.event(ours, Action.MARK_JOINED)
    await catch_up()
    start = await cursor_of(1)
    listeners = list[Listener]()
    events = list[str]()
    for _ in range(25):
        listeners.append(listen(live, after=start))
        events += [gid(await data.event(ours, Action.REMOVE)) for _ in range(3)]
        await catch_up()
    for listener in listeners:
        assert await listener.until(75) == events


async def test_what_a_caller_may_not_have_ends_their_stream_with_a_code(live: Live):
    ours = await part()
    campaign = encode("Campaign", ours.campaign_id)
    for caller, query, given, code in (
        (creator(ours.influencer_id), CHANGED, {}, "FORBIDDEN"),
        (STAFF, MINE, {}, "FORBIDDEN"),
        (STRANGER, CHANGED, {"campaign": campaign}, "INVALID_INPUT"),
        (STAFF, CHANGED, {"campaign": encode("Campaign", 999)}, "INVALID_INPUT"),
        (STAFF, CHANGED, {"campaign": "nonsense"}, "INVALID_INPUT"),
        (STAFF, CHANGED, {"campaign": ""}, "INVALID_INPUT"),
        (STAFF, CHANGED, {"after": "nonsense"}, "INVALID_INPUT"),
        (creator(999), MINE, {}, "UNAUTHENTICATED"),
    ):
        listener = listen(live, query, caller, **given)
        assert (await listener.ended(), listener.told) == (code, [])


async def test_a_subscription_needs_a_token_and_has_one_field(db: str):
    for query, caller in (
        (CHANGED, None),
        ("subscription { ...F } fragment F on Subscription { __typename }", STAFF),
    ):
        with pytest.raises(RefusedError):
            subscription(query, caller)


async def test_those_who_want_the_same_have_one_key_whatever_their_cursor(db: str):
    ours = await part()
    campaign = encode("Campaign", ours.campaign_id)
    same = [subscription(CHANGED, campaign=campaign, after=after).key for after in (None, "a", "b")]
    assert len({*same}) == 1
    other = "subscription($after: String) { participationChanged { event { id } participation {"
    other += " events(after: $after) { totalCount } } } }"
    both = other.replace("Changed {", "Changed(after: $ # of the feed\n after) {")
    spread = other.replace("{ events(after: $after) { totalCount } }", "{ ...Page }")
    spread += " fragment Page on Participation { events(after: $after) { totalCount } }"
    others = [
        subscription(CHANGED).key,
        subscription(CHANGED, ADVERTISER, campaign=campaign).key,
        subscription(CHANGED, STRANGER, campaign=campaign).key,
        subscription(other, after="a").key,
        subscription(other, after="b").key,
        subscription(both, after="a").key,
        subscription(both, after="b").key,
        subscription(spread, after="a").key,
        subscription(spread, after="b").key,
    ]
    assert len({same[0], *others}) == 10


async def test_all_streams_end_when_the_database_is_put_back(
    postgres_databases: PostgresDatabases, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(news, "TOLD_SECONDS", 0.02)
    with postgres_databases.lend() as url:
        async with connected(url), running(Live()) as live:
            ours = await part()
            listener = listen(live)
            await joined(live, 1)
            await data.event(ours, Action.MARK_JOINED)
            await listener.until(1)
            # Simulates a restore under the running server, after which there are other events.
            await run("ALTER TABLE feed DISABLE TRIGGER ALL")
            await run("UPDATE feed SET mark = mark + 1")
            assert await listener.ended() == "INVALID_INPUT"
            assert "put back" in str(listener.error)


async def test_a_dear_subscription_holds_up_no_other_and_has_its_own_events_in_order(
    live: Live, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live_module, "PATIENCE_SECONDS", 0.05)
    dear, light = await part(), await part()
    is_read = asyncio.Event()
    render = Subscription.render

    async def slow(self: Subscription, positions: Sequence[int]) -> dict[int, bytes]:
        if self.campaign_id == dear.campaign_id:
            await is_read.wait()
        return await render(self, positions)

    monkeypatch.setattr(Subscription, "render", slow)
    waiting = listen(live, campaign=encode("Campaign", dear.campaign_id))
    others = listen(live, campaign=encode("Campaign", light.campaign_id))
    await joined(live, 2)
    events = list[str]()
    for count in range(1, 5):
        events.append(gid(await data.event(dear, Action.REMOVE)))
        await data.event(light, Action.REMOVE)
        await others.until(count)
    late = listen(live, campaign=encode("Campaign", dear.campaign_id))
    await joined(live, 3)
    assert not waiting.told
    is_read.set()
    assert await waiting.until(4) == events
    events.append(gid(await data.event(dear, Action.REMOVE)))
    assert await waiting.until(5) == events
    assert await late.until(1) == events[-1:]


async def test_a_dear_subscription_is_read_in_parts_and_one_that_takes_too_long_is_ended(
    live: Live, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(subscriptions, "COST_LIMIT", 10)
    reads = list[int]()
    results = Subscription._results  # pyright: ignore[reportPrivateUsage]

    async def noted(self: Subscription, positions: Sequence[int]) -> Any:
        reads.append(len(positions))
        return await results(self, positions)

    monkeypatch.setattr(Subscription, "_results", noted)
    ours = await part()
    dear = listen(live)
    await joined(live, 1)
    events = [gid(await data.event(ours, Action.REMOVE)) for _ in range(12)]
    assert await dear.until(12) == events
    assert max(reads) <= 10
    monkeypatch.setattr(live_module, "RENDER_SECONDS", 0.0)
    await data.event(ours, Action.REMOVE)
    assert await dear.ended() == "UNAVAILABLE"
