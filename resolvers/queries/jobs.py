"""My Job: what the calling influencer takes part in, by section."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from database.statement import columns_of
from projection import Completed, Order, Run, TableListing
from resolvers.answers import Info, allow, page, payload, run_of
from workflow.available_actions import required_action
from workflow.enums import (
    CampaignStatus,
    JobSection,
    ParticipationOrigin,
    ParticipationStatus,
    Role,
)
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    PostRow,
    build_facts,
)
from workflow.screens import job_section

_NEWEST_FIRST = (Order("t.updated_at", datetime), Order("t.id"))


@dataclass(frozen=True, slots=True)
class JobCount:
    """The number of a section's jobs, and of those that need an action of the influencer."""

    section: JobSection
    count: int
    action_required: int


async def my_jobs(info: Info) -> Completed:
    """Return a section of My Job, newest first. For influencers."""
    caller = allow(info, Role.INFLUENCER)
    return await page(info, "Participation", _section, caller.influencer_id)


async def my_job_counts(info: Info) -> Completed[list[JobCount]]:
    """Return the counts of every section of My Job. For influencers."""
    allow(info, Role.INFLUENCER)
    counts, needing = await _counted(run_of(info))
    return await payload(
        info, [JobCount(section, counts[section], needing[section]) for section in JobSection]
    )


async def _section(_run: Run, arguments: Mapping[str, Any]) -> TableListing:
    asked = arguments.get("section") or JobSection.IN_PROGRESS
    return TableListing(
        source="participation t JOIN campaign c ON c.id = t.campaign_id",
        where=(_in_section(JobSection(asked)),),
        orders=_NEWEST_FIRST,
        descending=True,
        key="t.influencer_id",
    )


@cache
def _in_section(section: JobSection) -> str:
    """Return the SQL condition that a participation is in this section, from `job_section`."""
    cells = [
        f"(t.status = '{status}' AND c.status = '{campaign}' AND t.origin = '{origin}')"
        for status in ParticipationStatus
        for campaign in CampaignStatus
        for origin in ParticipationOrigin
        if job_section(status, campaign, origin) is section
    ]
    return f"({' OR '.join(cells)})"


async def _counted(run: Run) -> tuple[Counter[JobSection], Counter[JobSection]]:
    """Count the jobs of each section, and those that need an action."""
    counts, needing = Counter[JobSection](), Counter[JobSection]()
    accounts = [AccountRow(*row) for row in await run.fetch(_ACCOUNTS, {})]
    posts = defaultdict[int, list[PostRow]](list)
    for participation, *columns in await run.fetch(_POSTS, {}):
        posts[participation].append(PostRow(*columns))
    for row in await run.fetch(_JOBS, {}):
        values = iter(row)
        key, override = (next(values) for _ in range(2))
        part = ParticipationRow(*(next(values) for _ in ParticipationRow._fields))
        influencer = InfluencerRow(*(next(values) for _ in InfluencerRow._fields))
        campaign = CampaignRow(*values)
        section = job_section(
            ParticipationStatus(part.status),
            CampaignStatus(campaign.status),
            ParticipationOrigin(part.origin),
        )
        assert section is not None
        counts[section] += 1
        known = build_facts(
            campaign,
            influencer,
            accounts,
            override=override,
            participation=part,
            posts=posts[key],
            now=run.context.now,
        )
        needing[section] += required_action(known) is not None
    return counts, needing


_ACCOUNTS = (
    f"SELECT {', '.join(AccountRow._fields)} FROM social_account WHERE influencer_id = :viewer"
)
_POSTS = (
    f"SELECT o.participation_id, {columns_of('o', PostRow._fields)} FROM post o"
    " JOIN participation t ON t.id = o.participation_id WHERE t.influencer_id = :viewer"
)
_JOBS = f"""SELECT t.id, o.availability, {columns_of("t", ParticipationRow._fields)},
    {columns_of("i", InfluencerRow._fields)}, {columns_of("c", CampaignRow._fields)}
    FROM participation t JOIN campaign c ON c.id = t.campaign_id
    JOIN influencer i ON i.id = t.influencer_id
    LEFT JOIN availability_override o
        ON o.campaign_id = t.campaign_id AND o.influencer_id = t.influencer_id
    WHERE t.influencer_id = :viewer AND t.status <> 'REMOVED'"""
