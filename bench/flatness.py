"""Whether the Select influencer tab costs as much at a million influencers as at 100,000.

`python -m bench.flatness`, or `make flatness`. The same campaigns under the same rules in two
databases; Joinery's own resolvers say what to ask, and what they have asked is asked again, in
turns here and there. Counted is the processor time of the database's process, with plans made
before.
"""

import argparse
import asyncio
import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench.database import Database, Size, databases
from bench.setup import machine
from database.capabilities import POSTGRES
from database.connection import connected
from database.engines.asyncpg import SERVER_SETTINGS
from database.session import rows, run
from database.statement import Execution
from models.availability import EVERYONE
from projection import Run, Terms
from projection.listing import Page, page_values
from resolvers.availability.worker import recount
from resolvers.availability.writers import invalidate
from resolvers.queries import text_search
from resolvers.queries.candidate_counts import candidate_counts
from resolvers.queries.select_tab import CandidateListing, candidates
from resolvers.queries.what_if import gained_candidates, lost_candidates, what_if
from resolvers.queries.what_if_counts import available

SIZES = (
    Size(100_000, 2_000, 2_000_000, bulk=500),
    Size(1_000_000, 2_000, 2_000_000, bulk=500),
)
SMALL_SIZES = (Size(2_000, 40, 12_000, bulk=20), Size(4_000, 40, 12_000, bulk=20))
ROUNDS = 15
GOAL = 1.5
RESULTS = Path(__file__).parent / "FLATNESS.md"

_RULES = {
    "broad": "countries = '', category_mask = 0, followers_min = 50000, followers_max = NULL",
    "mid": "countries = 'KR', category_mask = 0, followers_min = 30000, followers_max = NULL",
    "rare": "countries = 'KR', category_mask = 4, followers_min = 10000, followers_max = 50000",
    "band": "countries = '', category_mask = 0, followers_min = 20000, followers_max = 20200",
    "nearly all": "countries = '', category_mask = 0, followers_min = 510, followers_max = NULL",
    "top joined": "countries = '', category_mask = 0, followers_min = NULL, followers_max = NULL",
}
"""The rules of six open campaigns on all platforms, by what they are called here."""

_OPEN = "SELECT id FROM campaign WHERE status = 'ONGOING' AND selection ORDER BY id"
_TOP = """
INSERT INTO participation (campaign_id, influencer_id, status, selected_platforms, origin, round,
    version, followers, created_at, updated_at)
SELECT :campaign, i.id, 'WAITING', 0, 'FORCED', 1, 1, i.followers, now(), now() FROM influencer i
WHERE i.erased_at IS NULL ORDER BY i.followers DESC, i.id DESC LIMIT 10000 ON CONFLICT DO NOTHING"""
_BASELINE = "UPDATE bench.baseline SET participation = (SELECT max(id) FROM participation)"


@dataclass(frozen=True)
class Case:
    """One thing to ask, of the campaign with this rule."""

    title: str
    rule: str
    filter: dict[str, Any] = field(default_factory=dict[str, Any])
    order: str = "FOLLOWERS_DESC"
    counts: bool = False
    what_if: dict[str, Any] | None = None
    "Rules that are not saved: the numbers, or the list of those lost or else gained by them."
    lost: bool = False


def cases() -> list[Case]:
    """Everything to measure."""
    orders = ("FOLLOWERS_DESC", "FOLLOWERS_ASC", "NAME_ASC", "NAME_DESC", "CHANGED_DESC")
    statuses = {
        "AVAILABLE": ["AVAILABLE"],
        "AVAILABLE + WAITING + APPLIED": ["AVAILABLE", "WAITING", "APPLIED"],
    }
    found = [
        Case(f"{title}, {order}", rule, {"status": listed}, order)
        for title, listed in statuses.items()
        for order in orders
        for rule in ("broad", "mid", "rare")
    ]
    usual = ("broad", "mid", "rare")
    found += [Case("UNAVAILABLE", rule, {"status": ["UNAVAILABLE"]}) for rule in usual]
    found += [Case("stored statuses alone", "mid", {"status": ["WAITING", "APPLIED", "JOINED"]})]
    found += [Case("all statuses", rule) for rule in usual]
    found += [Case("counts", rule, counts=True) for rule in usual]
    for what, text in _TEXTS.items():
        found += [Case(f"{what}, AVAILABLE", "broad", {"search": text, "status": ["AVAILABLE"]})]
    found += [Case("AVAILABLE in a narrow band", "band", {"status": ["AVAILABLE"]})]
    found += [Case("rare UNAVAILABLE", "nearly all", {"status": ["UNAVAILABLE"]})]
    found += [Case("10,000 of the top joined, AVAILABLE", "top joined", {"status": ["AVAILABLE"]})]
    for what, (rule, rules) in _WHAT_IFS.items():
        found += [Case(f"what-if, {what}: numbers", rule, counts=True, what_if=rules)]
        for order in ("FOLLOWERS_DESC", "NAME_ASC", "CHANGED_DESC"):
            title = f"what-if, {what}: {order}"
            found += [Case(title, rule, order=order, what_if=rules, lost=what in _LOSING)]
    return found


_TEXTS = {
    "text that 10 % have": "tanaka",
    "text that few have": "suzuki 9999",
    "a pair that 8 % have": "美咲",
    "a pair that nobody has": "zz",
    "text that 0.7 % have": "999",
}


_WHAT_IFS: dict[str, tuple[str, dict[str, Any]]] = {
    "a lower minimum": ("broad", {"followersMin": 40_000}),
    "a minimum lower by 20": ("broad", {"followersMin": 49_980}),
    "a higher minimum": ("broad", {"followersMin": 60_000}),
    "one country more": ("mid", {"countries": ["KR", "JP"]}),
    "one country instead of all": ("broad", {"countries": ["KR"]}),
    "no category": ("rare", {"categories": []}),
    "no maximum": ("rare", {"followersMax": None}),
    "what all meet": ("band", {"followersMin": None, "followersMax": None}),
}
_LOSING = ("a higher minimum", "one country instead of all")


class Recorder:
    """A connection that keeps what was asked on it (a `database.statement.Database`)."""

    capabilities = POSTGRES

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.asked: list[tuple[Any, list[Any]]] = []

    async def execute(self, sql: str, values: list[Any]) -> Execution:
        """Return the rows of a statement, prepared."""
        statement = await self.connection.prepare(sql)
        self.asked.append((statement, values))
        return Execution(await statement.fetch(*values), 0, 0)


@dataclass
class Measured:
    """One case in one database."""

    milliseconds: list[float] = field(default_factory=list[float])
    buffers: int = 0

    @property
    def middle(self) -> float:
        """The median time."""
        return median(self.milliseconds)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and write FLATNESS.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", default=".bench/flatness", help="where data are kept")
    parser.add_argument("--only", default="", help="measure cases with this in their title")
    asked = parser.parse_args(words)
    chosen = [case for case in cases() if asked.only in case.title]
    folder = Path(asked.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    text = flatness(SIZES, folder, chosen, asked.rounds)
    print(text)
    if not asked.only:
        RESULTS.write_text(text)
    return 0


def flatness(sizes: Sequence[Size], kept: Path | None, chosen: list[Case], rounds: int) -> str:
    """Return the table, in Markdown."""
    with databases(sizes, kept, "flat", prepare) as found:
        return asyncio.run(_measure(found, chosen, rounds))


async def prepare() -> None:
    """Give the campaigns their rules, and count whom they fit."""
    campaigns = await _campaigns()
    for campaign, rule in zip(campaigns, _RULES.values(), strict=True):
        await run(f"UPDATE campaign SET {rule}, platforms = 127 WHERE id = :id", id=campaign)
    await run(_TOP, campaign=campaigns[-1])
    await run(_BASELINE)
    for campaign in (EVERYONE, *campaigns):
        await invalidate(campaign)
        await recount(campaign)
    await run("VACUUM (ANALYZE, FREEZE)")


async def _campaigns() -> list[int]:
    """Open ones, as many as there are rules; their numbers are the same whatever the size."""
    return [row[0] for row in await rows(f"{_OPEN} LIMIT {len(_RULES)}")]


async def _measure(found: Sequence[Database], chosen: Sequence[Case], rounds: int) -> str:
    measured = [[Measured() for _ in found] for _ in chosen]
    sides = [await _ask(database, chosen) for database in found]
    for number in range(rounds + 1):
        for place in range(len(chosen)):
            for side, (asked, _) in enumerate(sides):
                took = await _again(asked[place])
                if number:  # the first one only warms
                    measured[place][side].milliseconds.append(took)
    for side, (asked, _) in enumerate(sides):
        for place in range(len(chosen)):
            measured[place][side].buffers = await _buffers(asked[place])
    text = _table(chosen, measured, found, [shares for _, shares in sides])
    for asked, _ in sides:
        await asked[0].connection.close()
    return text


async def _ask(
    database: Database, chosen: Sequence[Case]
) -> tuple[list[Recorder], dict[str, float]]:
    """Return what each case asks, and the share of influencers that each rule makes available."""
    driver: Any = asyncpg  # which has no types
    connection = await driver.connect(database.url, server_settings=SERVER_SETTINGS)
    text_search.SAMPLE_SECONDS = 0  # another database, another sample
    found: list[Recorder] = []
    async with connected(database.url):
        numbers = dict(zip(_RULES, await _campaigns(), strict=True))
        for case in chosen:
            recorder = Recorder(connection)
            await _resolve(case, recorder, numbers[case.rule])
            found.append(recorder)
        counts = await rows("SELECT campaign_id, available FROM availability_count")
        kept: dict[int, int] = {row[0]: row[1] for row in counts}
    shares = {rule: kept[number] / kept[EVERYONE] for rule, number in numbers.items()}
    return found, shares


async def _resolve(case: Case, recorder: Recorder, campaign: int) -> None:
    unused: Any = None
    run_ = Run(executor=unused, database=recorder, role="STAFF", context=unused)
    if case.counts and case.what_if is None:
        await candidate_counts(run_, {}, [campaign])
        return
    if case.counts:
        changes = await what_if(run_, {"rules": case.what_if}, [campaign])
        await available(run_, {}, [change for (change,) in changes.values()])
        return
    page = Page(limit=50, forward=True, cursor=None, after=True, asked=("", {}, Terms("", "")))
    arguments = {"filter": case.filter, "orderBy": case.order}
    listing = await _listing(case, run_, arguments, campaign)
    columns = "t.campaign_id, t.influencer_id, t.status"
    await run_.fetch(
        listing.rows(columns, "", page, [campaign]), {**listing.values, **page_values(page)}
    )


async def _listing(
    case: Case, run_: Run, arguments: dict[str, Any], campaign: int
) -> CandidateListing:
    if case.what_if is None:
        return await candidates(run_, arguments, [campaign])
    [(change,)] = (await what_if(run_, {"rules": case.what_if}, [campaign])).values()
    listing = lost_candidates if case.lost else gained_candidates
    return await listing(run_, arguments, [change])


async def _again(asked: Recorder) -> float:
    """Processor time of the database, in milliseconds."""
    process = asked.connection.get_server_pid()
    before = _processor_time(process)
    for statement, values in asked.asked:
        await statement.fetch(*values)
    return _processor_time(process) - before


def _processor_time(process: int) -> float:
    nanoseconds = Path(f"/proc/{process}/schedstat").read_text().split()[0]
    return int(nanoseconds) / 1e6


async def _buffers(asked: Recorder) -> int:
    """How many pages are looked at, as PostgreSQL tells of the plans that it has run."""
    told: list[int] = []

    def listen(_connection: Any, message: Any) -> None:
        plan = json.loads(message.message.partition("plan:")[2])["Plan"]
        told.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    await asked.connection.execute(_TELL_PLANS)
    asked.connection.add_log_listener(listen)
    await _again(asked)
    asked.connection.remove_log_listener(listen)
    await asked.connection.execute("SET auto_explain.log_min_duration = -1")
    return sum(told)


_TELL_PLANS = """
LOAD 'auto_explain'; SET auto_explain.log_format = json; SET auto_explain.log_analyze = on;
SET auto_explain.log_buffers = on; SET auto_explain.log_timing = off;
SET auto_explain.log_level = notice; SET auto_explain.log_min_duration = 0"""


def _table(
    chosen: Sequence[Case],
    measured: Sequence[Sequence[Measured]],
    found: Sequence[Database],
    shares: Sequence[dict[str, float]],
) -> str:
    """Return the report, in Markdown."""
    small, large = (f"{database.size.influencers:,}" for database in found)
    rules = ", ".join(f"*{rule}* {share:.2%}" for rule, share in shares[-1].items())
    told = (
        f"A page of 50, or the counts, of the same campaigns with {small} and with {large}"
        f" influencers and {found[0].size.participations:,} participations. Milliseconds of the"
        " database's processor time, median of runs in turns; pages looked at in brackets. The"
        f" rules make the campaign available to: {rules}. Goal: at most {GOAL} times as much."
    )
    today = dt.datetime.now(tz=dt.UTC).date()
    lines = [
        "# The Select influencer tab, at two sizes",
        "",
        f"Made by `python -m bench.flatness` on {today}: {machine()}.",
        "",
        told,
        "",
        f"| what | rule | {small} | {large} | ratio | |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for case, (here, there) in zip(chosen, measured, strict=True):
        ratio = there.middle / here.middle
        lines.append(
            f"| {case.title} | {case.rule} | {here.middle:.2f} ({here.buffers:,})"
            f" | {there.middle:.2f} ({there.buffers:,}) | {ratio:.2f}"
            f" | {'' if ratio <= GOAL else 'over'} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
