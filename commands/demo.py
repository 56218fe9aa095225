"""Fill an empty database with data that looks real."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commands.demo_data import story
from commands.demo_data.campaigns import CampaignData
from commands.demo_data.campaigns import campaigns as made_up_campaigns
from commands.demo_data.histories import ACTORS, History, Stage
from commands.demo_data.people import CATEGORIES, PersonData, people
from commands.identities import print_tokens
from models import categories, profiles
from models.bulk import insert
from models.campaign import Campaign
from models.database import connected
from models.enums import Action, CampaignStatus, Role, mask_of
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from models.platform_hosts import digest
from models.standing import AccountRow, CampaignRow, InfluencerRow
from models.text import fold
from models.transactions import transacted
from resolvers import ids
from transport.settings import Settings

BATCH = 5_000
"""Influencers stored in one transaction."""
POOL = 4_000
"""Influencers kept in mind, of whom campaigns take their participants."""
EACH = 60
"""Participants of a campaign, at most."""
PAST = timedelta(days=45)


async def demo(
    *,
    campaigns: Annotated[int, Parameter(validator=Number(gte=0))] = 40,
    influencers: Annotated[int, Parameter(validator=Number(gte=0))] = 2_000,
    seed: int = 7,
) -> None:
    """Fill the database with campaigns, influencers and histories that look real.

    It does so once: a database that has campaigns is left as it is. At the end it prints bearer
    tokens for a member of staff, an advertiser, and an influencer with something to do.

    Parameters
    ----------
    campaigns
        How many campaigns, beside the three of the README's story.
    influencers
        How many influencers, beside those of the story. A million takes a few minutes.
    seed
        The same seed gives the same data.
    """
    settings = Settings()
    async with connected(settings.database_url):
        if await Campaign.exists():
            print("The database has campaigns already: nothing was added.")
        else:
            await Demo(Random(seed), datetime.now(UTC)).fill(campaigns, influencers)
        await print_tokens(settings)


@dataclass(slots=True)
class Person:
    """A stored influencer, as campaigns look for participants."""

    id: int
    external_id: str
    country: str | None
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
    pool: list[Person] = field(default_factory=list[Person])

    async def fill(self, campaigns: int, influencers: int) -> None:
        """Store everything."""
        campaign_data = list(made_up_campaigns(self.rng, campaigns, self.now))
        self.numbers = await categories.register(CATEGORIES)
        columns = TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, TimeRemainingColumn()) as progress:
            storing = progress.add_task("influencers", total=influencers)
            storied = await self._store_people(story.story_people())
            for batch in _batches(people(self.rng, influencers)):
                self.pool += (await self._store_people(batch))[: POOL - len(self.pool)]
                progress.advance(storing, len(batch))
            happening = progress.add_task("campaigns", total=len(campaign_data))
            for place, data in enumerate(story.story_campaigns(self.now)):
                await transacted(
                    lambda d=data, p=place: self._story_campaign(d, storied, first=not p)
                )
            for data in campaign_data:
                await transacted(lambda d=data: self._campaign(d))
                progress.advance(happening)

    async def _store_people(self, batch: Sequence[PersonData]) -> list[Person]:
        return await transacted(lambda: self._insert_people(batch))

    async def _insert_people(self, batch: Sequence[PersonData]) -> list[Person]:
        rows = [self._influencer(person) for person in batch]
        keys = await insert(Influencer, rows)
        accounts = [
            {
                "influencer_id": key,
                "platform": account.platform.number,
                "external_id": f"{account.platform.lower()}-{account.handle}",
                "handle": account.handle,
                "handle_key": fold(account.handle),
                "followers": account.followers,
                "connected_at": self.now - PAST,
            }
            for key, person in zip(keys, batch, strict=True)
            for account in person.accounts
        ]
        account_keys = await insert(SocialAccount, accounts)
        await profiles.refresh(keys)
        found: dict[int, list[AccountRow]] = {key: [] for key in keys}
        for key, row in zip(account_keys, accounts, strict=True):
            account = AccountRow(key, row["platform"], row["followers"], None)
            found[row["influencer_id"]].append(account)
        return [
            Person(
                key,
                row["external_id"],
                row["country"],
                InfluencerRow(row["country"], row["category_mask"], row["category_overflow"]),
                found[key],
            )
            for key, row in zip(keys, rows, strict=True)
        ]

    def _influencer(self, person: PersonData) -> dict[str, Any]:
        mask, overflow = categories.mask_and_overflow(
            self.numbers[fold(name)] for name in person.categories
        )
        return {
            "external_id": person.external_id,
            "name": person.name,
            "name_key": fold(person.name),
            "email": f"{person.external_id}@example.com",
            "country": person.country,
            "categories": person.categories,
            "category_mask": mask,
            "category_overflow": overflow,
            "followers": 0,
            "platforms": 0,
            "multi": False,
            "created_at": self.now - PAST,
            "updated_at": self.now - PAST,
        }

    # Campaigns

    async def _campaign(self, data: CampaignData) -> None:
        key, row = await self._store_campaign(data)
        if data.status in (CampaignStatus.DRAFT, CampaignStatus.UPCOMING):
            return
        stage = Stage(self.rng, row, self.now - PAST, self.now)
        fitting = [person for person in self.pool if _fits(person, data)]
        wanted = self.rng.randint(EACH // 4, EACH)
        await self._store(key, stage, self._happened(stage, fitting, wanted))

    async def _story_campaign(
        self, data: CampaignData, storied: Sequence[Person], *, first: bool
    ) -> None:
        """One of the story's: in the first, two wait from the start."""
        key, row = await self._store_campaign(data)
        stage = Stage(self.rng, row, self.now - timedelta(days=3), self.now)
        told = {person.id for person in storied}
        fitting = [p for p in self.pool if _fits(p, data) and p.id not in told]
        happened = self._happened(stage, fitting, 12)
        if first:
            for person in storied[:2]:
                history = _history(person)
                at = self.now - timedelta(hours=2)
                assert stage.step(history, at, (Role.STAFF, Action.MARK_JOINED))
                happened.append(history)
        await self._store(key, stage, happened)

    def _happened(self, stage: Stage, fitting: list[Person], wanted: int) -> list[History]:
        """Histories of up to so many people; those whom the rules leave out have none."""
        self.rng.shuffle(fitting)
        histories = (_history(person) for person in fitting)
        begun = (h for h in histories if stage.perform(h, self.rng.randint(1, 6)))
        return list(islice(begun, wanted))

    async def _store_campaign(self, data: CampaignData) -> tuple[int, CampaignRow]:
        mask, overflow = categories.mask_and_overflow(
            self.numbers[fold(name)] for name in data.categories
        )
        row: dict[str, Any] = {
            "title": data.title,
            "title_key": fold(data.title),
            "brand": data.brand,
            "search_key": f"{fold(data.title)}\n{fold(data.brand)}",
            "advertiser_id": data.advertiser_id,
            "description": data.description,
            "reward": data.reward,
            "hashtags": data.hashtags,
            "mentions": data.mentions,
            "type": data.type,
            "status": data.status,
            "post_tracking": data.post_tracking,
            "platforms": mask_of(data.platforms),
            "countries": " ".join(data.countries),
            "categories": data.categories,
            "category_mask": mask,
            "category_overflow": overflow,
            "followers_min": data.followers_min,
            "followers_max": data.followers_max,
            "capacity": data.capacity,
            "places_taken": 0,
            "application_deadline": data.deadline,
            "starts_at": data.starts_at,
            "ends_at": data.ends_at,
            "created_at": self.now - PAST,
            "updated_at": self.now - PAST,
        }
        (key,) = await insert(Campaign, [row])
        return key, CampaignRow(**{name: row[name] for name in CampaignRow._fields})

    async def _store(self, campaign: int, stage: Stage, histories: Sequence[History]) -> None:
        """Write what happened on a campaign, its events in the order of time."""
        parts = await insert(
            Participation, [_participation(campaign, history) for history in histories]
        )
        posts = [
            (history, _post(campaign, part, place, history))
            for part, history in zip(parts, histories, strict=True)
            for place in range(len(history.posts))
        ]
        keys = iter(await insert(Post, [row for _, row in posts]))
        post_keys = {id(history): [next(keys) for _ in history.posts] for history in histories}
        events = [
            _event(campaign, part, history, place, post_keys[id(history)])
            for part, history in zip(parts, histories, strict=True)
            for place in range(len(history.events))
        ]
        await insert(ParticipationEvent, sorted(events, key=lambda row: row["occurred_at"]))
        await Campaign.filter(id=campaign).update(places_taken=stage.row.places_taken)


def _batches(everyone: Iterator[PersonData]) -> Iterator[list[PersonData]]:
    while batch := list(islice(everyone, BATCH)):
        yield batch


def _fits(person: Person, data: CampaignData) -> bool:
    """Whether it is worth trying: the rules themselves are asked later."""
    return not data.countries or person.country in data.countries


def _history(person: Person) -> History:
    return History(person.id, person.profile, person.accounts, person.followers)


def _participation(campaign: int, history: History) -> dict[str, Any]:
    return {
        "campaign_id": campaign,
        "influencer_id": history.influencer,
        "status": history.status,
        "selected_account_id": history.selected_account,
        "selected_platforms": history.selected_platforms,
        "origin": history.origin,
        "round": history.round,
        "version": history.version,
        "followers": history.followers,
        "created_at": history.events[0].at,
        "updated_at": history.events[-1].at,
    }


def _post(campaign: int, participation: int, place: int, history: History) -> dict[str, Any]:
    post = history.posts[place]
    return {
        "campaign_id": campaign,
        "participation_id": participation,
        "url": post.url,
        "url_digest": digest(post.url),
        "status": post.status,
        "warning": post.warning,
        "reason": post.reason,
        "account_id": post.account,
        "submitted_at": post.submitted_at,
        "updated_at": post.updated_at,
    }


def _event(
    campaign: int, participation: int, history: History, place: int, posts: Sequence[int]
) -> dict[str, Any]:
    event = history.events[place]
    own = (ids.encode("Influencer", history.influencer), None)
    actor, name = ACTORS.get(event.role, own)
    return {
        "campaign_id": campaign,
        "influencer_id": history.influencer,
        "participation_id": participation,
        "post_id": None if event.post is None else posts[event.post],
        "action": event.action,
        "from_status": event.from_status,
        "to_status": event.to_status,
        "round": event.round,
        "actor_role": event.role,
        "actor_id": actor,
        "actor_name": name,
        "reason": event.reason,
        "message": event.message,
        "occurred_at": event.at,
    }
