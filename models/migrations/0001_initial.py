# ruff: noqa: E501
"""The tables, with their CHECK constraints right after each: CreateModel drops them in silence."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.enums import (
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


class Migration(migrations.Migration):
    """The tables."""

    initial = True

    operations = [  # noqa: RUF012
        ops.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("title", fields.CharField(max_length=200)),
                ("title_key", fields.TextField()),
                ("brand", fields.CharField(max_length=200)),
                ("search_key", fields.TextField()),
                ("advertiser_id", fields.CharField(null=True, max_length=200)),
                ("description", fields.TextField()),
                ("cover_image_url", fields.CharField(null=True, max_length=2048)),
                ("reward", fields.CharField(null=True, max_length=2000)),
                ("hashtags", fields.JSONField()),
                ("mentions", fields.JSONField()),
                ("type", fields.CharEnumField(enum_type=CampaignType, max_length=20)),
                (
                    "status",
                    fields.CharEnumField(enum_type=CampaignStatus, max_length=20),
                ),
                ("post_tracking", fields.BooleanField()),
                ("platforms", fields.SmallIntField()),
                ("countries", fields.TextField()),
                ("categories", fields.JSONField()),
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
            ],
            options={"table": "campaign", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(
                check="type IN ('NORMAL', 'SELECTION', 'AFFILIATE')",
                name="campaign_type",
            ),
        ),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(
                check="status IN ('DRAFT', 'UPCOMING', 'ONGOING', 'COMPLETED', 'CANCELLED')",
                name="campaign_status",
            ),
        ),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(
                check="post_tracking OR type = 'AFFILIATE'",
                name="campaign_post_tracking",
            ),
        ),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(check="platforms > 0", name="campaign_platforms"),
        ),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(
                check="followers_min >= 0 AND followers_max >= 0 AND followers_min <= followers_max",
                name="campaign_followers",
            ),
        ),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(
                check="places_taken >= 0 AND (capacity IS NULL OR places_taken <= capacity)",
                name="campaign_capacity",
            ),
        ),
        ops.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    fields.IntField(generated=True, primary_key=True, unique=True, db_index=True),
                ),
                ("key", fields.CharField(unique=True, max_length=2000)),
            ],
            options={"table": "category", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("caller", fields.CharField(max_length=300)),
                ("key", fields.CharField(max_length=255)),
                ("digest", fields.CharField(max_length=64)),
                ("holder", fields.CharField(max_length=32)),
                ("leased_until", fields.DatetimeField()),
                ("kept", fields.BinaryField(null=True)),
                ("response", fields.BinaryField(null=True)),
                ("status_code", fields.SmallIntField(null=True)),
                ("created_at", fields.DatetimeField()),
            ],
            options={
                "table": "idempotency_key",
                "app": "models",
                "unique_together": (("caller", "key"),),
                "indexes": [Index(fields=["created_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Influencer",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("external_id", fields.CharField(unique=True, max_length=200)),
                ("name", fields.CharField(max_length=200)),
                ("name_key", fields.TextField()),
                ("email", fields.CharField(null=True, max_length=320)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("categories", fields.JSONField()),
                ("category_mask", fields.BigIntField(default=0)),
                ("category_overflow", fields.TextField(default="")),
                ("avatar_url", fields.CharField(null=True, max_length=2048)),
                ("erased_at", fields.DatetimeField(null=True)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
                ("followers", fields.IntField(default=0)),
                ("platforms", fields.SmallIntField(default=0)),
                ("multi", fields.BooleanField(default=False)),
                ("f1", fields.IntField(null=True)),
                ("f2", fields.IntField(null=True)),
                ("f3", fields.IntField(null=True)),
                ("f4", fields.IntField(null=True)),
                ("f5", fields.IntField(null=True)),
                ("f6", fields.IntField(null=True)),
                ("f7", fields.IntField(null=True)),
            ],
            options={"table": "influencer", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvailabilityOverride",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "models.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "influencer",
                    fields.ForeignKeyField(
                        "models.Influencer",
                        source_field="influencer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "availability",
                    fields.CharEnumField(enum_type=Availability, max_length=20),
                ),
                ("set_at", fields.DatetimeField()),
            ],
            options={
                "table": "availability_override",
                "app": "models",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            "AvailabilityOverride",
            CheckConstraint(
                check="availability IN ('AVAILABLE', 'UNAVAILABLE')",
                name="override_value",
            ),
        ),
        ops.CreateModel(
            name="InfluencerSearch",
            fields=[
                (
                    "influencer",
                    fields.OneToOneField(
                        "models.Influencer",
                        source_field="influencer_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.TextField()),
            ],
            options={
                "table": "influencer_search",
                "app": "models",
                "pk_attr": "influencer_id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SocialAccount",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "influencer",
                    fields.ForeignKeyField(
                        "models.Influencer",
                        source_field="influencer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("platform", fields.SmallIntField()),
                ("external_id", fields.CharField(max_length=200)),
                ("handle", fields.CharField(max_length=200)),
                ("handle_key", fields.TextField()),
                ("followers", fields.IntField()),
                ("connected_at", fields.DatetimeField()),
                ("disconnected_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "social_account", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddConstraint(
            "SocialAccount",
            CheckConstraint(check="platform BETWEEN 1 AND 7", name="account_platform"),
        ),
        ops.AddConstraint(
            "SocialAccount",
            CheckConstraint(check="followers >= 0", name="account_followers"),
        ),
        ops.CreateModel(
            name="Participation",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "models.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "influencer",
                    fields.ForeignKeyField(
                        "models.Influencer",
                        source_field="influencer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(enum_type=ParticipationStatus, max_length=20),
                ),
                (
                    "selected_account",
                    fields.ForeignKeyField(
                        "models.SocialAccount",
                        source_field="selected_account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("selected_platforms", fields.SmallIntField(default=0)),
                (
                    "origin",
                    fields.CharEnumField(enum_type=ParticipationOrigin, max_length=20),
                ),
                ("round", fields.IntField(default=1)),
                ("version", fields.IntField(default=1)),
                ("followers", fields.IntField()),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
            ],
            options={"table": "participation", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddConstraint(
            "Participation",
            CheckConstraint(
                check="status IN ('WAITING', 'APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED', 'JOINED', 'REMOVED')",
                name="participation_status",
            ),
        ),
        ops.AddConstraint(
            "Participation",
            CheckConstraint(check="origin IN ('FORCED', 'SELF')", name="participation_origin"),
        ),
        ops.AddConstraint(
            "Participation",
            CheckConstraint(check="round >= 1 AND version >= 1", name="participation_counts"),
        ),
        ops.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "models.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "participation",
                    fields.ForeignKeyField(
                        "models.Participation",
                        source_field="participation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("url", fields.CharField(max_length=2048)),
                ("url_digest", fields.CharField(max_length=64)),
                ("status", fields.CharEnumField(enum_type=PostStatus, max_length=20)),
                (
                    "warning",
                    fields.CharEnumField(null=True, enum_type=PostWarning, max_length=20),
                ),
                ("reason", fields.CharField(null=True, max_length=2000)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.SocialAccount",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("submitted_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
            ],
            options={
                "table": "post",
                "app": "models",
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            "Post",
            CheckConstraint(
                check="status IN ('SUBMITTED', 'EFFECTIVE', 'WARNING', 'APPROVED', 'INEFFECTIVE')",
                name="post_status",
            ),
        ),
        ops.AddConstraint(
            "Post",
            CheckConstraint(
                check="CASE WHEN status = 'WARNING' THEN warning IS NOT NULL AND warning IN ('AD_FRAUD', 'DELETED_POST', 'INVALID_TOKEN', 'INVALID_CONTENT', 'OTHER') ELSE warning IS NULL END",
                name="post_warning",
            ),
        ),
        ops.CreateModel(
            name="ParticipationEvent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "models.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "influencer",
                    fields.ForeignKeyField(
                        "models.Influencer",
                        source_field="influencer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "participation",
                    fields.ForeignKeyField(
                        "models.Participation",
                        source_field="participation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "post",
                    fields.ForeignKeyField(
                        "models.Post",
                        source_field="post_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("action", fields.CharEnumField(enum_type=Action, max_length=30)),
                (
                    "from_status",
                    fields.CharEnumField(null=True, enum_type=ParticipationStatus, max_length=20),
                ),
                (
                    "to_status",
                    fields.CharEnumField(null=True, enum_type=ParticipationStatus, max_length=20),
                ),
                ("round", fields.IntField(null=True)),
                ("actor_role", fields.CharEnumField(enum_type=Role, max_length=20)),
                ("actor_id", fields.CharField(max_length=400)),
                ("actor_name", fields.CharField(null=True, max_length=400)),
                ("reason", fields.CharField(null=True, max_length=2000)),
                ("message", fields.CharField(null=True, max_length=2000)),
                ("occurred_at", fields.DatetimeField()),
            ],
            options={"table": "participation_event", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddConstraint(
            "ParticipationEvent",
            CheckConstraint(
                check="action IN ('MARK_JOINED', 'APPLY', 'SELECT_ACCOUNT', 'CONNECT_ACCOUNT', 'SELECT_SOCIAL_MEDIA', 'SET_APPLIED', 'SET_REVIEWING', 'APPROVE', 'REJECT', 'REOPEN', 'REMOVE', 'WITHDRAW', 'SET_AVAILABILITY', 'SUBMIT_POST', 'SET_POST_STATUS', 'ERASE')",
                name="event_action",
            ),
        ),
        ops.AddConstraint(
            "ParticipationEvent",
            CheckConstraint(
                check="from_status IN ('WAITING', 'APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED', 'JOINED', 'REMOVED')",
                name="event_from",
            ),
        ),
        ops.AddConstraint(
            "ParticipationEvent",
            CheckConstraint(
                check="to_status IN ('WAITING', 'APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED', 'JOINED', 'REMOVED')",
                name="event_to",
            ),
        ),
        ops.AddConstraint(
            "ParticipationEvent",
            CheckConstraint(
                check="actor_role IN ('STAFF', 'ADVERTISER', 'INFLUENCER', 'SYSTEM')",
                name="event_actor_role",
            ),
        ),
    ]
