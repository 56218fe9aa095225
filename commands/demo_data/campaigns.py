"""Made-up campaigns of every kind and status."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product, starmap
from random import Random
from typing import NamedTuple

from commands.demo_data.people import CATEGORIES
from workflow.enums import AffiliateKind, CampaignStatus, CampaignType, Platform

ADVERTISERS = {
    "hana-beauty": "Hana Beauty",
    "menya-kaze": "Menya Kaze",
    "tabi-gear": "Tabi Gear",
    "orchid-home": "Orchid Home",
    "pixel-forge": "Pixel Forge",
}
_WHAT = {
    "hana-beauty": ("Serum", "Sunscreen", "Lip Tint", "Sheet Mask", "Cleanser"),
    "menya-kaze": ("Ramen Kit", "Curry Week", "Matcha Latte", "Bento Box"),
    "tabi-gear": ("Backpack", "Trail Shoes", "Travel Pillow", "Rain Jacket"),
    "orchid-home": ("Rice Cooker", "Aroma Lamp", "Linen Set", "Robot Vacuum"),
    "pixel-forge": ("Headset", "Puzzle Game", "Controller", "Phone Stand"),
}
_OCCASIONS = ("Spring Launch", "Summer Push", "Autumn Story", "Winter Gift Guide", "Anniversary")
_REWARDS = ("Product and ¥20,000", "฿6,000", "8% of each sale", "NT$5,000", "Rp2.500.000")
_CODES = 100
"""Codes of a referral campaign: more than it has participants."""
_COUNTRIES = ("JP", "TH", "TW", "ID", "KR", "VN")
_STATUSES = {
    CampaignStatus.ONGOING: 50,
    CampaignStatus.COMPLETED: 20,
    CampaignStatus.UPCOMING: 15,
    CampaignStatus.DRAFT: 10,
    CampaignStatus.CANCELLED: 5,
}


@dataclass(slots=True)
class CampaignData:
    """A campaign that is to be stored."""

    title: str
    advertiser_id: str
    type: CampaignType
    status: CampaignStatus
    platforms: list[Platform]
    selection: bool = False
    affiliate_kind: AffiliateKind | None = None
    post_tracking: bool = True
    reward: str = ""
    description: str = ""
    countries: list[str] = field(default_factory=list[str])
    categories: list[str] = field(default_factory=list[str])
    followers_min: int | None = None
    followers_max: int | None = None
    capacity: int | None = None
    deadline: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hashtags: list[str] = field(default_factory=list[str])
    mentions: list[str] = field(default_factory=list[str])

    @property
    def brand(self) -> str:
        """The advertiser's name."""
        return ADVERTISERS[self.advertiser_id]

    @property
    def codes(self) -> list[str]:
        """The campaign's referral codes, such as `TABI1001`."""
        if self.affiliate_kind is not AffiliateKind.REFERRAL_CODE:
            return []
        word = self.advertiser_id.partition("-")[0].upper()
        return [f"{word}{1_000 + number}" for number in range(1, _CODES + 1)]


def campaigns(rng: Random, count: int, now: datetime) -> Iterator[CampaignData]:
    """Yield so many campaigns, the same for the same seed and moment.

    Among the first five is each status, among the first fourteen each kind.
    """
    for number in range(1, count + 1):
        advertiser = rng.choice(tuple(ADVERTISERS))
        kind = _kind(rng, number)
        low = rng.choice((None, 1_000, 5_000, 10_000))
        begins = now + timedelta(days=rng.randint(-60, 20))
        what, occasion = rng.choice(_WHAT[advertiser]), rng.choice(_OCCASIONS)
        yield CampaignData(
            title=f"{what} {occasion} #{number}",
            advertiser_id=advertiser,
            type=CampaignType.AFFILIATE if kind.affiliate else CampaignType.SOCIAL,
            selection=kind.selection,
            affiliate_kind=kind.affiliate,
            status=_status(rng, number),
            platforms=rng.sample(tuple(Platform)[:5], rng.randint(1, 3)),
            post_tracking=kind.post_tracking,
            reward=rng.choice(_REWARDS),
            description=f"Show how you use the {what.lower()} in your own way.",
            countries=sorted(rng.sample(_COUNTRIES, rng.choice((0, 0, 1, 2, 3)))),
            categories=rng.sample(CATEGORIES, rng.choice((0, 0, 1, 2, 3))),
            followers_min=low,
            followers_max=rng.choice((None, None, 200_000, 2_000_000)),
            capacity=rng.choice((None, 20, 50, 100)),
            deadline=begins + timedelta(days=10),
            starts_at=begins,
            ends_at=begins + timedelta(days=30),
            hashtags=[f"#{what.replace(' ', '').lower()}", "#ad"],
            mentions=[f"@{advertiser.replace('-', '_')}"],
        )


class _Kind(NamedTuple):
    selection: bool
    post_tracking: bool
    affiliate: AffiliateKind | None


_SOCIAL_KINDS = [_Kind(selection, True, None) for selection in (True, False)]
_AFFILIATE_KINDS = list(starmap(_Kind, product((True, False), (True, False), AffiliateKind)))


def _kind(rng: Random, number: int) -> _Kind:
    kinds = [*_SOCIAL_KINDS, *_AFFILIATE_KINDS]
    made_up = rng.choice(_SOCIAL_KINDS if rng.random() < 0.8 else _AFFILIATE_KINDS)
    return kinds[number - 1] if number <= len(kinds) else made_up


def _status(rng: Random, number: int) -> CampaignStatus:
    statuses = tuple(_STATUSES)
    made_up = rng.choices(statuses, tuple(_STATUSES.values()))[0]
    return statuses[number - 1] if number <= len(statuses) else made_up
