"""What decides about participations, locked by one statement and read by the next.

Every writer locks in this order, so that none waits for another in a circle: campaigns, then
influencers, each by id. Whoever writes a participation holds its campaign or its influencer, so
whoever holds both (`_LOCKED`) is alone with it, and with its posts. What is read after that
(`_READ`) stays true until the transaction ends. It is a statement of its own, because a statement
sees the data as they were when it began, and those for whom the locks had to wait have changed
them since.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import orjson

from database.session import TortoiseDatabase, dumps, locked_rows, rows
from database.statement import fetch
from resolvers.caller import Caller
from resolvers.visibility import parameters, visible
from workflow.decisions import Facts
from workflow.enums import Availability
from workflow.facts import AccountRow, CampaignRow, InfluencerRow, ParticipationRow, build_facts

Pair = tuple[int, int]
"""A campaign's id and an influencer's."""


class LockedCampaign(NamedTuple):
    """A campaign as it is now."""

    id: int
    advertiser_id: str | None
    row: CampaignRow


class LockedInfluencer(NamedTuple):
    """An influencer as they are now."""

    id: int
    followers: int
    is_erased: bool
    row: InfluencerRow


class LockedParticipation(NamedTuple):
    """A participation as it is now."""

    id: int
    round: int
    origin: str
    row: ParticipationRow


@dataclass(slots=True, kw_only=True)
class Case:
    """One influencer and one campaign, with all that decides about them."""

    campaign: LockedCampaign
    influencer: LockedInfluencer
    accounts: Sequence[AccountRow]
    "All the influencer's, disconnected ones too."
    override: Availability | None
    participation: LockedParticipation | None
    post_statuses: Sequence[str]
    now: datetime
    facts: Facts
    participation_id: int | None
    "Where there is none yet: set when it is recorded (`resolvers/pipeline/unit_of_work.py`)."

    @property
    def pair(self) -> Pair:
        """The campaign's id and the influencer's."""
        return self.campaign.id, self.influencer.id

    def with_accounts(self, accounts: Sequence[AccountRow]) -> "Case":
        """The same case, as it would be if the influencer's accounts were these."""
        return _case(
            self.campaign,
            self.influencer,
            accounts,
            self.override,
            self.participation,
            self.post_statuses,
            self.now,
        )

    def with_override(self, override: Availability | None) -> "Case":
        """The same case, as it would be if staff had said this about it."""
        return _case(
            self.campaign,
            self.influencer,
            self.accounts,
            override,
            self.participation,
            self.post_statuses,
            self.now,
        )


async def of_pairs(pairs: Collection[Pair], now: datetime) -> dict[Pair, Case]:
    """The cases of these pairs; without those whose campaign or influencer does not exist."""
    return (await _cases(_PAIRS, _pair_values(pairs), now)).by_pair


async def in_campaign(
    campaign: int, influencers: Collection[int], now: datetime
) -> dict[int, Case] | None:
    """The cases of these influencers, those who exist, in a campaign; None if it does not exist."""
    pairs = [(campaign, influencer) for influencer in influencers] or [(campaign, _NOBODY)]
    found = await _cases(_PAIRS, _pair_values(pairs), now)
    if not found.campaigns:
        return None
    return {influencer: case for (_, influencer), case in found.by_pair.items()}


async def of_participations(ids: Collection[int], caller: Caller, now: datetime) -> dict[int, Case]:
    """The cases of these participations, by their ids; without those that are not the caller's.

    Staff have all, advertisers those in their campaigns, influencers their own.
    """
    asked = _participations(tuple(visible("Participation", caller)))
    found = await _cases(asked, {"ids": list(ids), **parameters(caller)}, now)
    return {case.participation_id: case for case in found.by_pair.values() if case.participation_id}


async def lock_campaigns(ids: Collection[int], *, at_once: bool = False) -> None:
    """Lock these campaigns, by id, for this transaction alone.

    `at_once`: where one is locked, it is not waited for, and the transaction starts again.
    """
    if ids:
        lock = "FOR UPDATE NOWAIT" if at_once else "FOR UPDATE"
        await locked_rows(_CAMPAIGNS, lock, ids=list(ids))


async def lock_influencers(
    ids: Collection[int], *, writing: bool = False
) -> dict[int, LockedInfluencer]:
    """These influencers, by id, kept as they are; or for this transaction alone, to write them."""
    lock = "FOR UPDATE" if writing else "FOR SHARE"
    found = await locked_rows(_INFLUENCERS, lock, ids=list(ids))
    return {
        row[0]: LockedInfluencer(row[0], row[1], row[2] is not None, InfluencerRow(*row[3:]))
        for row in found
    }


async def accounts_of(influencers: Collection[int]) -> dict[int, list[AccountRow]]:
    """All accounts of these influencers, disconnected ones too, by influencer."""
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
_NOBODY = 0
"""No row has it as its id."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """SQL that tells the pairs asked for, and conditions on the ids of each half."""

    pairs: str
    campaigns: str
    influencers: str


_PAIRS = _Asked(
    """SELECT (j.value->>0)::bigint AS campaign_id, (j.value->>1)::bigint AS influencer_id
    FROM json_array_elements(:pairs::json) AS j(value)""",
    "= ANY(:campaigns)",
    "= ANY(:influencers)",
)


def _pair_values(pairs: Collection[Pair]) -> dict[str, Any]:
    return {
        "pairs": dumps(list(pairs)),
        "campaigns": list({campaign for campaign, _ in pairs}),
        "influencers": list({influencer for _, influencer in pairs}),
    }


@cache
def _participations(conditions: tuple[str, ...]) -> _Asked:
    where = " AND ".join(("t.id = ANY(:ids)", *conditions))
    found = f"FROM participation t WHERE {where}"
    return _Asked(
        f"SELECT t.campaign_id, t.influencer_id {found}",
        f"IN (SELECT t.campaign_id {found})",
        f"IN (SELECT t.influencer_id {found})",
    )


# Influencers are counted after campaigns have been, and so locked after them.
_LOCKED = f"""
WITH campaigns AS MATERIALIZED (
    SELECT id, advertiser_id, {", ".join(CampaignRow._fields)}
    FROM campaign WHERE id {{asked.campaigns}} ORDER BY id FOR UPDATE),
influencers AS MATERIALIZED (
    SELECT id FROM influencer WHERE id {{asked.influencers}}
    AND (SELECT count(*) FROM campaigns) > 0 ORDER BY id FOR SHARE)
SELECT campaigns.*, (SELECT count(*) FROM influencers) FROM campaigns"""
_READ = f"""
WITH asked AS MATERIALIZED ({{asked.pairs}})
SELECT a.campaign_id, i.id, i.followers, i.erased_at,
    {", ".join(f"i.{column}" for column in InfluencerRow._fields)},
    (SELECT json_agg(json_build_array({", ".join(f"s.{c}" for c in AccountRow._fields)}))
        FROM social_account s WHERE s.influencer_id = i.id),
    (SELECT o.availability FROM availability_override o
        WHERE o.campaign_id = a.campaign_id AND o.influencer_id = i.id),
    (SELECT json_agg(q.status) FROM post q WHERE q.participation_id = p.id),
    p.id, p.round, p.origin, {", ".join(f"p.{column}" for column in ParticipationRow._fields)}
FROM asked a JOIN influencer i ON i.id = a.influencer_id LEFT JOIN participation p
    ON p.campaign_id = a.campaign_id AND p.influencer_id = a.influencer_id"""


@dataclass(frozen=True, slots=True)
class _Cases:
    campaigns: Mapping[int, LockedCampaign]
    by_pair: dict[Pair, Case]


async def _cases(asked: _Asked, values: Mapping[str, Any], now: datetime) -> _Cases:
    """The cases of the pairs that are asked for."""
    database = TortoiseDatabase()
    locked = await fetch(database, _about(_LOCKED, asked), values)
    campaigns = {row[0]: _campaign(row[:-1]) for row in locked}
    if not campaigns:
        return _Cases({}, {})
    cases: dict[Pair, Case] = {}
    for row in await fetch(database, _about(_READ, asked), values):
        if campaign := campaigns.get(row[0]):
            cases[campaign.id, row[1]] = _case_of(campaign, row, now)
    return _Cases(campaigns, cases)


@cache
def _about(statement: str, asked: _Asked) -> str:
    """The statement about what is asked."""
    return statement.format(asked=asked)


def _campaign(row: Sequence[Any]) -> LockedCampaign:
    return LockedCampaign(row[0], row[1], CampaignRow(*row[2:]))


def _case_of(campaign: LockedCampaign, row: Sequence[Any], now: datetime) -> Case:
    """The case that a row of `_READ` tells."""
    _, key, followers, erased_at, country, mask, overflow, accounts, override, posts = row[:10]
    number, turn, origin, *participation = row[10:]
    who = InfluencerRow(country, mask, overflow)
    return _case(
        campaign,
        LockedInfluencer(key, followers, erased_at is not None, who),
        [AccountRow(*account) for account in sorted(orjson.loads(accounts or "[]"))],
        Availability(override) if override else None,
        LockedParticipation(number, turn, origin, ParticipationRow(*participation))
        if number
        else None,
        orjson.loads(posts or "[]"),
        now,
    )


def _case(
    campaign: LockedCampaign,
    influencer: LockedInfluencer,
    accounts: Sequence[AccountRow],
    override: Availability | None,
    participation: LockedParticipation | None,
    post_statuses: Sequence[str],
    now: datetime,
) -> Case:
    return Case(
        campaign=campaign,
        influencer=influencer,
        accounts=accounts,
        override=override,
        participation=participation,
        post_statuses=post_statuses,
        now=now,
        facts=build_facts(
            campaign.row,
            influencer.row,
            accounts,
            override=override,
            participation=participation.row if participation else None,
            post_statuses=post_statuses,
            now=now,
        ),
        participation_id=participation.id if participation else None,
    )
