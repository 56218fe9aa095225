"""Measurements of one server's subscriptions: memory, processor time and latency."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import quantiles

from bench.database import Database
from bench.events import Writers, positions, selection_campaigns, writing
from bench.measure import LoadError, cpu, resident
from bench.servers import SECRET, Running
from bench.subscribers import Arrival, Crowd, Subscriber
from bench.workloads import OPERATIONS
from resolvers.ids import encode
from transport.auth.tokens import sign

OPERATION = (OPERATIONS / "participationChanged.graphql").read_text()
WAIT_SECONDS = 60
PAUSE_SECONDS = 0.25
"""Seconds between two events of `one_to_many`."""


@dataclass(frozen=True)
class Load:
    """The numbers of subscribers and events."""

    idle: int
    "Subscribers of `idle`, which get no events."
    rest: int
    "Seconds for which they are measured."
    audience: int
    "Subscribers of the one campaign of `one_to_many`."
    events: int
    "Events of that campaign, one after the other."
    campaigns: int
    "Campaigns of the other cases."
    each: int
    "Subscribers of each campaign of `many_to_some`."
    rate: int
    "Events a second of all these campaigns together."
    lag_rate: int
    "Events a second of `lag`, without subscribers."
    seconds: int
    "Seconds for which events are written in `many_to_some` and `lag`."


FULL = Load(
    idle=5_000,
    rest=10,
    audience=1_000,
    events=20,
    campaigns=20,
    each=50,
    rate=200,
    lag_rate=500,
    seconds=10,
)
Numbers = dict[str, float]
"""The measured numbers by name."""


@dataclass(frozen=True)
class Scene:
    """A server with its subscribers, and the database beside it."""

    database: Database
    running: Running
    crowd: Crowd
    load: Load

    async def idle(self) -> Numbers:
        """Return the memory and the processor time of subscribers that get no events."""
        server = self.running.process.pid
        campaigns = selection_campaigns(self.database, self.load.campaigns)
        before = resident(server)
        await self._gather(campaigns, self.load.idle // len(campaigns))
        began = cpu(server)
        await asyncio.sleep(self.load.rest)
        spent = cpu(server) - began
        megabytes = resident(server)
        return {
            "kilobytes": (megabytes - before) * 1024 / self.load.idle,
            "megabytes": megabytes,
            "cpu": spent / self.load.rest * 1000,
        }

    async def one_to_many(self) -> Numbers:
        """Return the cost of single events of one campaign, to which all are subscribed."""
        campaigns = selection_campaigns(self.database, 1)
        await self._gather(campaigns, self.load.audience)
        async with writing(self.database, campaigns) as writers:
            meter = Meter(self, writers)
            for _ in range(self.load.events):
                await writers.write()
                meter.take(self.load.audience)
                await asyncio.sleep(PAUSE_SECONDS)
            return meter.read(self.load.audience)

    async def many_to_some(self) -> Numbers:
        """Return the cost of a steady rate of events of several campaigns."""
        campaigns = selection_campaigns(self.database, self.load.campaigns)
        await self._gather(campaigns, self.load.each)
        async with writing(self.database, campaigns) as writers:
            meter = Meter(self, writers)
            await writers.write_at(self.load.rate, self.load.seconds)
            meter.take(len(writers.committed) * self.load.each)
            return meter.read(self.load.each)

    async def lag(self) -> Numbers:
        """Return the time from the commit of an event to its position in the feed."""
        campaigns = selection_campaigns(self.database, self.load.campaigns)
        async with writing(self.database, campaigns) as writers, positions(self.database) as placed:
            await writers.write_at(self.load.lag_rate, self.load.seconds)
            committed = writers.committed
            deadline = time.monotonic() + WAIT_SECONDS
            while not committed.keys() <= placed.keys():
                if time.monotonic() > deadline:
                    raise LoadError("some events got no position")
                await asyncio.sleep(0.01)
        return _ranks([placed[event] - at for event, at in committed.items()])

    async def _gather(self, campaigns: Sequence[int], each: int) -> None:
        """Subscribe this number to each campaign, and wait until an event has reached them all."""
        subscribers = [
            Subscriber(_token(number), {"campaignId": encode("Campaign", campaign)})
            for number, campaign in zip(
                range(each * len(campaigns)), cycle(campaigns), strict=False
            )
        ]
        self.crowd.join(self.running.port, OPERATION, subscribers)
        for campaign in campaigns:
            async with writing(self.database, [campaign]) as writers:
                await self._reach(writers, each)

    async def _reach(self, writers: Writers, count: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            event = await writers.write()
            arrivals = self.crowd.arrivals(count, seconds=2)
            if sum(arrival.event == event for arrival in arrivals) == count:
                return
        raise LoadError(f"{self.running.peer.title} does not reach all its subscribers")


class Meter:
    """A meter of the cost and the latency of deliveries, from its creation on."""

    def __init__(self, scene: Scene, writers: Writers) -> None:
        self._scene = scene
        self._writers = writers
        self._arrivals: list[Arrival] = []
        self._before = self._spent()

    def take(self, count: int) -> None:
        """Wait for this number of deliveries."""
        self._arrivals += self._scene.crowd.arrivals(count, WAIT_SECONDS)

    def read(self, each: int) -> Numbers:
        """Return the cost of a delivery in microseconds, and the times in milliseconds.

        Raises LoadError unless each event has reached this number of subscribers.
        """
        server, postgres = (
            (now - before) * 1e6 / len(self._arrivals)
            for now, before in zip(self._spent(), self._before, strict=True)
        )
        committed = self._writers.committed
        if len(self._arrivals) != each * len(committed):
            told = f"{len(self._arrivals)} deliveries of {len(committed)} events to {each} each"
            raise LoadError(f"{self._scene.running.peer.title} made {told}")
        took = [arrival.nanoseconds - committed[arrival.event] for arrival in self._arrivals]
        last = max(arrival.nanoseconds for arrival in self._arrivals) - max(committed.values())
        return {"server": server, "database": postgres, **_ranks(took), "last": last / 1e6}

    def _spent(self) -> tuple[float, float]:
        return cpu(self._scene.running.process.pid), cpu(self._scene.database.pid)


def _ranks(nanoseconds: Sequence[int]) -> Numbers:
    """Return the median and the 99th percentile, in milliseconds."""
    ranks = quantiles(nanoseconds, n=100)
    return {"p50": ranks[49] / 1e6, "p99": ranks[98] / 1e6}


def _token(number: int) -> str:
    return sign(SECRET, {"role": "STAFF", "sub": f"staff-{number}"}, 24 * 60 * 60)
