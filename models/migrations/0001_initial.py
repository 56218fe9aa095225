"""The tables, with their CHECK constraints right after each: CreateModel drops them in silence.

A migration says how things were when it was written: what it takes from the code of today is no
more than the types of columns, and the operations that do what a migration tells them.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from workflow.enums import (
    Action,
    Availability,
    CampaignStatus,
    CampaignType,
    ParticipationOrigin,
    ParticipationStatus,
    PostStatus,
    PostWarning,
    Role,
)

Fields = list[tuple[str, Any]]

PARTICIPATION_STATUSES = (
    "('WAITING', 'APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED', 'JOINED', 'REMOVED')"
)


def table(model: str, name: str, columns: Fields, **options: Any) -> ops.CreateModel:
    """Declare a table whose key is `id`, a number that the database gives."""
    key = fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)
    return ops.CreateModel(
        name=model,
        fields=[("id", key), *columns],
        options={"table": name, "app": "models", "pk_attr": "id", **options},
        bases=["Model"],
    )


def link(field: str, model: str, *, null: bool = False) -> tuple[str, Any]:
    """Declare a foreign key, which keeps what it names from being deleted."""
    reference: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        f"models.{model}",
        source_field=f"{field}_id",
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )
    return field, reference


def check(model: str, name: str, condition: str) -> ops.AddConstraint:
    """Declare a condition that every row meets."""
    return ops.AddConstraint(model, CheckConstraint(check=condition, name=name))


CAMPAIGN: Fields = [
    ("title", fields.CharField(max_length=200)),
    ("title_key", fields.TextField()),
    ("brand", fields.CharField(max_length=200)),
    ("search_key", fields.TextField()),
    ("advertiser_id", fields.CharField(null=True, max_length=200)),
    ("description", fields.TextField()),
    ("cover_image_url", fields.CharField(null=True, max_length=2048)),
    ("reward", fields.CharField(null=True, max_length=2000)),
    ("hashtags", fields.JSONField[list[str]]()),
    ("mentions", fields.JSONField[list[str]]()),
    ("type", fields.CharEnumField(enum_type=CampaignType, max_length=20)),
    ("status", fields.CharEnumField(enum_type=CampaignStatus, max_length=20)),
    ("post_tracking", fields.BooleanField()),
    ("platforms", fields.SmallIntField()),
    ("countries", fields.TextField()),
    ("categories", fields.JSONField[list[str]]()),
    ("category_mask", fields.BigIntField(default=0)),
    ("category_overflow", fields.TextField(default="")),
    ("followers_min", fields.IntField(null=True)),
    ("followers_max", fields.IntField(null=True)),
    ("capacity", fields.IntField(null=True)),
    ("places_taken", fields.IntField(default=0)),
    ("application_deadline", fields.DatetimeField(null=True)),
    ("starts_at", fields.DatetimeField(null=True)),
    ("ends_at", fields.DatetimeField(null=True)),
    ("created_at", fields.DatetimeField()),
    ("updated_at", fields.DatetimeField()),
]

INFLUENCER: Fields = [
    ("external_id", fields.CharField(unique=True, max_length=200)),
    ("name", fields.CharField(max_length=200)),
    ("name_key", fields.TextField()),
    ("email", fields.CharField(null=True, max_length=320)),
    ("country", fields.CharField(null=True, max_length=2)),
    ("categories", fields.JSONField[list[str]]()),
    ("category_mask", fields.BigIntField(default=0)),
    ("category_overflow", fields.TextField(default="")),
    ("avatar_url", fields.CharField(null=True, max_length=2048)),
    ("erased_at", fields.DatetimeField(null=True)),
    ("created_at", fields.DatetimeField()),
    ("updated_at", fields.DatetimeField()),
    ("followers", fields.IntField(default=0)),
    ("platforms", fields.SmallIntField(default=0)),
    ("multi", fields.BooleanField(default=False)),
    *((f"f{platform}", fields.IntField(null=True)) for platform in range(1, 8)),
]

OVERRIDE: Fields = [
    link("campaign", "Campaign"),
    link("influencer", "Influencer"),
    ("availability", fields.CharEnumField(enum_type=Availability, max_length=20)),
    ("set_at", fields.DatetimeField()),
]

ACCOUNT: Fields = [
    link("influencer", "Influencer"),
    ("platform", fields.SmallIntField()),
    ("external_id", fields.CharField(max_length=200)),
    ("handle", fields.CharField(max_length=200)),
    ("handle_key", fields.TextField()),
    ("followers", fields.IntField()),
    ("connected_at", fields.DatetimeField()),
    ("disconnected_at", fields.DatetimeField(null=True)),
]

PARTICIPATION: Fields = [
    link("campaign", "Campaign"),
    link("influencer", "Influencer"),
    ("status", fields.CharEnumField(enum_type=ParticipationStatus, max_length=20)),
    link("selected_account", "SocialAccount", null=True),
    ("selected_platforms", fields.SmallIntField(default=0)),
    ("origin", fields.CharEnumField(enum_type=ParticipationOrigin, max_length=20)),
    ("round", fields.IntField(default=1)),
    ("version", fields.IntField(default=1)),
    ("followers", fields.IntField()),
    ("created_at", fields.DatetimeField()),
    ("updated_at", fields.DatetimeField()),
]

POST: Fields = [
    link("campaign", "Campaign"),
    link("participation", "Participation"),
    ("url", fields.CharField(max_length=2048)),
    ("url_digest", fields.CharField(max_length=64)),
    ("status", fields.CharEnumField(enum_type=PostStatus, max_length=20)),
    ("warning", fields.CharEnumField(null=True, enum_type=PostWarning, max_length=20)),
    ("reason", fields.CharField(null=True, max_length=2000)),
    link("account", "SocialAccount", null=True),
    ("submitted_at", fields.DatetimeField()),
    ("updated_at", fields.DatetimeField()),
]

EVENT: Fields = [
    link("campaign", "Campaign"),
    link("influencer", "Influencer"),
    link("participation", "Participation", null=True),
    link("post", "Post", null=True),
    ("action", fields.CharEnumField(enum_type=Action, max_length=30)),
    ("from_status", fields.CharEnumField(null=True, enum_type=ParticipationStatus, max_length=20)),
    ("to_status", fields.CharEnumField(null=True, enum_type=ParticipationStatus, max_length=20)),
    ("round", fields.IntField(null=True)),
    ("actor_role", fields.CharEnumField(enum_type=Role, max_length=20)),
    ("actor_id", fields.CharField(max_length=400)),
    ("actor_name", fields.CharField(null=True, max_length=400)),
    ("reason", fields.CharField(null=True, max_length=2000)),
    ("message", fields.CharField(null=True, max_length=2000)),
    ("occurred_at", fields.DatetimeField()),
]

IDEMPOTENCY_KEY: Fields = [
    ("caller", fields.CharField(max_length=300)),
    ("key", fields.CharField(max_length=255)),
    ("digest", fields.CharField(max_length=64)),
    ("holder", fields.CharField(max_length=32)),
    ("leased_until", fields.DatetimeField()),
    ("kept", fields.BinaryField(null=True)),
    ("response", fields.BinaryField(null=True)),
    ("status_code", fields.SmallIntField(null=True)),
    ("created_at", fields.DatetimeField()),
]

CATEGORY = ops.CreateModel(
    name="Category",
    fields=[
        ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("key", fields.CharField(unique=True, max_length=2000)),
    ],
    options={"table": "category", "app": "models", "pk_attr": "id"},
    bases=["Model"],
)

INFLUENCER_OF_SEARCH: fields.OneToOneRelation[Model] = fields.OneToOneField(
    "models.Influencer",
    source_field="influencer_id",
    primary_key=True,
    db_index=True,
    db_constraint=True,
    to_field="id",
    related_name=False,
    on_delete=OnDelete.RESTRICT,
)
INFLUENCER_SEARCH = ops.CreateModel(
    name="InfluencerSearch",
    fields=[("influencer", INFLUENCER_OF_SEARCH), ("text", fields.TextField())],
    options={"table": "influencer_search", "app": "models", "pk_attr": "influencer_id"},
    bases=["Model"],
)


class Migration(migrations.Migration):
    """The tables."""

    initial = True

    operations = [  # noqa: RUF012
        table("Campaign", "campaign", CAMPAIGN),
        check("Campaign", "campaign_type", "type IN ('NORMAL', 'SELECTION', 'AFFILIATE')"),
        check(
            "Campaign",
            "campaign_status",
            "status IN ('DRAFT', 'UPCOMING', 'ONGOING', 'COMPLETED', 'CANCELLED')",
        ),
        check("Campaign", "campaign_post_tracking", "post_tracking OR type = 'AFFILIATE'"),
        check("Campaign", "campaign_platforms", "platforms > 0"),
        check(
            "Campaign",
            "campaign_followers",
            "followers_min >= 0 AND followers_max >= 0 AND followers_min <= followers_max",
        ),
        check(
            "Campaign",
            "campaign_capacity",
            "places_taken >= 0 AND (capacity IS NULL OR places_taken <= capacity)",
        ),
        CATEGORY,
        table(
            "IdempotencyKey",
            "idempotency_key",
            IDEMPOTENCY_KEY,
            unique_together=(("caller", "key"),),
            indexes=[Index(fields=["created_at"])],
        ),
        table("Influencer", "influencer", INFLUENCER),
        table("AvailabilityOverride", "availability_override", OVERRIDE),
        check(
            "AvailabilityOverride",
            "override_value",
            "availability IN ('AVAILABLE', 'UNAVAILABLE')",
        ),
        INFLUENCER_SEARCH,
        table("SocialAccount", "social_account", ACCOUNT),
        check("SocialAccount", "account_platform", "platform BETWEEN 1 AND 7"),
        check("SocialAccount", "account_followers", "followers >= 0"),
        table("Participation", "participation", PARTICIPATION),
        check("Participation", "participation_status", f"status IN {PARTICIPATION_STATUSES}"),
        check("Participation", "participation_origin", "origin IN ('FORCED', 'SELF')"),
        check("Participation", "participation_counts", "round >= 1 AND version >= 1"),
        table("Post", "post", POST),
        check(
            "Post",
            "post_status",
            "status IN ('SUBMITTED', 'EFFECTIVE', 'WARNING', 'APPROVED', 'INEFFECTIVE')",
        ),
        check(
            "Post",
            "post_warning",
            "CASE WHEN status = 'WARNING' THEN warning IS NOT NULL"
            " AND warning IN ('AD_FRAUD', 'DELETED_POST', 'INVALID_TOKEN', 'INVALID_CONTENT',"
            " 'OTHER') ELSE warning IS NULL END",
        ),
        table("ParticipationEvent", "participation_event", EVENT),
        check(
            "ParticipationEvent",
            "event_action",
            "action IN ('MARK_JOINED', 'APPLY', 'SELECT_ACCOUNT', 'CONNECT_ACCOUNT',"
            " 'SELECT_SOCIAL_MEDIA', 'SET_APPLIED', 'SET_REVIEWING', 'APPROVE', 'REJECT',"
            " 'REOPEN', 'REMOVE', 'WITHDRAW', 'SET_AVAILABILITY', 'SUBMIT_POST',"
            " 'SET_POST_STATUS', 'ERASE')",
        ),
        check("ParticipationEvent", "event_from", f"from_status IN {PARTICIPATION_STATUSES}"),
        check("ParticipationEvent", "event_to", f"to_status IN {PARTICIPATION_STATUSES}"),
        check(
            "ParticipationEvent",
            "event_actor_role",
            "actor_role IN ('STAFF', 'ADVERTISER', 'INFLUENCER', 'SYSTEM')",
        ),
    ]
