"""The part of the demo that docs/tutorial.md and GraphiQL tell about, the same every time.

The people's external ids are fixed, so that tokens can be made for them.
"""

from datetime import datetime, timedelta

from commands.demo_data.campaigns import CampaignData
from commands.demo_data.people import AccountData, PersonData
from workflow.enums import AffiliateKind, CampaignStatus, CampaignType, Platform

ADVERTISER = "hana-beauty"
WAITING_TO_SELECT = "demo-natthaporn"
WAITING_TO_CONNECT = "demo-yijun"
FREE = "demo-misaki"


def story_people() -> list[PersonData]:
    """Return the influencers of the story; the first two wait in the Selection campaign."""
    instagram, tiktok = Platform.INSTAGRAM, Platform.TIKTOK
    beauty = ["Beauty", "Fashion"]
    return [
        PersonData(
            WAITING_TO_SELECT, "ณัฐพร ศรีสุข", "TH", beauty,
            [AccountData(instagram, "natthaporn.glow", 182_000),
             AccountData(tiktok, "natthaporn", 96_500)],
        ),
        PersonData(WAITING_TO_CONNECT, "林怡君", "TW", beauty),
        PersonData(
            FREE, "佐藤 美咲", "JP", beauty, [AccountData(instagram, "misaki.skin", 48_200)]
        ),
        PersonData(
            "demo-putri", "Putri Lestari", "ID", beauty,
            [AccountData(instagram, "putri.lestari", 73_400),
             AccountData(tiktok, "putrilestari", 210_000)],
        ),
        PersonData("demo-kenta", "高橋 健太", "JP", ["Beauty", "Fitness"]),
        PersonData(
            "demo-olivia", "Olivia Smith", "US", beauty,
            [AccountData(instagram, "olivia.everyday", 55_000)],
        ),
    ]  # fmt: skip


def story_campaigns(now: datetime) -> list[CampaignData]:
    """Return a campaign for each way to join, all ongoing."""
    starts = now - timedelta(days=3)
    deadline, ends = now + timedelta(days=20), now + timedelta(days=40)
    return [
        CampaignData(
            title="Glow Serum Autumn Launch", advertiser_id=ADVERTISER,
            type=CampaignType.SOCIAL, selection=True, status=CampaignStatus.ONGOING,
            platforms=[Platform.INSTAGRAM, Platform.TIKTOK],
            reward="Product and ¥30,000",
            description="Two weeks with the serum, morning and night: show your skin as it is.",
            countries=["ID", "JP", "TH", "TW"], categories=["Beauty"],
            followers_min=10_000, followers_max=500_000, capacity=30,
            hashtags=["#glowserum", "#ad"], mentions=["@hana_beauty"],
            starts_at=starts, deadline=deadline, ends_at=ends,
        ),
        CampaignData(
            title="Ramen Week", advertiser_id="menya-kaze",
            type=CampaignType.SOCIAL, status=CampaignStatus.ONGOING,
            platforms=[Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE],
            reward="Seven bowls of ramen",
            description="One bowl a day for a week. Slurping is welcome.",
            followers_min=1_000, capacity=50,
            hashtags=["#ramenweek", "#ad"], mentions=["@menya_kaze"],
            starts_at=starts, deadline=deadline, ends_at=ends,
        ),
        CampaignData(
            title="Backpack Codes", advertiser_id="tabi-gear",
            type=CampaignType.AFFILIATE, affiliate_kind=AffiliateKind.REFERRAL_CODE,
            status=CampaignStatus.ONGOING, post_tracking=False,
            platforms=[Platform.INSTAGRAM, Platform.X, Platform.LINE],
            reward="8% of each sale by your code",
            description="Share your code wherever your people are.",
            hashtags=["#tabigear", "#ad"], mentions=["@tabi_gear"],
            starts_at=starts, deadline=deadline, ends_at=ends,
        ),
    ]  # fmt: skip
