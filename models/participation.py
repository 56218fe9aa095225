"""Who takes part in what, what happened to it, and the posts that came of it."""

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.campaign import Campaign
from models.checks import one_of
from models.influencer import Influencer, SocialAccount
from models.referral_code import ReferralCode
from workflow.enums import (
    Action,
    Finding,
    ParticipationOrigin,
    ParticipationStatus,
    PostSource,
    PostStatus,
    PostWarning,
    Role,
)

if TYPE_CHECKING:
    from models.plan import Plan


class Participation(Model):
    """One influencer's part in one campaign: at most one row, whatever happened (a unique index).

    `followers` repeats the influencer's, for the tabs' order; `selected_platforms` is a bit mask.
    `version` grows with each change, `round` with each new start. `referral_code` stays once it is
    given (a trigger), and is nobody else's (a unique index).
    """

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    influencer_id: int
    influencer: fields.ForeignKeyRelation[Influencer] = fields.ForeignKeyField(
        "models.Influencer",
        related_name=False,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    status = fields.CharEnumField(ParticipationStatus, max_length=20)
    selected_account_id: int | None
    selected_account: fields.ForeignKeyNullableRelation[SocialAccount] = fields.ForeignKeyField(
        "models.SocialAccount",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
    )
    selected_platforms = fields.SmallIntField(default=0)
    referral_code_id: int | None
    referral_code: fields.ForeignKeyNullableRelation[ReferralCode] = fields.ForeignKeyField(
        "models.ReferralCode",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    origin = fields.CharEnumField(ParticipationOrigin, max_length=20)
    round = fields.IntField(default=1)
    version = fields.IntField(default=1)
    followers = fields.IntField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "participation"
        constraints = (
            CheckConstraint(
                check=one_of("status", ParticipationStatus), name="participation_status"
            ),
            CheckConstraint(
                check=one_of("origin", ParticipationOrigin), name="participation_origin"
            ),
            CheckConstraint(check="round >= 1 AND version >= 1", name="participation_counts"),
        )


class Post(Model):
    """A URL that someone who joined submitted.

    `url_digest` is the SHA-256 of what is compared of the URL (`workflow.post_addresses`); among a
    campaign's live posts (`workflow.table.is_live`) it is unique, by an index. `round` is the
    participation's when the post was made. `decided_…` is what staff set last, from which the
    status differs while a finding holds (`workflow.findings`).
    """

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    participation_id: int
    participation: fields.ForeignKeyRelation[Participation] = fields.ForeignKeyField(
        "models.Participation",
        related_name=False,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    url = fields.CharField(2048)
    url_digest = fields.CharField(64)
    source = fields.CharEnumField(PostSource, max_length=20, db_default=PostSource.CREATOR)
    published_at = fields.DatetimeField(null=True)
    status = fields.CharEnumField(PostStatus, max_length=20)
    warning = fields.CharEnumField(PostWarning, max_length=20, null=True)
    reason = fields.CharField(2000, null=True)
    decided_status = fields.CharEnumField(
        PostStatus, max_length=20, db_default=PostStatus.SUBMITTED
    )
    decided_warning = fields.CharEnumField(PostWarning, max_length=20, null=True)
    decided_reason = fields.CharField(2000, null=True)
    decided_at = fields.DatetimeField(null=True)
    round = fields.IntField(db_default=1)
    account_id: int | None
    account: fields.ForeignKeyNullableRelation[SocialAccount] = fields.ForeignKeyField(
        "models.SocialAccount", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    submitted_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "post"
        constraints = (
            CheckConstraint(check=one_of("status", PostStatus), name="post_status"),
            CheckConstraint(
                check=f"CASE WHEN status = 'WARNING' THEN warning IS NOT NULL"
                f" AND {one_of('warning', PostWarning)} ELSE warning IS NULL END",
                name="post_warning",
            ),
            CheckConstraint(check=one_of("source", PostSource), name="post_source"),
            CheckConstraint(check=one_of("decided_status", PostStatus), name="post_decided_status"),
            CheckConstraint(
                check=f"CASE WHEN decided_status = 'WARNING' THEN decided_warning IS NOT NULL"
                f" AND {one_of('decided_warning', PostWarning)} ELSE decided_warning IS NULL END",
                name="post_decided_warning",
            ),
        )


class PostFinding(Model):
    """An observation of a post by a service; never changed or deleted: a trigger keeps it so.

    The same observation is kept once, by a unique index, with the time when it first came.
    """

    id: int = fields.BigIntField(primary_key=True)
    post_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "models.Post", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    finding = fields.CharEnumField(Finding, max_length=20)
    is_over = fields.BooleanField()
    observed_at = fields.DatetimeField()
    received_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "post_finding"
        constraints = (CheckConstraint(check=one_of("finding", Finding), name="finding"),)


class ParticipationEvent(Model):
    """One line of the history of a campaign and an influencer; never changed, never deleted.

    Triggers enforce this, with one exception: after an influencer was erased, the texts and the
    influencer's name become null. The database fills the column `xid` with the number of the
    writing transaction, by which the sequencer finds committed events (`delivery/sequencer.py`).
    `decision` is the receipt (`workflow.receipts`); events from before migration 0018 have none.
    """

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    influencer_id: int
    influencer: fields.ForeignKeyRelation[Influencer] = fields.ForeignKeyField(
        "models.Influencer",
        related_name=False,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    participation_id: int | None
    participation: fields.ForeignKeyNullableRelation[Participation] = fields.ForeignKeyField(
        "models.Participation",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    post_id: int | None
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    plan_id: int | None
    plan: fields.ForeignKeyNullableRelation["Plan"] = fields.ForeignKeyField(
        "models.Plan", related_name=False, null=True, on_delete=fields.RESTRICT, db_index=False
    )
    action = fields.CharEnumField(Action, max_length=30)
    from_status = fields.CharEnumField(ParticipationStatus, max_length=20, null=True)
    to_status = fields.CharEnumField(ParticipationStatus, max_length=20, null=True)
    round = fields.IntField(null=True)
    actor_role = fields.CharEnumField(Role, max_length=20)
    actor_id = fields.CharField(400)
    actor_name = fields.CharField(400, null=True)
    reason = fields.CharField(2000, null=True)
    message = fields.CharField(2000, null=True)
    occurred_at = fields.DatetimeField()
    decision = fields.TextField(null=True)

    class Meta(Model.Meta):
        table = "participation_event"
        constraints = (
            CheckConstraint(check=one_of("action", Action), name="event_action"),
            CheckConstraint(check=one_of("from_status", ParticipationStatus), name="event_from"),
            CheckConstraint(check=one_of("to_status", ParticipationStatus), name="event_to"),
            CheckConstraint(check=one_of("actor_role", Role), name="event_actor_role"),
        )
