"""A random crowd around a few campaigns, and what the tabs must say of it, worked out in Python."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from models import profiles
from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Participation
from models.text import fold
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.searching import finds
from workflow.audience import Account, Audience, qualifying, relevant, unavailable_reasons
from workflow.enums import (
    Availability,
    CampaignStatus,
    ParticipationStatus,
    Platform,
    UnavailableReason,
)

T = TypeVar("T")
NAMES = [
    "田中 花子",
    "ﾊﾅｺ",
    "Élodie",
    "éLODIE",
    "100%_sure",
    "back\\slash",
    'O\'Neil "X"',
    "สมชาย",
]
CATEGORIES = [f"category {number:02}" for number in range(1, 71)]
"""More than a mask has bits for."""
SOME = ["category 01", "category 02", "category 62", "category 63", "category 70"]
COUNTRIES = ["JP", "TH", "TW", None]
PLATFORMS = [Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE]
COUNTS = [0, 10, 100, 1_000]
APPLICANTS = ["APPLIED", "REVIEWING", "APPROVED", "REJECTED"]
CANDIDATE_STATUS = {
    "WAITING": "WAITING",
    "APPLIED": "APPLIED",
    "REVIEWING": "APPLIED",
    "APPROVED": "JOINED",
    "JOINED": "JOINED",
    "REJECTED": "REJECTED",
}


@dataclass
class Person:
    """An influencer as the tests remember them."""

    row: Influencer
    accounts: list[Account]
    handles: list[str]
    overrides: dict[int, Availability] = field(default_factory=dict[int, Availability])
    parts: dict[int, Participation] = field(default_factory=dict[int, Participation])

    @property
    def gid(self) -> str:
        return encode("Influencer", self.row.pk)

    def qualifying(self, campaign: Campaign) -> int:
        """Return the number of their accounts that qualify for the campaign."""
        audience = _audience(campaign)
        accounts = relevant(audience, self.accounts)
        return len(qualifying(audience, accounts, self.overrides.get(campaign.pk)))

    def reasons(self, campaign: Campaign) -> tuple[UnavailableReason, ...]:
        """Why they do not see the campaign."""
        audience = _audience(campaign)
        return unavailable_reasons(
            audience,
            country=self.row.country,
            categories=frozenset(map(_number, self.row.categories)),
            candidates=relevant(audience, self.accounts),
            override=self.overrides.get(campaign.pk),
        )

    def status(self, campaign: Campaign) -> str:
        """Their status on the campaign's Select influencer tab."""
        part = self.parts.get(campaign.pk)
        if part and part.status is not ParticipationStatus.REMOVED:
            return CANDIDATE_STATUS[part.status]
        return "UNAVAILABLE" if self.reasons(campaign) else "AVAILABLE"

    def changed(self, campaign: Campaign) -> datetime:
        """When their participation changed last; long ago where there never was one."""
        part = self.parts.get(campaign.pk)
        return part.updated_at if part else NOW - timedelta(days=9_999)

    def fits(self, asked: dict[str, Any]) -> bool:
        """Whether a tab's filter lets them through, its status aside."""
        low, high = asked.get("followersMin"), asked.get("followersMax")
        return (
            self._is_found(asked.get("search"))
            and (not asked.get("countries") or self.row.country in asked["countries"])
            and (
                not asked.get("categories")
                or not {fold(c.strip()) for c in asked["categories"]}.isdisjoint(
                    self.row.categories
                )
            )
            and self._in_range(asked.get("platforms"), low, high)
        )

    def _is_found(self, asked: str | None) -> bool:
        says = finds(asked, self.row.name, *self.handles)
        return finds(asked, "") or (says and self.row.erased_at is None)

    def _in_range(self, platforms: list[str] | None, low: int | None, high: int | None) -> bool:
        def within(followers: int) -> bool:
            return (low is None or followers >= low) and (high is None or followers <= high)

        if not platforms:
            return within(max((a.followers for a in self.accounts if a.connected), default=0))
        return any(
            a.connected and a.platform in platforms and within(a.followers) for a in self.accounts
        )


def _audience(campaign: Campaign) -> Audience:
    return Audience(
        status=campaign.status,
        platforms=campaign.platforms,
        countries=frozenset(campaign.countries.split()),
        categories=frozenset(map(_number, campaign.categories)),
        followers_min=campaign.followers_min,
        followers_max=campaign.followers_max,
    )


def _number(category: str) -> int:
    return int(category.split()[1])


@dataclass
class Crowd:
    """Campaigns and influencers."""

    campaigns: list[Campaign]
    people: list[Person]

    def rows(self, campaign: Campaign, asked: dict[str, Any], order: str) -> list[str]:
        """The ids of the influencers on the Select influencer tab, in order."""
        statuses = asked.get("status")
        found = [
            person
            for person in self.people
            if person.row.erased_at is None
            and person.fits(asked)
            and (not statuses or person.status(campaign) in statuses)
        ]
        key = KEYS[order](campaign)
        found.sort(key=lambda p: (key(p), p.row.pk), reverse=order.endswith("DESC"))
        return [person.gid for person in found]


KEYS: dict[str, Callable[[Campaign], Callable[[Person], Any]]] = {
    "FOLLOWERS_DESC": lambda _: lambda person: person.row.followers,
    "FOLLOWERS_ASC": lambda _: lambda person: person.row.followers,
    "NAME_ASC": lambda _: lambda person: fold(person.row.name),
    "NAME_DESC": lambda _: lambda person: fold(person.row.name),
    "CHANGED_DESC": lambda campaign: lambda person: person.changed(campaign),
}


async def gather(seed: int, people: int) -> Crowd:
    """A crowd of this many influencers around eight campaigns."""
    dice = random.Random(seed)
    await data.campaign(categories=CATEGORIES)
    campaigns = [await _campaign(dice, status) for status in STATUSES]
    crowd = Crowd(campaigns, [await _person(dice) for _ in range(people)])
    for person in crowd.people:
        for campaign in campaigns:
            await _meet(dice, campaign, person)
    return crowd


STATUSES = [CampaignStatus.ONGOING] * 5 + [
    CampaignStatus.UPCOMING,
    CampaignStatus.COMPLETED,
    CampaignStatus.DRAFT,
]


def _some(dice: random.Random, values: Sequence[T], most: int) -> list[T]:
    return dice.sample(values, dice.randint(0, most))


async def _campaign(dice: random.Random, status: CampaignStatus) -> Campaign:
    low = dice.choice([None, *COUNTS])
    return await data.campaign(
        selection=True,
        status=status,
        platforms=dice.sample(PLATFORMS, dice.randint(1, 2)),
        countries=_some(dice, ["JP", "TH", "TW"], 2),
        categories=_some(dice, SOME, 2),
        followers_min=low,
        followers_max=dice.choice([None, *(n for n in COUNTS if n >= (low or 0))]),
    )


async def _person(dice: random.Random) -> Person:
    person = await data.influencer(
        name=dice.choice(NAMES),
        country=dice.choice(COUNTRIES),
        categories=_some(dice, SOME, 3),
        erased_at=NOW if dice.random() < 0.05 else None,
    )
    accounts: list[Account] = []
    handles: list[str] = []
    for platform in dice.choices(PLATFORMS, k=dice.randint(0, 3)):
        gone = NOW if dice.random() < 0.2 else None
        made = await data.account(person, platform, dice.choice(COUNTS), disconnected_at=gone)
        accounts.append(Account(made.pk, platform, made.followers, gone is None))
        handles += [] if gone else [made.handle]
    await profiles.refresh([person.pk])
    await person.refresh_from_db()
    return Person(person, accounts, handles)


async def _meet(dice: random.Random, campaign: Campaign, person: Person) -> None:
    if dice.random() < 0.25:
        override = dice.choice(list(Availability))
        await data.override(campaign, person.row, override)
        person.overrides[campaign.pk] = override
    if dice.random() < 0.4:
        status = dice.choice([s for s in ParticipationStatus if s.value != "JOINED"])
        when = NOW - timedelta(minutes=dice.randint(0, 5), microseconds=dice.choice([0, 123_456]))
        person.parts[campaign.pk] = await data.participation(
            campaign, person.row, status, updated_at=when, created_at=when
        )


def filters(seed: int, number: int, statuses: Sequence[str]) -> list[dict[str, Any]]:
    """Random filters of a tab, the empty one first."""
    dice = random.Random(seed)
    found: list[dict[str, Any]] = [{}]
    for _ in range(number - 1):
        every: dict[str, Any] = {
            "status": _some(dice, list(statuses), 3),
            "search": dice.choice(
                [
                    "",
                    " ",
                    "田",
                    "ハ",
                    "é",
                    "%",
                    "_",
                    "\\",
                    "'",
                    '"',
                    "HANDLE1",
                    "花子 田",
                    "@handle1",
                ]
            ),
            "countries": _some(dice, ["JP", "TH", "TW"], 2),
            "categories": _some(dice, [*SOME, "unknown"], 2),
            "platforms": [p.value for p in _some(dice, PLATFORMS, 2)],
            "followersMin": dice.choice([None, *COUNTS]),
            "followersMax": dice.choice([None, *COUNTS]),
        }
        names = dice.sample(list(every), dice.randint(1, 3))
        found.append({name: every[name] for name in names})
    return found
