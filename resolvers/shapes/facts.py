"""What fields computed from the workflow have in common: the facts of a row."""

from collections.abc import Sequence
from typing import Any

from projection import Run
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    PostRow,
    build_facts,
)
from workflow.table import Facts


def facts(
    run: Run,
    campaign: CampaignRow,
    influencer: InfluencerRow,
    accounts: Sequence[Any],
    override: str | None,
    participation: ParticipationRow | None,
    posts: Sequence[Any],
) -> Facts:
    """Return the facts, from what a statement and those beside it have read."""
    return build_facts(
        campaign,
        influencer,
        [AccountRow(*row[:4]) for row in accounts],
        override=override,
        participation=participation,
        posts=[PostRow(*row[:2]) for row in posts],
        now=run.context.now,
    )


def largest_first(_run: Run, known: Facts, accounts: Sequence[Any]) -> list[int]:
    """Return the ids of the accounts that qualify, most followers first."""
    rows = [row for row in accounts if row[0] in known.qualifying]
    return [row[0] for row in sorted(rows, key=lambda row: (-row[2], -row[0]))]
