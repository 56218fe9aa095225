"""Campaigns, their audience rules, and what staff decided for single influencers."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.checks import one_of
from models.influencer import Influencer
from workflow.enums import AffiliateKind, Availability, CampaignStatus, CampaignType


class Campaign(Model):
    """A campaign of the marketplace.

    `platforms` is a bit mask (`workflow.enums.mask_of`). Audience rules: `countries` is a text of
    codes with one space between, empty for no rule; `categories` are the names as given, and
    `category_mask` and `category_overflow` their numbers (`models.categories`). `places_taken`
    counts who is APPROVED or JOINED, `codes_total` the codes of the pool, `codes_given` those that
    participations have: the first so many.
    """

    id: int = fields.BigIntField(primary_key=True)
    title = fields.CharField(200)
    title_key = fields.TextField()
    brand = fields.CharField(200)
    search_key = fields.TextField()
    advertiser_id = fields.CharField(200, null=True)
    description = fields.TextField()
    cover_image_url = fields.CharField(2048, null=True)
    reward = fields.CharField(2000, null=True)
    hashtags = fields.JSONField[list[str]]()
    mentions = fields.JSONField[list[str]]()
    type = fields.CharEnumField(CampaignType, max_length=20)
    selection = fields.BooleanField(db_default=False)
    affiliate_kind = fields.CharEnumField(AffiliateKind, max_length=20, null=True)
    status = fields.CharEnumField(CampaignStatus, max_length=20)
    post_tracking = fields.BooleanField()
    platforms: int = fields.SmallIntField()
    countries = fields.TextField()
    categories = fields.JSONField[list[str]]()
    category_mask = fields.BigIntField(default=0)
    category_overflow = fields.TextField(default="")
    followers_min = fields.IntField(null=True)
    followers_max = fields.IntField(null=True)
    capacity = fields.IntField(null=True)
    places_taken = fields.IntField(default=0)
    codes_total = fields.IntField(db_default=0)
    codes_given = fields.IntField(db_default=0)
    application_deadline = fields.DatetimeField(null=True)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "campaign"
        constraints = (
            CheckConstraint(check=one_of("type", CampaignType), name="campaign_type"),
            CheckConstraint(
                check=f"CASE WHEN type = 'AFFILIATE' THEN affiliate_kind IS NOT NULL"
                f" AND {one_of('affiliate_kind', AffiliateKind)} ELSE affiliate_kind IS NULL END",
                name="campaign_affiliate_kind",
            ),
            CheckConstraint(check=one_of("status", CampaignStatus), name="campaign_status"),
            CheckConstraint(
                check="post_tracking OR type = 'AFFILIATE'",
                name="campaign_post_tracking",
            ),
            CheckConstraint(check="platforms > 0", name="campaign_platforms"),
            CheckConstraint(
                check="followers_min >= 0 AND followers_max >= 0"
                " AND followers_min <= followers_max",
                name="campaign_followers",
            ),
            CheckConstraint(
                check="places_taken >= 0 AND (capacity IS NULL OR places_taken <= capacity)",
                name="campaign_capacity",
            ),
            CheckConstraint(
                check="codes_given >= 0 AND codes_given <= codes_total", name="campaign_codes"
            ),
        )


class Category(Model):
    """A category's number, given when its folded name is first used (`models.categories`)."""

    id: int = fields.IntField(primary_key=True)
    key = fields.CharField(2000, unique=True)

    class Meta(Model.Meta):
        table = "category"


class AvailabilityOverride(Model):
    """Staff's word on whether one influencer sees one campaign; it goes before the rules.

    One for each pair, by a unique index.
    """

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    influencer_id: int
    influencer: fields.ForeignKeyRelation[Influencer] = fields.ForeignKeyField(
        "models.Influencer", related_name=False, on_delete=fields.RESTRICT
    )
    availability = fields.CharEnumField(Availability, max_length=20)
    set_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "availability_override"
        constraints = (
            CheckConstraint(check=one_of("availability", Availability), name="override_value"),
        )
