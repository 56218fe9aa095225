"""`demo`: data that look real, and that the rules allow to the last event."""

import os
import signal
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest

from database.connection import connected
from database.session import capabilities, connection
from models import profiles
from models.campaign import Campaign
from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Participation, ParticipationEvent, Post, PostFinding
from models.referral_code import ReferralCode
from tests.commands.running import CommandLine, Ran
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.workflow.replay import Kept, check_replay
from workflow.enums import (
    Action,
    AffiliateKind,
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    PostSource,
    PostStatus,
)
from workflow.facts import AccountRow, CampaignRow, InfluencerRow, build_facts
from workflow.receipts import read_receipt
from workflow.rows import workflow_rows
from workflow.table import POST_ROLES, SUBMITTING

pytestmark = pytest.mark.slow
TABLES = {
    "category": "id",
    "influencer": "id",
    "social_account": "id",
    "influencer_search": "influencer_id",
    "campaign": "id",
    "referral_code": "id",
    "participation": "id",
    "post": "id",
    "participation_event": "id",
}
REMOVED = ParticipationStatus.REMOVED
HOLDING_A_PLACE = (ParticipationStatus.APPROVED, ParticipationStatus.JOINED)


@dataclass(frozen=True)
class Loaded:
    """A database with the demo, loaded twice, and what was said each time."""

    url: str
    first: Ran
    second: Ran


@pytest.fixture(scope="module")
def demo(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Generator[Loaded]:
    with databases.lend() as url:
        run = CommandLine(tmp_path_factory.mktemp("demo"), url)
        yield Loaded(url, run("demo"), run("demo"))


async def table(name: str) -> list[dict[str, Any]]:
    """All rows of a table, in the order of its key."""
    client: Any = connection()
    return await client.execute_query_dict(f"SELECT * FROM {name} ORDER BY {TABLES[name]}")


async def contents(url: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that is stored, but for the moments, which depend on now."""
    async with connected(url):
        return {name: [_timeless(row) for row in await table(name)] for name in TABLES}


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    moments = ("_at", "application_deadline", "xid")
    return {name: _plain(value) for name, value in row.items() if not name.endswith(moments)}


def _plain(value: object) -> object:
    if isinstance(value, str) and value.startswith("["):
        return orjson.loads(value)
    return int(value) if isinstance(value, bool) else value


def test_it_prints_ready_tokens_unwrapped_for_staff_first(demo: Loaded) -> None:
    lines = demo.first.out.splitlines()
    tokens = [line for line in lines if line.startswith("ey")]
    roles = [jwt.decode(token, options={"verify_signature": False})["role"] for token in tokens]

    assert demo.first.code == 0
    assert roles[:3] == ["STAFF", "ADVERTISER", "INFLUENCER"]
    assert "marked as joined with two accounts" in lines[lines.index(tokens[2]) - 1]


def test_production_is_given_no_tokens(demo: Loaded, process: CommandLine) -> None:
    secrets = {"JOINERY_AUTH_SECRET": "a" * 48, "JOINERY_CONNECT_SECRET": "c" * 48}
    production = {"JOINERY_ENV": "production", "JOINERY_DATABASE_URL": demo.url}

    ran = process("demo", settings=production | secrets)

    assert ran.code == 0
    assert "nothing was added" in ran.out
    assert "ey" not in ran.out


def test_a_second_time_adds_nothing_and_prints_tokens(demo: Loaded) -> None:
    assert demo.second.code == 0
    assert "nothing was added" in demo.second.out
    assert demo.second.out.count("\ney") == demo.first.out.count("\ney")


async def indexes(url: str) -> list[tuple[Any, ...]]:
    listed = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name",
        "postgres": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " ORDER BY indexname",
    }
    async with connected(url):
        client: Any = connection()
        _, found = await client.execute_query(listed[capabilities().dialect])
        return [tuple(row) for row in found]


async def test_the_indexes_are_as_they_were(demo: Loaded, databases: Databases) -> None:
    with databases.lend() as untouched:
        assert await indexes(demo.url) == await indexes(untouched)


async def test_it_stores_as_many_as_asked_for(demo: Loaded) -> None:
    async with connected(demo.url):
        assert await Campaign.all().count() == 40 + 3
        assert await Influencer.all().count() == 2_000 + 6


async def test_every_status_and_kind_is_there(demo: Loaded) -> None:
    async with connected(demo.url):
        campaigns = await Campaign.all()
        parts = await Participation.all()
        posts = await Post.all()
        findings = await PostFinding.all()

    assert {kind_of(campaign) for campaign in campaigns} == {
        *((CampaignType.SOCIAL, None, selection, True) for selection in (True, False)),
        *product([CampaignType.AFFILIATE], AffiliateKind, (True, False), (True, False)),
    }
    assert {campaign.status for campaign in campaigns} == set(CampaignStatus)
    assert {part.status for part in parts} == set(ParticipationStatus)
    assert {post.status for post in posts} == set(PostStatus)
    assert {post.source for post in posts} == set(PostSource)
    assert {finding.is_over for finding in findings} == {True, False}
    untracked = {campaign.id for campaign in campaigns if not campaign.post_tracking}
    assert {part.status for part in parts if part.campaign_id in untracked} >= {
        "JOINED",
        "APPROVED",
    }


def kind_of(campaign: Campaign) -> tuple[object, ...]:
    return campaign.type, campaign.affiliate_kind, campaign.selection, campaign.post_tracking


async def test_every_event_follows_from_the_one_before_by_the_rules(demo: Loaded) -> None:
    async with connected(demo.url):
        campaigns = {campaign.id: campaign for campaign in await Campaign.all()}
        parts = {part.id: part for part in await Participation.all()}
        histories = defaultdict[int | None, list[ParticipationEvent]](list)
        for event in await ParticipationEvent.all().order_by("id"):
            histories[event.participation_id].append(event)

    assert histories.keys() == parts.keys()
    for part in parts.values():
        assert_allowed(campaigns[part.campaign_id], part, histories[part.id])


def assert_allowed(
    campaign: Campaign, part: Participation, events: Sequence[ParticipationEvent]
) -> None:
    """Replay a history: each event is a row of the table, and they come to what is stored."""
    allowed = {
        (row.action, role, row.from_status, row.to_status)
        for row in workflow_rows(campaign.type, selection=campaign.selection)
        for role in row.roles
        if row.post_tracking in (None, campaign.post_tracking)
    }
    status, round_, version = None, 1, 0
    for event in events:
        source = None if event.from_status is REMOVED else event.from_status
        step = (event.action, event.actor_role, source, event.to_status)
        assert event.from_status == status, step
        assert step in allowed, step
        assert (event.campaign_id, event.influencer_id) == (part.campaign_id, part.influencer_id)
        round_ += status is REMOVED or event.action == "REOPEN"
        version += event.action not in SUBMITTING | POST_ROLES.keys()
        assert event.round == round_
        status = event.to_status
    assert (part.status, part.round, part.version) == (status, round_, version)
    times = [event.occurred_at for event in events]
    assert times == sorted(times)
    assert times[0] == part.created_at
    assert times[-1] <= datetime.now(UTC)


async def test_places_are_those_of_who_is_approved_or_joined(demo: Loaded) -> None:
    async with connected(demo.url):
        for campaign in await Campaign.all():
            held = await Participation.filter(
                campaign_id=campaign.id, status__in=HOLDING_A_PLACE
            ).count()
            assert campaign.places_taken == held
            assert campaign.capacity is None or held <= campaign.capacity


async def test_codes_are_those_of_who_was_ever_approved_or_joined(demo: Loaded) -> None:
    async with connected(demo.url):
        campaigns = {campaign.id: campaign for campaign in await Campaign.all()}
        entered = await ParticipationEvent.filter(to_status__in=HOLDING_A_PLACE).order_by("id")
        parts = await Participation.exclude(referral_code_id=None).prefetch_related("referral_code")
        pools = Counter(code.campaign_id for code in await ReferralCode.all())

    referral = [c for c in campaigns.values() if c.affiliate_kind is AffiliateKind.REFERRAL_CODE]
    first = {
        event.participation_id or 0: event.campaign_id for event in entered
        if campaigns[event.campaign_id] in referral
    }  # fmt: skip
    assert first.keys() == {part.id for part in parts}
    assert sum(campaign.codes_given > 10 for campaign in referral) > 1
    for campaign in referral:
        in_order = [key for key, of in first.items() if of == campaign.id]
        numbers = {part.id: code.number for part in parts if (code := part.referral_code)}
        assert [numbers[key] for key in in_order] == list(range(1, campaign.codes_given + 1))
        assert pools[campaign.id] == campaign.codes_total > campaign.codes_given


async def test_whoever_takes_part_may_see_it_and_has_a_qualifying_account(demo: Loaded) -> None:
    async with connected(demo.url):
        campaigns = {campaign.id: campaign for campaign in await Campaign.all()}
        people = {person.id: person for person in await Influencer.all()}
        accounts = defaultdict[int, list[AccountRow]](list)
        for row in await SocialAccount.all():
            account = AccountRow(row.id, row.platform, row.followers, None)
            accounts[row.influencer_id].append(account)
        for part in await Participation.all():
            campaign, person = campaigns[part.campaign_id], people[part.influencer_id]
            columns: dict[str, Any] = {
                name: getattr(campaign, name) for name in CampaignRow._fields
            }
            columns["status"] = CampaignStatus.ONGOING  # as it was when they came
            profile: dict[str, Any] = {
                name: getattr(person, name) for name in InfluencerRow._fields
            }
            facts = build_facts(
                CampaignRow(**columns),
                InfluencerRow(**profile),
                accounts[person.id],
                override=None,
                participation=None,
                posts=(),
                now=datetime.now(UTC),
            )
            assert facts.unavailable_reasons == ()
            settled = part.status not in (ParticipationStatus.WAITING, REMOVED)
            if settled and facts.post_tracking:
                assert part.selected_account_id in facts.qualifying
            if part.status is ParticipationStatus.WAITING:
                assert part.selected_account_id is None


async def test_every_event_keeps_what_decided_it(demo: Loaded) -> None:
    async with connected(demo.url):
        events = await ParticipationEvent.all()
    for event in events:
        receipt = read_receipt(orjson.loads(event.decision or ""))
        assert receipt is not None
        kept = Kept(event.action, event.actor_role, event.from_status, event.to_status)
        check_replay(kept, receipt)
    assert {event.action for event in events} > {Action.APPLY, Action.RECORD_FINDING}


async def test_rows_repeat_of_the_accounts_what_profiles_would_say(demo: Loaded) -> None:
    async with connected(demo.url):
        names = ("influencer", "influencer_search", "participation")
        before = [await table(name) for name in names]
        await profiles.refresh([row["id"] for row in before[0]])
        after = [await table(name) for name in names]
        for texts in (before[1], after[1]):
            for row in texts:
                row["text"] = sorted(row["text"].split("\n"))  # SQLite puts handles in any order
        assert after == before
        assert len(before[1]) == await InfluencerSearch.all().count() == len(before[0])


async def test_names_are_in_the_scripts_of_several_countries(demo: Loaded) -> None:
    async with connected(demo.url):
        names = await Influencer.all().values_list("name", flat=True)
        countries = set(await Influencer.all().values_list("country", flat=True))

    scripts = {unicodedata.name(letter).split()[0] for name in names for letter in str(name)}
    assert scripts >= {"CJK", "THAI", "LATIN", "HANGUL"}
    assert countries >= {"JP", "TH", "TW", "ID", "KR", "VN", "PH", "US", None}


async def test_follower_counts_have_a_long_tail(demo: Loaded) -> None:
    async with connected(demo.url):
        counts = sorted(account.followers for account in await SocialAccount.all())
    median = counts[len(counts) // 2]
    assert counts[-1] > 200 * median
    assert 500 < median < 10_000


async def test_the_same_seed_gives_the_same_data_on_either_database(
    sqlite_databases: SqliteDatabases, postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    found: list[dict[str, list[dict[str, Any]]]] = []
    with ExitStack() as lent:
        for lend, seed in ((sqlite_databases, 3), (postgres_databases, 3), (sqlite_databases, 4)):
            url = lent.enter_context(lend.lend())
            wanted = ("--campaigns", 5, "--influencers", 200, "--seed", seed)
            CommandLine(tmp_path, url)("demo", *wanted)
            found.append(await contents(url))
    here, there, other = found

    for name in TABLES:
        assert here[name] == there[name], name
    assert here["influencer"] != other["influencer"]
    assert here["participation_event"] != other["participation_event"]


def wait_until_written(file: Path, size: int) -> None:
    deadline = time.monotonic() + 60
    while not file.exists() or file.stat().st_size < size:
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def test_what_was_interrupted_left_nothing_and_is_done_anew(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.lend() as url:
        run = CommandLine(tmp_path, url)
        started = run.start("demo", "--influencers", 500_000)
        wait_until_written(Path(url.removeprefix("sqlite://") + "-wal"), 5_000_000)
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()

        done = run("demo", "--influencers", 50, "--campaigns", 0)

        assert "nothing was added" not in done.out
        async with connected(url):
            assert await Influencer.all().count() == 50 + 6


async def test_without_tables_it_says_what_to_do(databases: Databases, tmp_path: Path) -> None:
    with databases.lend(migrated=False) as url:
        told = CommandLine(tmp_path, url)("demo").told()
    assert "lacks 0001_initial" in told
    assert "python server.py migrate" in told
