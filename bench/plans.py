"""The bench of plans: freezing, applying and taking back one of 100,000, beside calls by id.

`python -m bench.plans`, or `make plans`, writes PLANS.md, which says what is measured and how.
"""

import argparse
import asyncio
import datetime as dt
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bench.database import Database, Size, databases
from bench.flatness import SIZES, prepare
from bench.measure import LoadError
from bench.servers import JOINERY, ROOT, TOKENS, Servers
from bench.setup import machine, versions
from bench.workloads import OPERATIONS
from resolvers.ids import encode

RESULTS = Path(__file__).parent / "PLANS.md"
ROUNDS = 5
POLL_SECONDS = 0.05
"""Seconds between two looks at a plan."""
Numbers = dict[str, float]


@dataclass(frozen=True)
class Load:
    """The numbers of items and calls in a round."""

    size: Size
    items: int
    "Items of a plan."
    calls: int
    "Calls of mutations with ids, one after the other."
    ids: int
    "Ids in each of these calls."
    singles: int
    "Calls of one id at most while a plan is applied."


FULL = Load(SIZES[1], items=100_000, calls=20, ids=1_000, singles=2_000)


@dataclass
class Console:
    """A client of staff, of one campaign."""

    http: httpx.AsyncClient
    url: str
    campaign: str
    removed: Sequence[str]
    "Influencers who were removed from it: their rows would be changed, and a reset keeps them so."
    waited: list[float] = field(default_factory=list[float])
    "Seconds that each `markJoined` of one took."

    async def ask(self, operation: str, **variables: Any) -> Any:
        """Return the only field of an answer's data. Raises LoadError if there is an error."""
        answer = await self.http.post(self.url, json={"query": operation, "variables": variables})
        found = answer.json()
        if "errors" in found:
            raise LoadError(str(found["errors"])[:2000])
        [data] = found["data"].values()
        if data.get("userErrors"):
            raise LoadError(str(data["userErrors"])[:2000])
        return data

    async def freeze(self, items: int) -> tuple[str, float]:
        """Make a plan of so many; return its id, and the seconds until it was READY."""
        began = time.monotonic()
        given = {
            "campaignId": self.campaign,
            "action": "MARK_JOINED",
            "candidates": {"status": ["AVAILABLE"]},
            "except": self.removed,
            "limit": items,
        }
        plan = (await self.ask(_CREATE, input=given))["plan"]["id"]
        return plan, await self._until(plan, "READY", items) - began

    async def undo(self, plan: str, items: int) -> tuple[str, float]:
        """Make the plan that takes one back, like `freeze`."""
        began = time.monotonic()
        undo = (await self.ask(_UNDO, input={"id": plan, "reason": "A mistake"}))["plan"]["id"]
        return undo, await self._until(undo, "READY", items) - began

    async def apply(self, plan: str, items: int) -> float:
        """Apply a plan; return the seconds until it was APPLIED."""
        began = time.monotonic()
        await self.ask(_APPLY, input={"id": plan})
        return await self._until(plan, "APPLIED", items) - began

    async def mark(self, influencers: Sequence[int]) -> float:
        """Mark influencers as joined by their ids; return the seconds it took."""
        ids = [encode("Influencer", key) for key in influencers]
        began = time.monotonic()
        data = await self.ask(_MARK, campaignId=self.campaign, influencerIds=ids)
        if data["summary"]["changed"] != len(ids):
            raise LoadError(f"not all of {len(ids)} were marked: {data['summary']}")
        return time.monotonic() - began

    async def mark_singly(self, influencers: Sequence[int]) -> None:
        """Mark one after the other until cancelled. Raises LoadError where they do not suffice."""
        for influencer in influencers:
            self.waited.append(await self.mark([influencer]))
        raise LoadError(f"all {len(influencers)} were marked before the plan was applied")

    async def _until(self, plan: str, status: str, items: int) -> float:
        """Wait for a plan's status, and return when it was seen. Raises LoadError."""
        while (found := await self.ask(_PLAN, id=plan))["status"] != status:
            if found["status"] not in ("PREPARING", "APPLYING"):
                raise LoadError(f"{plan} is {found['status']}, not {status}")
            await asyncio.sleep(POLL_SECONDS)
        seen = time.monotonic()
        if found["summary"]["changed"] != items or found["progress"]["drifted"]:
            raise LoadError(f"{plan} has other items than {items} changes: {found}")
        return seen


@dataclass
class Measured:
    """The results of all rounds."""

    rounds: list[Numbers] = field(default_factory=list[Numbers])
    "In each the seconds of freezing, and items a second."
    waited: list[float] = field(default_factory=list[float])
    "Seconds that each `markJoined` of one took beside a plan, in all rounds."


def measure(found: Database, servers: Servers, load: Load, rounds: int = ROUNDS) -> Measured:
    """Return what was measured. Raises LoadError."""
    measured = Measured()
    for turn in range(rounds):
        with servers.start(JOINERY) as running:
            url = f"http://127.0.0.1:{running.port}{JOINERY.path}"
            numbers, waited = asyncio.run(_round(found, url, load))
        measured.rounds.append(numbers)
        measured.waited += waited
        told = ", ".join(f"{name} {number:,.3f}" for name, number in numbers.items())
        print(f"{turn + 1}: {told}", flush=True)
    return measured


async def _round(found: Database, url: str, load: Load) -> tuple[Numbers, list[float]]:
    [[campaign]] = found.rows(_CAMPAIGN)
    spare = load.calls * load.ids + load.singles
    sql = _AVAILABLE.format(campaign=campaign, skip=load.items, limit=spare)
    others = [int(row[0]) for row in found.rows(sql)]
    if len(others) < spare:
        raise LoadError(f"the campaign has only {len(others)} others who are available")
    headers = {"Authorization": f"Bearer {TOKENS.of(None)}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as http:
        removed = [
            encode("Influencer", int(row[0])) for row in found.rows(_REMOVED.format(campaign))
        ]
        console = Console(http, url, encode("Campaign", int(campaign)), removed)
        numbers = await _alone(console, load, others)
        _reset(found)
        numbers |= await _beside(console, load, others[: load.singles])
        _reset(found)
    return numbers, console.waited


def _reset(found: Database) -> None:
    """Undo what was written, and clean up after that, so that autovacuum does not do so later."""
    found.reset()
    found.server.sql(f"VACUUM (ANALYZE) {', '.join(_WRITTEN)}", found.name)


def _rebuild_indexes(found: Database) -> None:
    """Leave no empty pages behind in them: `bench.flatness` measures the same data."""
    found.server.sql("; ".join(f"REINDEX TABLE {table}" for table in _WRITTEN), found.name)


async def _alone(console: Console, load: Load, others: Sequence[int]) -> Numbers:
    items = load.items
    starts = range(load.singles, len(others), load.ids)
    calls = [await console.mark(others[start : start + load.ids]) for start in starts]
    plan, freezing = await console.freeze(items)
    applying = await console.apply(plan, items)
    undo, freezing_undo = await console.undo(plan, items)
    undoing = await console.apply(undo, items)
    return {
        "freezing, s": freezing,
        "applying, items/s": items / applying,
        "freezing the undo, s": freezing_undo,
        "undoing, items/s": items / undoing,
        "calls with ids, items/s": load.calls * load.ids / sum(calls),
    }


async def _beside(console: Console, load: Load, others: Sequence[int]) -> Numbers:
    """Apply another plan, while one client marks one influencer after the other."""
    plan, _ = await console.freeze(load.items)
    marking = asyncio.create_task(console.mark_singly(others))
    applying = await console.apply(plan, load.items)
    marking.cancel()
    with suppress(asyncio.CancelledError):
        await marking
    return {"applying beside singles, items/s": load.items / applying}


def _goals(middle: Numbers, waited: Sequence[float]) -> Iterator[tuple[str, str, float, bool]]:
    """Yield for each goal its title, the goal, the measured number, and whether it is met."""
    freezing = middle["freezing, s"]
    yield "freezing, s", "at most 3", freezing, freezing <= 3
    for what in ("applying", "undoing"):
        rate = middle[f"{what}, items/s"]
        ratio = rate / middle["calls with ids, items/s"]
        yield f"{what}, items/s", "at least 8,000", rate, rate >= 8_000
        yield f"{what}, to calls with ids", "at least 3", ratio, ratio >= 3
    p99 = quantiles(waited, n=100, method="inclusive")[-1]
    yield "`markJoined` of one beside a plan, p99 in s", "at most 0.3", p99, p99 <= 0.3


def report(measured: Measured, load: Load, installed: dict[str, str]) -> str:
    """Return the report, in Markdown."""
    rows = measured.rounds
    middle = {name: median(row[name] for row in rows) for name in rows[0]}
    about = ", ".join(f"{name} {version}" for name, version in installed.items())
    lines = [
        _HEAD.format(
            date=dt.datetime.now(tz=dt.UTC).date(),
            machine=machine(),
            versions=about,
            rounds=len(rows),
            influencers=load.size.influencers,
            items=load.items,
            calls=load.calls,
            ids=load.ids,
        )
    ]
    for title, goal, value, is_met in _goals(middle, measured.waited):
        lines.append(f"| {title} | {goal} | {_number(value)} | {'yes' if is_met else '**no**'} |")
    lines += ["", "| | median | lowest | highest |", "| --- | ---: | ---: | ---: |"]
    columns = {name: [row[name] for row in rows] for name in middle}
    columns[f"`markJoined` of one beside a plan, s; {len(measured.waited)} calls"] = measured.waited
    for name, column in columns.items():
        told = " | ".join(_number(value) for value in (median(column), min(column), max(column)))
        lines.append(f"| {name} | {told} |")
    return "\n".join([*lines, ""])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


_HEAD = """\
# Plans

Made by `python -m bench.plans` on {date}: {machine}.
{versions}.

One process of the server, its PostgreSQL and the client share the machine. The campaign is open to
who has 50,000 followers, among {influencers:,} influencers. All is asked over HTTP by one client,
which looks each 50 ms how far a plan is; times are from the sending of the mutation to the answer
that shows the end. A round: {calls} calls of `markJoined` with {ids:,} ids, one after the other; a
plan of {items:,} items (`createPlan`, then `applyPlan`) and the one that takes it back; then, on
the data as before, another such plan, which is applied while a second client calls `markJoined` of
one influencer in the same campaign, again and again. Numbers are medians of {rounds} rounds.

| what | goal | measured | met |
| --- | --- | ---: | --- |"""
_CREATE = """mutation CreatePlan($input: CreatePlanInput!) {
    createPlan(input: $input) { plan { id } userErrors { code message } } }"""
_UNDO = """mutation UndoPlan($input: UndoPlanInput!) {
    undoPlan(input: $input) { plan { id } userErrors { code message } } }"""
_APPLY = """mutation ApplyPlan($input: PlanInput!) {
    applyPlan(input: $input) { plan { id } userErrors { code message } } }"""
_PLAN = """query Plan($id: ID!) {
    plan(id: $id) { status summary { changed } progress { drifted } } }"""
_MARK = (OPERATIONS / "M.graphql").read_text()
_WRITTEN = (
    "availability_count",
    "availability_delta",
    "campaign",
    "feed",
    "participation",
    "participation_event",
    "plan",
    "plan_item",
)
_CAMPAIGN = "SELECT min(id) FROM campaign WHERE status = 'ONGOING' AND selection"
_REMOVED = """
SELECT influencer_id FROM participation WHERE campaign_id = {} AND status = 'REMOVED'"""
_AVAILABLE = """
SELECT f.influencer_id FROM campaign c, campaign_candidates(c, 4 * ({skip} + {limit})) f
WHERE c.id = {campaign} AND f.status = 'AVAILABLE' AND NOT EXISTS (SELECT FROM participation p
    WHERE p.campaign_id = c.id AND p.influencer_id = f.influencer_id)
ORDER BY f.followers DESC, f.influencer_id DESC OFFSET {skip} LIMIT {limit}"""


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the report if nothing else was asked for."""
    parser = argparse.ArgumentParser("python -m bench.plans", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="%(default)s")
    parser.add_argument("--folder", default=str(ROOT / ".bench" / "flatness"), help="%(default)s")
    asked = parser.parse_args(words)
    folder = Path(asked.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with databases([FULL.size], folder, "flat", prepare) as (found,):
        measured = measure(found, Servers(found.url, folder), FULL, asked.rounds)
        _rebuild_indexes(found)
        text = report(measured, FULL, versions(found))
    print(text)
    if asked.rounds == ROUNDS:
        RESULTS.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
