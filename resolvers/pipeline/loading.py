"""The facts that decide about participations: rows locked by one statement, read by the next.

Every writer locks in this order, so that none waits for another in a circle: plans, campaigns, then
influencers, each by id. Who writes a participation holds a lock on its campaign or its influencer,
so a transaction that holds both (`_LOCK`) is alone with the participation and its posts. What is
read after that (`_READ`) stays true until the transaction ends. Reading is a statement of its own
because a statement sees the data as they were when it began, and the transactions for which the
locks had to wait have changed them since. The clock is read in between, for the same reason.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import orjson

from database.session import TortoiseDatabase, dumps, locked_rows, rows
from database.statement import columns_of, fetch
from resolvers.answers import viewer_values
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.pipeline.transaction import caller_in
from resolvers.visibility import within_reach
from workflow.enums import Availability, ParticipationStatus
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    PostRow,
    build_facts,
    moment_of,
)
from workflow.table import Facts

Pair = tuple[int, int]
"""A campaign's id and an influencer's."""


class LockedCampaign(NamedTuple):
    """A campaign, locked."""

    id: int
    advertiser_id: str | None
    row: CampaignRow


class LockedInfluencer(NamedTuple):
    """An influencer, locked."""

    id: int
    followers: int
    is_erased: bool
    row: InfluencerRow


class LockedParticipation(NamedTuple):
    """A participation whose campaign and influencer are locked."""

    id: int
    round: int
    row: ParticipationRow


@dataclass(slots=True, kw_only=True)
class LockedCandidate:
    """An influencer for a campaign, both locked, with the facts that decide."""

    campaign: LockedCampaign
    influencer: LockedInfluencer
    accounts: Sequence[AccountRow]
    "All the influencer's, disconnected ones too."
    override: Availability | None
    participation: LockedParticipation | None
    posts: Sequence[PostRow]
    now: datetime
    "When the locks were held, and not before anything that has happened to the pair."
    facts: Facts
    participation_id: int | None
    "None before the first one, until `UnitOfWork.write` inserts it."

    @property
    def pair(self) -> Pair:
        """Return the campaign's id and the influencer's."""
        return self.campaign.id, self.influencer.id

    def with_accounts(self, accounts: Sequence[AccountRow]) -> "LockedCandidate":
        """Return the candidate as if the influencer had these accounts."""
        return _candidate(
            self.campaign,
            self.influencer,
            accounts,
            self.override,
            self.participation,
            self.posts,
            self.now,
        )

    def with_override(self, override: Availability | None) -> "LockedCandidate":
        """Return the candidate as if staff had set this override."""
        return _candidate(
            self.campaign,
            self.influencer,
            self.accounts,
            override,
            self.participation,
            self.posts,
            self.now,
        )


async def lock_pairs(context: Context, pairs: Collection[Pair]) -> dict[Pair, LockedCandidate]:
    """Lock and load the candidates of these pairs, without those of which one does not exist."""
    return (await _load(context, _BY_PAIR, _pair_values(pairs))).by_pair


async def lock_candidates(
    context: Context, campaign: int, influencers: Collection[int]
) -> dict[int, LockedCandidate] | None:
    """Lock and load a campaign's candidates by influencer; None without such a campaign.

    Influencers who do not exist are left out.
    """
    pairs = [(campaign, influencer) for influencer in influencers] or [(campaign, _NO_ID)]
    found = await _load(context, _BY_PAIR, _pair_values(pairs))
    if not found.campaigns:
        return None
    return {influencer: one for (_, influencer), one in found.by_pair.items()}


async def lock_participations(context: Context, ids: Collection[int]) -> dict[int, LockedCandidate]:
    """Lock and load the candidates of these participations by id, without those not the caller's.

    All are staff's and services', those in their campaigns an advertiser's, their own an
    influencer's.
    """
    caller = caller_in(context)
    statements = _by_participation(tuple(within_reach("Participation", caller)))
    found = await _load(context, statements, {"ids": list(ids), **viewer_values(caller)})
    return {one.participation_id: one for one in found.by_pair.values() if one.participation_id}


async def lock_campaigns(ids: Collection[int], *, at_once: bool = False) -> None:
    """Lock these campaigns for writing.

    With `at_once` it does not wait for one that is locked: the transaction starts again.
    """
    if ids:
        lock = "FOR UPDATE NOWAIT" if at_once else "FOR UPDATE"
        await locked_rows(_CAMPAIGNS, lock, ids=list(ids))


async def lock_influencers(
    ids: Collection[int], *, writing: bool = False
) -> dict[int, LockedInfluencer]:
    """Lock and load these influencers by id: for others to read, or `writing`, for nobody."""
    lock = "FOR UPDATE" if writing else "FOR SHARE"
    found = await locked_rows(_INFLUENCERS, lock, ids=list(ids))
    return {
        row[0]: LockedInfluencer(row[0], row[1], row[2] is not None, InfluencerRow(*row[3:]))
        for row in found
    }


async def lock_with_campaigns(
    influencers: Collection[int], statuses: Collection[ParticipationStatus]
) -> tuple[dict[int, LockedInfluencer], list[Pair]]:
    """Lock these influencers for writing, after the campaigns where they have one of the statuses.

    Return the influencers by id, and the pairs of campaign and influencer.
    """
    pairs = await _pairs_in(influencers, statuses)
    campaigns = {campaign for campaign, _ in pairs}
    await lock_campaigns(campaigns)
    locked = await lock_influencers(influencers, writing=True)
    # Read again: pairs may have got such a status in between. Now no more can.
    pairs = await _pairs_in(influencers, statuses)
    # It is too late to wait for these: their holder may be waiting for an influencer.
    await lock_campaigns({campaign for campaign, _ in pairs} - campaigns, at_once=True)
    return locked, pairs


async def _pairs_in(
    influencers: Collection[int], statuses: Collection[ParticipationStatus]
) -> list[Pair]:
    found = await rows(_PAIRS, ids=list(influencers), statuses=sorted(statuses))
    return [(campaign, influencer) for campaign, influencer in found]


def refuse_erased(context: Context, influencer: LockedInfluencer | None) -> None:
    """Raise RequestError UNAUTHENTICATED if the influencer is the caller and has been erased."""
    own = context.caller.influencer_id if context.caller else None  # imports have no caller
    if influencer and influencer.is_erased and influencer.id == own:
        raise RequestError("UNAUTHENTICATED", "The influencer whose token this is has been erased.")


async def accounts_of(influencers: Collection[int]) -> dict[int, list[AccountRow]]:
    """Load all accounts of these influencers, disconnected ones too, by influencer."""
    accounts = defaultdict[int, list[AccountRow]](list)
    for influencer, *columns in await rows(_ACCOUNTS, ids=list(influencers)):
        accounts[influencer].append(AccountRow(*columns))
    return accounts


_CAMPAIGNS = "SELECT id FROM campaign WHERE id = ANY(:ids) ORDER BY id"
_INFLUENCERS = f"""
SELECT id, followers, erased_at, {", ".join(InfluencerRow._fields)}
FROM influencer WHERE id = ANY(:ids) ORDER BY id"""
_ACCOUNTS = f"""
SELECT influencer_id, {", ".join(AccountRow._fields)}
FROM social_account WHERE influencer_id = ANY(:ids) ORDER BY id"""
_PAIRS = """
SELECT campaign_id, influencer_id FROM participation
WHERE influencer_id = ANY(:ids) AND status = ANY(:statuses) ORDER BY campaign_id, influencer_id"""
_NO_ID = 0
"""No row has this id."""


# Counting the campaigns first makes influencers be locked after them.
_LOCK = f"""
WITH campaigns AS MATERIALIZED (
    SELECT id, advertiser_id, {", ".join(CampaignRow._fields)}
    FROM campaign WHERE id {{campaigns}} ORDER BY id FOR UPDATE),
influencers AS MATERIALIZED (
    SELECT id FROM influencer WHERE id {{influencers}}
    AND (SELECT count(*) FROM campaigns) > 0 ORDER BY id FOR SHARE)
SELECT campaigns.*, (SELECT count(*) FROM influencers) FROM campaigns"""
_READ = f"""
WITH asked AS MATERIALIZED ({{pairs}})
SELECT a.campaign_id, i.id, i.followers, i.erased_at,
    {columns_of("i", InfluencerRow._fields)},
    (SELECT json_agg(json_build_array({columns_of("s", AccountRow._fields)}))
        FROM social_account s WHERE s.influencer_id = i.id),
    (SELECT o.availability FROM availability_override o
        WHERE o.campaign_id = a.campaign_id AND o.influencer_id = i.id),
    (SELECT json_agg(json_build_array({columns_of("q", PostRow._fields)}))
        FROM post q WHERE q.participation_id = p.id),
    (SELECT max(m.moment) FROM (
        SELECT p.updated_at AS moment
        UNION ALL SELECT q.updated_at FROM post q WHERE q.participation_id = p.id
        UNION ALL SELECT e.occurred_at FROM participation_event e
            WHERE e.campaign_id = a.campaign_id AND e.influencer_id = i.id) AS m),
    p.id, p.round, {columns_of("p", ParticipationRow._fields)}
FROM asked a JOIN influencer i ON i.id = a.influencer_id LEFT JOIN participation p
    ON p.campaign_id = a.campaign_id AND p.influencer_id = a.influencer_id"""


class _Statements(NamedTuple):
    """How to load some candidates: one statement to lock them, and one to read them."""

    lock: str
    read: str


def _statements(pairs: str, campaigns: str, influencers: str) -> _Statements:
    """Return the statements for the pairs that `pairs` selects, with conditions on either id."""
    return _Statements(
        _LOCK.format(campaigns=campaigns, influencers=influencers), _READ.format(pairs=pairs)
    )


_BY_PAIR = _statements(
    """SELECT (j.value->>0)::bigint AS campaign_id, (j.value->>1)::bigint AS influencer_id
    FROM json_array_elements(:pairs::json) AS j(value)""",
    "= ANY(:campaigns)",
    "= ANY(:influencers)",
)


@cache
def _by_participation(conditions: tuple[str, ...]) -> _Statements:
    where = " AND ".join(("t.id = ANY(:ids)", *conditions))
    found = f"FROM participation t WHERE {where}"
    return _statements(
        f"SELECT t.campaign_id, t.influencer_id {found}",
        f"IN (SELECT t.campaign_id {found})",
        f"IN (SELECT t.influencer_id {found})",
    )


def _pair_values(pairs: Collection[Pair]) -> dict[str, Any]:
    return {
        "pairs": dumps(list(pairs)),
        "campaigns": list({campaign for campaign, _ in pairs}),
        "influencers": list({influencer for _, influencer in pairs}),
    }


@dataclass(frozen=True, slots=True)
class _Loaded:
    campaigns: Mapping[int, LockedCampaign]
    by_pair: dict[Pair, LockedCandidate]


async def _load(context: Context, statements: _Statements, values: Mapping[str, Any]) -> _Loaded:
    database = TortoiseDatabase()
    locked = await fetch(database, statements.lock, values)
    now = context.tick()
    campaigns = {row[0]: LockedCampaign(row[0], row[1], CampaignRow(*row[2:-1])) for row in locked}
    if not campaigns:
        return _Loaded({}, {})
    candidates: dict[Pair, LockedCandidate] = {}
    for row in await fetch(database, statements.read, values):
        if campaign := campaigns.get(row[0]):
            candidate = _candidate_of(campaign, row, now)
            refuse_erased(context, candidate.influencer)
            candidates[candidate.pair] = candidate
    return _Loaded(campaigns, candidates)


def _candidate_of(campaign: LockedCampaign, row: Sequence[Any], now: datetime) -> LockedCandidate:
    """Return the candidate in a row of `_READ`."""
    _, key, followers, erased_at, country, mask, overflow, accounts, override, posts = row[:10]
    last, participation_id, round_, *participation = row[10:]
    return _candidate(
        campaign,
        LockedInfluencer(
            key, followers, erased_at is not None, InfluencerRow(country, mask, overflow)
        ),
        [AccountRow(*account) for account in sorted(orjson.loads(accounts or "[]"))],
        Availability(override) if override else None,
        LockedParticipation(participation_id, round_, ParticipationRow(*participation))
        if participation_id
        else None,
        [PostRow(*post) for post in orjson.loads(posts or "[]")],
        max(now, moment_of(last) or now),
    )


def _candidate(
    campaign: LockedCampaign,
    influencer: LockedInfluencer,
    accounts: Sequence[AccountRow],
    override: Availability | None,
    participation: LockedParticipation | None,
    posts: Sequence[PostRow],
    now: datetime,
) -> LockedCandidate:
    return LockedCandidate(
        campaign=campaign,
        influencer=influencer,
        accounts=accounts,
        override=override,
        participation=participation,
        posts=posts,
        now=now,
        facts=build_facts(
            campaign.row,
            influencer.row,
            accounts,
            override=override,
            participation=participation.row if participation else None,
            posts=posts,
            now=now,
        ),
        participation_id=participation.id if participation else None,
    )
