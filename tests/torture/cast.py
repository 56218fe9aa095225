"""Who plays in a chapter: campaigns of every kind with few places, and people who want them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pycountry

from resolvers.ids import encode
from tests import data
from tests.torture.rules import Account, Campaign, Person, Terms
from workflow.enums import CampaignType, Platform

ABROAD = "SE"
COUNTRIES = sorted({one.alpha_2 for one in pycountry.countries} - {ABROAD})
"""Each chapter has one of its own, so that its campaigns are nothing to the people of others."""
ADVERTISERS = ("acme", "other")

CAMPAIGNS = (
    ("SOCIAL", True, True, "acme", ("INSTAGRAM", "TIKTOK"), 0, 3),
    ("AFFILIATE", False, False, "acme", ("INSTAGRAM", "TIKTOK"), 0, 3),
    ("SOCIAL", False, True, "acme", ("INSTAGRAM", "TIKTOK"), 0, 3),
    ("AFFILIATE", True, True, "other", ("INSTAGRAM",), 1_000, 2),
    ("AFFILIATE", False, True, "acme", ("TIKTOK",), 0, None),
    ("AFFILIATE", True, False, "other", ("INSTAGRAM", "TIKTOK"), 0, 2),
)
"""Type, selection, tracking, advertiser, platforms, fewest followers, capacity."""
PEOPLE = (
    ("INSTAGRAM",),
    ("INSTAGRAM",),
    ("TIKTOK",),
    ("INSTAGRAM", "TIKTOK"),
    ("INSTAGRAM", "TIKTOK"),
    ("TIKTOK", "YOUTUBE"),
    (),
    ("INSTAGRAM",),
)
"""Where each has a connected account at first; they may connect more. The last lives abroad."""


@dataclass(frozen=True)
class Cast:
    """The campaigns and people of a chapter, and what the server calls them."""

    name: str
    "The names of the people begin with it."
    campaigns: Sequence[Campaign]
    terms: Sequence[Terms]
    "Of each campaign, at first."
    people: Sequence[Person]
    connected: Sequence[frozenset[str]]
    "The names of each person's connected accounts, at first."
    ids: Mapping[str, str]
    "Of `campaign 0`, `person 0` and of accounts by name."
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Index the other way."""
        object.__setattr__(self, "names", {gid: name for name, gid in self.ids.items()})

    def number(self, gid: str) -> int:
        """The number of the campaign or person with this id."""
        return int(self.names[gid].split()[1])


async def create(chapter: int, campaigns: int = len(CAMPAIGNS)) -> Cast:
    """Put a new cast into the database that Tortoise is connected to.

    The fewer campaigns there are, the more often callers meet.
    """
    country = COUNTRIES[chapter % len(COUNTRIES)]
    name = f"Chapter{chapter}x"
    ids = dict[str, str]()
    # People first: the server counts at once to how many of them a campaign is available.
    people = [await _person(f"{name} {n}", n, country, ids) for n in range(len(PEOPLE))]
    made, terms = list[Campaign](), list[Terms]()
    kinds = enumerate(CAMPAIGNS[:campaigns])
    for number, (kind, selection, tracked, advertiser, platforms, followers, capacity) in kinds:
        row = await data.campaign(
            type=CampaignType(kind),
            selection=selection,
            post_tracking=tracked,
            advertiser_id=advertiser,
            platforms=[Platform(one) for one in platforms],
            countries=[country],
            followers_min=followers or None,
            capacity=capacity,
        )
        ids[f"campaign {number}"] = encode("Campaign", row.pk)
        made.append(Campaign(kind, selection, tracked, advertiser, platforms, country, followers))
        terms.append(Terms(capacity))
    connected = [
        frozenset(one.name for one in person.accounts if one.platform in PEOPLE[number])
        for number, person in enumerate(people)
    ]
    return Cast(name, made, terms, people, connected, ids)


async def _person(name: str, number: int, country: str, ids: dict[str, str]) -> Person:
    """An influencer with an account on each platform, some of which are disconnected."""
    lives = ABROAD if number == len(PEOPLE) - 1 else country
    row = await data.influencer(country=lives, name=name)
    ids[f"person {number}"] = encode("Influencer", row.pk)
    accounts = list[Account]()
    for platform in ("INSTAGRAM", "TIKTOK", "YOUTUBE"):
        followers = 500 if (number, platform) == (1, "INSTAGRAM") else 5_000
        account = Account(f"{platform.lower()}-{number}", platform, followers)
        given: dict[str, Any] = {"external_id": f"{name} {account.name}", "handle": account.name}
        if platform not in PEOPLE[number]:
            given["disconnected_at"] = data.NOW
        stored = await data.account(row, Platform(platform), followers, **given)
        ids[account.name] = encode("SocialAccount", stored.pk)
        accounts.append(account)
    await data.profiles.refresh([row.pk])
    return Person(lives, tuple(accounts))
