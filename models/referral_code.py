"""The codes of referral campaigns."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.campaign import Campaign


class ReferralCode(Model):
    """One code of a referral campaign's pool; the participation that was given it refers to it.

    A code is once in a campaign, by a unique index. `number` counts the campaign's codes from 1,
    without gaps, in the order in which they were added, which is that in which they are given: so
    `Campaign.codes_given` tells which have been. A trigger keeps the row as it is.
    """

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    number = fields.IntField()
    code = fields.CharField(100)

    class Meta(Model.Meta):
        table = "referral_code"
        constraints = (
            CheckConstraint(check="number >= 1", name="referral_code_number"),
            CheckConstraint(check="code <> ''", name="referral_code_code"),
        )
