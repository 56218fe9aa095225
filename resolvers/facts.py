"""What decides about participations, locked and loaded in the same few statements for any number.

Every writer locks in this order, so that none waits for another in a circle: campaigns, then
influencers, then participations, each by id. Whoever holds a campaign's lock is alone in deciding
about it, so what is read here stays true until the transaction ends.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models import standing
from models.enums import Availability, Role
from models.standing import AccountRow, CampaignRow, InfluencerRow, ParticipationRow
from models.workflow import Facts
from resolvers.caller import Caller
from resolvers.database import dumps, locked_rows, rows

Pair = tuple[int, int]
"""A campaign's id and an influencer's."""


@dataclass(frozen=True, slots=True)
class LockedCampaign:
    """A campaign as it is now."""

    id: int
    advertiser_id: str | None
    row: CampaignRow


@dataclass(frozen=True, slots=True)
class LockedInfluencer:
    """An influencer as they are now."""

    id: int
    followers: int
    is_erased: bool
    row: InfluencerRow


@dataclass(frozen=True, slots=True)
class LockedParticipation:
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
    "Where there is none yet: set when it is recorded (`resolvers/recording.py`)."

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
    campaigns = await lock_campaigns({campaign for campaign, _ in pairs})
    influencers = await lock_influencers({influencer for _, influencer in pairs})
    accounts = await accounts_of(influencers)
    known = [pair for pair in pairs if pair[0] in campaigns and pair[1] in influencers]
    overrides = await _overrides(known)
    participations = await _participations(known)
    posts = await _post_statuses(part.id for part in participations.values())
    cases: dict[Pair, Case] = {}
    for pair in known:
        part = participations.get(pair)
        cases[pair] = _case(
            campaigns[pair[0]],
            influencers[pair[1]],
            accounts[pair[1]],
            overrides.get(pair),
            part,
            posts[part.id] if part else (),
            now,
        )
    return cases


async def of_participations(ids: Collection[int], caller: Caller, now: datetime) -> dict[int, Case]:
    """The cases of these participations, by their ids; without those that are not the caller's.

    Staff have all, advertisers those in their campaigns, influencers their own.
    """
    found = await rows(_PARTICIPATIONS_BY_ID, ids=list(ids))
    pairs = {
        (campaign, influencer)
        for campaign, influencer, advertiser in found
        if _belongs(caller, influencer, advertiser)
    }
    cases = await of_pairs(pairs, now)
    return {case.participation_id: case for case in cases.values() if case.participation_id}


async def lock_campaigns(ids: Collection[int]) -> dict[int, LockedCampaign]:
    """These campaigns, by id, for this transaction alone."""
    found = await locked_rows(_CAMPAIGNS, "FOR UPDATE", ids=list(ids))
    return {row[0]: LockedCampaign(row[0], row[1], CampaignRow(*row[2:])) for row in found}


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


_CAMPAIGNS = f"""
SELECT id, advertiser_id, {", ".join(CampaignRow._fields)}
FROM campaign WHERE id = ANY(:ids) ORDER BY id"""
_INFLUENCERS = f"""
SELECT id, followers, erased_at, {", ".join(InfluencerRow._fields)}
FROM influencer WHERE id = ANY(:ids) ORDER BY id"""
_ACCOUNTS = f"""
SELECT influencer_id, {", ".join(AccountRow._fields)}
FROM social_account WHERE influencer_id = ANY(:ids) ORDER BY id"""
_PARTICIPATIONS_BY_ID = """
SELECT p.campaign_id, p.influencer_id, c.advertiser_id
FROM participation p JOIN campaign c ON c.id = p.campaign_id WHERE p.id = ANY(:ids)"""
_OF_PAIRS = """
JOIN json_array_elements(:pairs::json) AS j(value)
ON t.campaign_id = (j.value->>0)::bigint AND t.influencer_id = (j.value->>1)::bigint"""
_OVERRIDES = f"""
SELECT t.campaign_id, t.influencer_id, t.availability FROM availability_override t {_OF_PAIRS}"""
_PARTICIPATIONS = f"""
SELECT t.campaign_id, t.influencer_id, t.id, t.round, t.origin,
    {", ".join(f"t.{column}" for column in ParticipationRow._fields)}
FROM participation t {_OF_PAIRS} ORDER BY t.id"""
_POST_STATUSES = "SELECT participation_id, status FROM post WHERE participation_id = ANY(:ids)"


def _belongs(caller: Caller, influencer: int, advertiser: str | None) -> bool:
    match caller.role:
        case Role.STAFF:
            return True
        case Role.ADVERTISER:
            return advertiser is not None and advertiser == caller.advertiser_id
        case _:
            return influencer == caller.influencer_id


async def _overrides(pairs: Sequence[Pair]) -> dict[Pair, Availability]:
    found = await rows(_OVERRIDES, pairs=dumps(pairs))
    return {(row[0], row[1]): Availability(row[2]) for row in found}


async def _participations(pairs: Sequence[Pair]) -> dict[Pair, LockedParticipation]:
    found = await locked_rows(_PARTICIPATIONS, "FOR UPDATE OF t", pairs=dumps(pairs))
    return {
        (campaign, influencer): LockedParticipation(
            number, turn, origin, ParticipationRow(*columns)
        )
        for campaign, influencer, number, turn, origin, *columns in found
    }


async def _post_statuses(participations: Iterable[int]) -> dict[int, list[str]]:
    statuses = defaultdict[int, list[str]](list)
    for participation, status in await rows(_POST_STATUSES, ids=list(participations)):
        statuses[participation].append(status)
    return statuses


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
        facts=standing.facts(
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
