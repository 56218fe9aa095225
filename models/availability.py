"""To how many influencers a campaign is available, kept beside the campaign.

The number is a count and the changes that writers have appended since: nobody waits for another
to add theirs. `resolvers/availability` keeps them.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

EVERYONE = 0
"""In the place of a campaign: all influencers who are not erased."""


class AvailabilityCount(Model):
    """How many influencers had the status AVAILABLE for a campaign when it was last counted.

    `available` is None before that. `is_stale`: the rule has changed since, so that only another
    count tells. `version` goes up with every change of the row.
    """

    campaign_id: int = fields.BigIntField(primary_key=True, generated=False)
    available: int | None = fields.BigIntField(null=True)
    is_stale = fields.BooleanField()
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "availability_count"


class AvailabilityDelta(Model):
    """By how much a transaction has changed the number since: a count deletes those it saw."""

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int = fields.BigIntField()
    change = fields.IntField()

    class Meta(Model.Meta):
        table = "availability_delta"
        indexes = (Index(fields=("campaign_id",)),)
