"""Strawberry with Tortoise objects, the ordinary way: a class a type, a resolver a relation."""

import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from bench.peers import sql
from bench.peers.asgi import number, spare_collections
from bench.peers.marking import decide
from database.connection import connected
from database.session import connection
from models import campaign as tables
from models.campaign import AvailabilityOverride
from models.influencer import Influencer as InfluencerModel
from models.influencer import SocialAccount as AccountModel
from models.participation import Participation as ParticipationModel
from models.participation import ParticipationEvent
from workflow.enums import (
    Action,
    CampaignStatus,
    CampaignType,
    CandidateStatus,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    Role,
    platform_of,
)

for _enum in (
    CampaignStatus,
    CampaignType,
    CandidateStatus,
    Outcome,
    ParticipationStatus,
    Platform,
):
    strawberry.enum(_enum)


@strawberry.enum
class JobSection(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"


@dataclass
class Context:
    """What resolvers share within a request."""

    viewer: int | None
    accounts: DataLoader[int, list["SocialAccount"]]
    influencers: DataLoader[int, "Influencer"]


Info = strawberry.Info[Context, None]


@strawberry.type
class SocialAccount:
    id: strawberry.ID
    platform: Platform
    handle: str
    followers: int


@strawberry.type
class Influencer:
    key: strawberry.Private[int]
    id: strawberry.ID
    name: str
    country: str | None
    followers: int

    @strawberry.field
    async def accounts(self, info: Info) -> list[SocialAccount]:
        return await info.context.accounts.load(self.key)


@strawberry.type
class Participation:
    id: strawberry.ID
    status: ParticipationStatus
    version: int
    updated_at: datetime
    campaign: Annotated["Campaign", strawberry.lazy("bench.peers.strawberry_tortoise")] | None = (
        None
    )
    influencer: Influencer | None = None
    selected_account: SocialAccount | None = None


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class ParticipationConnection:
    nodes: list[Participation]
    page_info: PageInfo


@strawberry.type
class Candidate:
    key: strawberry.Private[int]
    id: strawberry.ID
    status: CandidateStatus

    @strawberry.field
    async def influencer(self, info: Info) -> Influencer:
        return await info.context.influencers.load(self.key)


@strawberry.type
class CandidateConnection:
    nodes: list[Candidate]
    page_info: PageInfo


@strawberry.type
class CandidateCount:
    status: CandidateStatus
    count: int
    exact: bool


@strawberry.input
class CandidateFilter:
    status: list[CandidateStatus] | None = None


@strawberry.type
class Campaign:
    key: strawberry.Private[int]
    id: strawberry.ID
    title: str
    brand: str
    description: str
    cover_image_url: str | None
    reward: str | None
    hashtags: list[str]
    mentions: list[str]
    type: CampaignType
    status: CampaignStatus
    post_tracking: bool
    followers_min: int | None
    followers_max: int | None
    capacity: int | None
    places_taken: int
    application_deadline: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @strawberry.field
    async def applicants(self, first: int = 20) -> ParticipationConnection:
        rows = (
            await ParticipationModel.filter(
                campaign_id=self.key,
                status__in=["APPLIED", "REVIEWING", "APPROVED", "REJECTED"],
            )
            .order_by("-updated_at", "-id")
            .limit(first + 1)
            .select_related("influencer", "selected_account")
            .only(*_PARTICIPATION, *_of("influencer", _INFLUENCER), *_SELECTED)
        )
        nodes = [
            _participation(
                row, influencer=_influencer(row.influencer), selected_account=_selected(row)
            )
            for row in rows
        ]
        return _page(nodes, first)

    @strawberry.field
    async def candidates(
        self, filter: CandidateFilter | None = None, first: int = 20
    ) -> CandidateConnection:
        found = await _rows(sql.CANDIDATES, [self.key, first + 1])
        nodes = [
            Candidate(
                key=row["influencer_id"],
                id=_gid("Candidate", f"{row['campaign_id']}-{row['influencer_id']}"),
                status=CandidateStatus(row["status"]),
            )
            for row in found[:first]
        ]
        return CandidateConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=len(found) > first)
        )

    @strawberry.field
    async def candidate_counts(self) -> list[CandidateCount]:
        return [
            CandidateCount(
                status=CandidateStatus(row["status"]), count=row["count"], exact=row["exact"]
            )
            for row in await _rows(sql.COUNTS, [self.key])
        ]


@strawberry.type
class Query:
    @strawberry.field
    async def campaign(self, id: strawberry.ID) -> Campaign | None:
        found = await tables.Campaign.get_or_none(id=number(id)).only(*_CAMPAIGN)
        return _campaign(found) if found else None

    @strawberry.field
    async def my_jobs(
        self, info: Info, section: JobSection = JobSection.IN_PROGRESS, first: int = 20
    ) -> ParticipationConnection:
        mine = ParticipationModel.filter(
            influencer_id=info.context.viewer, campaign__status__in=["UPCOMING", "ONGOING"]
        )
        rows = (
            await mine.filter(_in_progress())
            .order_by("-updated_at", "-id")
            .limit(first + 1)
            .select_related("campaign", "selected_account")
            .only(*_PARTICIPATION, *_of("campaign", _CAMPAIGN), *_SELECTED)
        )
        nodes = [
            _participation(row, campaign=_campaign(row.campaign), selected_account=_selected(row))
            for row in rows
        ]
        return _page(nodes, first)


@strawberry.input
class MarkJoinedInput:
    campaign_id: strawberry.ID
    influencer_ids: list[strawberry.ID]


@strawberry.type
class UserError:
    code: str


@strawberry.type
class MarkJoinedResult:
    influencer_id: strawberry.ID
    outcome: Outcome
    candidate_status: CandidateStatus | None = None
    participation: Participation | None = None
    error: UserError | None = None


@strawberry.type
class BulkSummary:
    changed: int
    unchanged: int
    refused: int


@strawberry.type
class MarkJoinedPayload:
    results: list[MarkJoinedResult]
    summary: BulkSummary
    user_errors: list[UserError]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def mark_joined(self, input: MarkJoinedInput) -> MarkJoinedPayload:
        asked = [number(gid) for gid in input.influencer_ids]
        marked = await _mark(number(input.campaign_id), asked)
        results = [
            _result(gid, marked.get(key))
            for gid, key in zip(input.influencer_ids, asked, strict=True)
        ]
        changed = len(marked)
        summary = BulkSummary(changed=changed, unchanged=0, refused=len(asked) - changed)
        return MarkJoinedPayload(results=results, summary=summary, user_errors=[])


# From rows to types


def _gid(type_name: str, key: int | str) -> strawberry.ID:
    return strawberry.ID(f"gid://joinery/{type_name}/{key}")


def _account(row: AccountModel) -> SocialAccount:
    return SocialAccount(
        id=_gid("SocialAccount", row.id),
        platform=platform_of(row.platform),
        handle=row.handle,
        followers=row.followers,
    )


def _influencer(row: InfluencerModel) -> Influencer:
    return Influencer(
        key=row.id,
        id=_gid("Influencer", row.id),
        name=row.name,
        country=row.country,
        followers=row.followers,
    )


def _participation(row: ParticipationModel, **related: Any) -> Participation:
    return Participation(
        id=_gid("Participation", row.id),
        status=row.status,
        version=row.version,
        updated_at=row.updated_at,
        **related,
    )


def _selected(row: ParticipationModel) -> SocialAccount | None:
    account = row.selected_account
    return _account(account) if account else None


def _page(nodes: Sequence[Participation], first: int) -> ParticipationConnection:
    return ParticipationConnection(
        nodes=list(nodes[:first]), page_info=PageInfo(has_next_page=len(nodes) > first)
    )


def _campaign(row: tables.Campaign) -> Campaign:
    return Campaign(
        key=row.id,
        id=_gid("Campaign", row.id),
        title=row.title,
        brand=row.brand,
        description=row.description,
        cover_image_url=row.cover_image_url,
        reward=row.reward,
        hashtags=row.hashtags,
        mentions=row.mentions,
        type=row.type,
        status=row.status,
        post_tracking=row.post_tracking,
        followers_min=row.followers_min,
        followers_max=row.followers_max,
        capacity=row.capacity,
        places_taken=row.places_taken,
        application_deadline=row.application_deadline,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _result(gid: strawberry.ID, row: ParticipationModel | None) -> MarkJoinedResult:
    if row is None:
        error = UserError(code="INFLUENCER_UNAVAILABLE")
        return MarkJoinedResult(influencer_id=gid, outcome=Outcome.REFUSED, error=error)
    waiting = row.status is ParticipationStatus.WAITING
    return MarkJoinedResult(
        influencer_id=gid,
        outcome=Outcome.CHANGED,
        candidate_status=CandidateStatus.WAITING if waiting else CandidateStatus.JOINED,
        participation=_participation(row),
    )


# Data

# The columns that the types have: the models have more.
_CAMPAIGN = (
    *("id", "title", "brand", "description", "cover_image_url", "reward", "hashtags", "mentions"),
    *("type", "status", "post_tracking", "followers_min", "followers_max", "capacity"),
    *("places_taken", "application_deadline", "starts_at", "ends_at", "created_at", "updated_at"),
)
_INFLUENCER = ("id", "name", "country", "followers")
_ACCOUNT = ("id", "influencer_id", "platform", "handle", "followers")
_PARTICIPATION = ("id", "status", "version", "updated_at")


def _of(relation: str, columns: Sequence[str]) -> list[str]:
    return [f"{relation}__{column}" for column in columns]


_SELECTED = _of("selected_account", ("id", "platform", "handle", "followers"))


def _in_progress() -> Any:
    return Q(status__in=["WAITING", "APPROVED", "JOINED"]) | Q(
        status__in=["APPLIED", "REVIEWING"], origin="FORCED"
    )


async def _rows(statement: str, values: list[Any]) -> list[dict[str, Any]]:
    client: Any = connection()
    return await client.execute_query_dict(statement, values)


async def _rows_of_accounts(keys: list[int]) -> dict[int, list[AccountModel]]:
    found = defaultdict[int, list[AccountModel]](list)
    connected = AccountModel.filter(influencer_id__in=keys, disconnected_at=None)
    for row in await connected.order_by("-followers", "-id").only(*_ACCOUNT):
        found[row.influencer_id].append(row)
    return found


async def _accounts_of(keys: list[int]) -> list[list[SocialAccount]]:
    found = await _rows_of_accounts(keys)
    return [[_account(row) for row in found[key]] for key in keys]


async def _influencers(keys: list[int]) -> list[Influencer]:
    rows = await InfluencerModel.filter(id__in=keys).only(*_INFLUENCER)
    found = {row.id: _influencer(row) for row in rows}
    return [found[key] for key in keys]


async def _mark(key: int, asked: list[int]) -> dict[int, ParticipationModel]:
    """Return the new participations, by influencer."""
    async with in_transaction() as transaction:
        campaign = await tables.Campaign.select_for_update().get(id=key)
        influencers = await InfluencerModel.filter(id__in=asked, erased_at=None).order_by("id")
        accounts = await _rows_of_accounts(asked)
        overrides = await AvailabilityOverride.filter(campaign_id=key, influencer_id__in=asked)
        known = {override.influencer_id: override.availability for override in overrides}
        there = await ParticipationModel.filter(
            campaign_id=key, influencer_id__in=asked
        ).select_for_update()
        taking_part = {row.influencer_id for row in there}
        now = datetime.now().astimezone()
        new: list[ParticipationModel] = []
        for influencer in influencers:
            rows = [vars(account) for account in accounts[influencer.id]]
            override = known.get(influencer.id)
            decided = decide(vars(campaign), vars(influencer), rows, override)
            if decided and influencer.id not in taking_part and campaign.status.is_running:
                new.append(
                    ParticipationModel(
                        campaign_id=key,
                        influencer_id=influencer.id,
                        status=ParticipationStatus(decided.status),
                        selected_account_id=decided.account,
                        origin=ParticipationOrigin.FORCED,
                        followers=influencer.followers,
                        created_at=now,
                        updated_at=now,
                    )
                )
        if len(new) == 1:
            await new[0].save()
        else:
            await ParticipationModel.bulk_create(new)
            # Tortoise's bulk_create does not tell the ids.
            new = await ParticipationModel.filter(campaign_id=key, influencer_id__in=asked)
        await ParticipationEvent.bulk_create([_event(row, now) for row in new])
        campaign.places_taken += sum(row.status is not ParticipationStatus.WAITING for row in new)
        await campaign.save(using_db=transaction, update_fields=["places_taken"])
    return {row.influencer_id: row for row in new}


def _event(row: ParticipationModel, now: datetime) -> ParticipationEvent:
    return ParticipationEvent(
        campaign_id=row.campaign_id,
        influencer_id=row.influencer_id,
        participation_id=row.id,
        action=Action.MARK_JOINED,
        to_status=row.status,
        round=1,
        actor_role=Role.STAFF,
        actor_id="staff",
        occurred_at=now,
    )


class _App(GraphQL[Context, None]):
    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        viewer = request.headers.get("x-influencer")
        return Context(
            viewer=int(viewer) if viewer else None,
            accounts=DataLoader(load_fn=_accounts_of),
            influencers=DataLoader(load_fn=_influencers),
        )


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncGenerator[None]:
    async with connected(os.environ["JOINERY_DATABASE_URL"]):
        spare_collections()
        yield


_caches = [lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)]
schema = strawberry.Schema(Query, Mutation, extensions=_caches)
app = Starlette(
    routes=[Route("/graphql", _App(schema, graphql_ide=None), methods=["POST"])],
    lifespan=_lifespan,
)
