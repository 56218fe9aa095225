"""The facts that decide, of many influencers at once, without locks."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson

from database.session import rows
from database.statement import Row, columns_of
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    PostRow,
    build_facts,
)
from workflow.table import Facts


async def campaign_row(campaign: int) -> CampaignRow:
    """Return the columns of a campaign."""
    [row] = await rows(_CAMPAIGN, id=campaign)
    return CampaignRow(*row)


async def read_rows(campaign: int, influencers: Iterable[int]) -> Mapping[int, Row]:
    """Return a row for each of these influencers in a campaign, but for those who were erased."""
    found = await rows(_FACTS, campaign=campaign, ids=list(influencers))
    return {row[0]: row for row in found}


def facts_of(terms: CampaignRow, row: Row, now: datetime) -> Facts:
    """Return the facts in a row of `read_rows`."""
    accounts, override, posts, status = row[4:8]
    return build_facts(
        terms,
        InfluencerRow(*row[1:4]),
        # In no order: which of several accounts is selected is decided when the plan is applied.
        [AccountRow(*account) for account in orjson.loads(accounts)] if accounts else (),
        override=override,
        participation=ParticipationRow(*row[7:]) if status else None,
        posts=[PostRow(*post) for post in orjson.loads(posts)] if posts else (),
        now=now,
    )


_CAMPAIGN = f"SELECT {', '.join(CampaignRow._fields)} FROM campaign WHERE id = :id"
_FACTS = f"""
SELECT i.id, {columns_of("i", InfluencerRow._fields)},
    (SELECT json_agg(json_build_array({columns_of("s", AccountRow._fields)}))
        FROM social_account s WHERE s.influencer_id = i.id),
    (SELECT o.availability FROM availability_override o
        WHERE o.campaign_id = :campaign AND o.influencer_id = i.id),
    (SELECT json_agg(json_build_array({columns_of("q", PostRow._fields)}))
        FROM post q WHERE q.participation_id = p.id),
    {columns_of("p", ParticipationRow._fields)}
FROM unnest(:ids::bigint[]) AS j(value) JOIN influencer i ON i.id = j.value
    LEFT JOIN participation p ON p.campaign_id = :campaign AND p.influencer_id = i.id
WHERE i.erased_at IS NULL"""
