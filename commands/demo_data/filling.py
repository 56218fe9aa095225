"""Filling an empty database with data that looks real."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commands.database import migrated
from commands.demo_data import rows, story
from commands.demo_data.campaigns import CampaignData
from commands.demo_data.campaigns import campaigns as made_up_campaigns
from commands.demo_data.histories import History, Stage
from commands.demo_data.people import CATEGORIES, PersonData, people
from commands.identities import print_tokens
from database.bulk import insert
from database.indexes import without_indexes
from database.transactions import transacted
from models import categories
from models.availability import EVERYONE
from models.campaign import Campaign
from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Participation, ParticipationEvent, Post, PostFinding
from models.referral_code import ReferralCode
from resolvers.availability.worker import refresh
from resolvers.availability.writers import invalidate
from transport.settings import Settings
from workflow.enums import Action, CampaignStatus, Role
from workflow.facts import AccountRow, CampaignRow, InfluencerRow

BATCH = 5_000
"""The number of influencers in one statement."""
POOL = 4_000
"""The number of influencers among whom campaigns find their participants."""
EACH = 60
"""The largest number of participants of a campaign."""


async def fill(campaigns: int, influencers: int, seed: int) -> None:
    """Fill the database of the settings, unless it has something, and print tokens for the demo.

    Raises SettingsError, DatabaseError or CommandError.
    """
    settings = Settings()

    async def work() -> bool:
        if await Campaign.exists() or await Influencer.exists():
            return False
        await Demo(Random(seed), datetime.now(UTC)).fill(campaigns, influencers)
        await invalidate(EVERYONE)
        return True

    async with migrated(settings):
        if not await transacted(work):
            print("The database has campaigns or influencers already: nothing was added.")
        await refresh()
        await print_tokens(settings)


@dataclass(slots=True)
class Person:
    """A stored influencer, as campaigns look for participants."""

    id: int
    external_id: str
    profile: InfluencerRow
    accounts: Sequence[AccountRow]

    @property
    def followers(self) -> int:
        """Of the largest account."""
        return max((account.followers for account in self.accounts), default=0)


@dataclass(slots=True)
class Demo:
    """The demo, as it is being stored."""

    rng: Random
    now: datetime
    numbers: Mapping[str, int] = field(default_factory=dict[str, int])
    "Of the categories, by folded name."
    pool: list[Person] = field(default_factory=list[Person])

    async def fill(self, campaigns: int, influencers: int) -> None:
        """Store everything."""
        campaign_data = list(made_up_campaigns(self.rng, campaigns, self.now))
        self.numbers = await categories.register(CATEGORIES)
        columns = TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, TimeRemainingColumn()) as progress:
            storing = progress.add_task("influencers", total=influencers)
            async with without_indexes("influencer", "influencer_search", "social_account"):
                storied = await self._store_people(story.story_people())
                for batch in _batches(people(self.rng, influencers)):
                    stored = await self._store_people(batch)
                    self.pool += stored[: POOL - len(self.pool)]
                    progress.advance(storing, len(batch))
            happening = progress.add_task("campaigns", total=len(campaign_data))
            for place, data in enumerate(story.story_campaigns(self.now)):
                await self._story_campaign(data, storied, first=not place)
            for data in campaign_data:
                await self._campaign(data)
                progress.advance(happening)

    async def _store_people(self, batch: Sequence[PersonData]) -> list[Person]:
        given = [rows.influencer(person, self.numbers, self.now) for person in batch]
        keys = await insert(Influencer, given)
        accounts = [
            rows.account(key, account, self.now)
            for key, person in zip(keys, batch, strict=True)
            for account in person.accounts
        ]
        account_keys = iter(await insert(SocialAccount, accounts))
        await InfluencerSearch.bulk_create(
            InfluencerSearch(influencer_id=key, text=rows.search_text(person))
            for key, person in zip(keys, batch, strict=True)
        )
        return [
            Person(
                key,
                person.external_id,
                InfluencerRow(row["country"], row["category_mask"], row["category_overflow"]),
                [
                    AccountRow(next(account_keys), account.platform.number, account.followers, None)
                    for account in person.accounts
                ],
            )
            for key, person, row in zip(keys, batch, given, strict=True)
        ]

    # Campaigns

    async def _campaign(self, data: CampaignData) -> None:
        key, row, codes = await self._store_campaign(data)
        if data.status in (CampaignStatus.DRAFT, CampaignStatus.UPCOMING):
            return
        stage = Stage(self.rng, row, self.now - rows.PAST, self.now)
        fitting = [person for person in self.pool if _fits(person, data)]
        wanted = self.rng.randint(EACH // 4, EACH)
        await self._store(key, stage, self._happened(stage, fitting, wanted), codes)

    async def _story_campaign(
        self, data: CampaignData, storied: Sequence[Person], *, first: bool
    ) -> None:
        """Store a campaign of the story: in the first, two wait from the start."""
        key, row, codes = await self._store_campaign(data)
        stage = Stage(self.rng, row, self.now - timedelta(days=3), self.now)
        fitting = [person for person in self.pool if _fits(person, data)]
        happened = self._happened(stage, fitting, 12)
        if first:
            for person in storied[:2]:
                history = _history(person)
                at = self.now - timedelta(hours=2)
                assert stage.step(history, at, (Role.STAFF, Action.MARK_JOINED))
                happened.append(history)
        await self._store(key, stage, happened, codes)

    def _happened(self, stage: Stage, fitting: list[Person], wanted: int) -> list[History]:
        """Return the histories of up to so many people whom the rules admit."""
        self.rng.shuffle(fitting)
        histories = (_history(person) for person in fitting)
        begun = (h for h in histories if stage.perform(h, self.rng.randint(1, 6)))
        return list(islice(begun, wanted))

    async def _store_campaign(self, data: CampaignData) -> tuple[int, CampaignRow, list[int]]:
        """Store the campaign; return its key, its columns, and the keys of its codes."""
        row = rows.campaign(data, self.numbers, self.now)
        (key,) = await insert(Campaign, [row])
        codes = await insert(ReferralCode, rows.codes(key, data))
        return key, CampaignRow(**{name: row[name] for name in CampaignRow._fields}), codes

    async def _store(
        self, campaign: int, stage: Stage, histories: Sequence[History], codes: Sequence[int]
    ) -> None:
        """Write what happened on a campaign, its events and its codes in the order of time."""
        given = sorted((h.code_at, h.influencer) for h in histories if h.code_at)
        code_of = {key: code for (_, key), code in zip(given, codes, strict=False)}
        parts = await insert(
            Participation,
            [rows.participation(campaign, one, code_of.get(one.influencer)) for one in histories],
        )
        both = list(zip(parts, histories, strict=True))
        posts = await insert(
            Post, [rows.post(campaign, part, post) for part, told in both for post in told.posts]
        )
        post_keys = iter(posts)
        every_post = (post for _, told in both for post in told.posts)
        await insert(
            PostFinding,
            [
                rows.finding(key, seen)
                for key, post in zip(posts, every_post, strict=True)
                for seen in post.findings
            ],
        )
        events = [
            rows.event(campaign, part, history, event, posts)
            for part, history in both
            for posts in [[next(post_keys) for _ in history.posts]]
            for event in history.events
        ]
        await insert(ParticipationEvent, sorted(events, key=lambda row: row["occurred_at"]))
        await Campaign.filter(id=campaign).update(
            places_taken=stage.row.places_taken, codes_given=len(given)
        )


def _batches(everyone: Iterator[PersonData]) -> Iterator[list[PersonData]]:
    while batch := list(islice(everyone, BATCH)):
        yield batch


def _fits(person: Person, data: CampaignData) -> bool:
    """Return whether to try the person: the rules themselves are asked later."""
    return not data.countries or person.profile.country in data.countries


def _history(person: Person) -> History:
    return History(person.id, person.profile, person.accounts, person.followers)
