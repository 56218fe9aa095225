"""Influencers and their social accounts."""

from hashlib import sha256

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

ERASED = "Erased"
"""The name and the handles of an erased influencer."""


def erased_id(external_id: str) -> str:
    """Return the text that replaces the external id of an erased influencer.

    It is a digest, because the id may be a name or an email address. It still matches the id when
    an import names it again.
    """
    return f"erased:{sha256(external_id.encode()).hexdigest()}"


class Influencer(Model):
    """A creator.

    From `followers` on, columns repeat what the connected accounts say, so that the Select
    influencer tab is answered from one index: `followers` is the largest account's, `platforms`
    the bit mask of connected platforms, `f1` to `f7` the largest account's followers on each
    platform (null: none connected), `multi` whether two are connected on one platform, where
    the maxima do not decide a range. `models.profiles` keeps them.

    `erased_at`, `erased_by` and `erased_reason` say when the data were erased, by which member of
    staff and why. After that `external_id` is `erased_id` of the old one, and `name` is `ERASED`.
    """

    id: int = fields.BigIntField(primary_key=True)
    external_id = fields.CharField(200, unique=True)
    name = fields.CharField(200)
    name_key = fields.TextField()
    email = fields.CharField(320, null=True)
    country = fields.CharField(2, null=True)
    categories = fields.JSONField[list[str]]()
    category_mask = fields.BigIntField(default=0)
    category_overflow = fields.TextField(default="")
    avatar_url = fields.CharField(2048, null=True)
    erased_at = fields.DatetimeField(null=True)
    erased_by = fields.CharField(400, null=True)
    erased_reason = fields.CharField(2000, null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    followers = fields.IntField(default=0)
    platforms: int = fields.SmallIntField(default=0)
    multi = fields.BooleanField(default=False)
    f1 = fields.IntField(null=True)
    f2 = fields.IntField(null=True)
    f3 = fields.IntField(null=True)
    f4 = fields.IntField(null=True)
    f5 = fields.IntField(null=True)
    f6 = fields.IntField(null=True)
    f7 = fields.IntField(null=True)

    class Meta(Model.Meta):
        table = "influencer"


class InfluencerSearch(Model):
    """What the text search looks through, apart so that a change of followers leaves it alone.

    `text` holds the folded name and the folded handles of the connected accounts, a line each.
    """

    influencer: fields.OneToOneRelation[Influencer] = fields.OneToOneField(
        "models.Influencer",
        primary_key=True,
        related_name=False,
        on_delete=fields.RESTRICT,
    )
    text = fields.TextField()

    class Meta(Model.Meta):
        table = "influencer_search"


class SocialAccount(Model):
    """An account on a platform; a disconnected one stays, for what refers to it.

    While connected, (platform, external id) is unique: a partial unique index.
    """

    id: int = fields.BigIntField(primary_key=True)
    influencer_id: int
    influencer: fields.ForeignKeyRelation[Influencer] = fields.ForeignKeyField(
        "models.Influencer",
        related_name=False,
        on_delete=fields.RESTRICT,
        db_index=False,
    )
    platform: int = fields.SmallIntField()
    external_id = fields.CharField(200)
    handle = fields.CharField(200)
    handle_key = fields.TextField()
    followers = fields.IntField()
    connected_at = fields.DatetimeField()
    disconnected_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "social_account"
        constraints = (
            CheckConstraint(check="platform BETWEEN 1 AND 7", name="account_platform"),
            CheckConstraint(check="followers >= 0", name="account_followers"),
        )
