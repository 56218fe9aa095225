"""The same schema, answered by graphql-core field by field, from objects of the database.

Slow and plain, to compare the read engine with: a resolver for each field that is no column.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast

import graphql
from graphql import build_schema, parse
from graphql.execution import ExecutionResult

from models import standing
from models.campaign import AvailabilityOverride, Campaign
from models.enums import Platform, Role, platforms_of
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from models.workflow import available_actions, candidate_status, required_action
from projection.text import snake_case
from resolvers.caller import Caller
from resolvers.ids import decode, encode
from schema import schema
from tests.data import NOW

_SCHEMA = build_schema(schema.as_str(), assume_valid=True)
Resolve = Callable[..., Awaitable[Any]]
RESOLVERS: dict[str, Resolve] = {}
MODELS = {
    "campaign": Campaign,
    "influencer": Influencer,
    "participation": Participation,
    "post": Post,
    "selectedAccount": SocialAccount,
    "account": SocialAccount,
}


def resolves(*fields: str) -> Callable[[Resolve], Resolve]:
    def keep(resolve: Resolve) -> Resolve:
        RESOLVERS.update(dict.fromkeys(fields, resolve))
        return resolve

    return keep


async def reference(query: str, caller: Caller, **variables: Any) -> ExecutionResult:
    """The answer of graphql-core's own completion."""
    answered: Any = cast("Any", graphql).execute(
        _SCHEMA,
        parse(query),
        context_value=caller,
        variable_values=variables,
        field_resolver=_field,
    )
    return await answered


async def _field(source: Any, info: Any, **given: Any) -> Any:
    name = f"{info.parent_type.name}.{info.field_name}"
    if name in RESOLVERS:
        return await RESOLVERS[name](source, info.context, **given)
    if isinstance(source, dict):
        return cast("dict[str, Any]", source)[info.field_name]
    if info.field_name == "id":
        return encode(info.parent_type.name, source.pk)
    if info.field_name in MODELS:
        return await _related(source, info.field_name)
    column = {"from": "from_status", "to": "to_status"}.get(info.field_name)
    return _plain(getattr(source, column or snake_case(info.field_name)))


async def _related(source: Any, field: str) -> Any:
    key = getattr(source, f"{snake_case(field)}_id")
    return None if key is None else await MODELS[field].get(id=key)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    return value


def _connection(rows: list[Any], first: int | None) -> dict[str, Any]:
    shown = rows[: 20 if first is None else first]
    return {
        "nodes": shown,
        "edges": [{"node": row} for row in shown],
        "totalCount": len(rows),
        "pageInfo": {"hasNextPage": len(shown) < len(rows), "hasPreviousPage": False},
    }


@resolves("Query.campaign")
async def campaign(_: Any, caller: Caller, id: str) -> Campaign | None:
    key = decode(id, "Campaign")
    mine = {"advertiser_id": caller.advertiser_id} if caller.role is Role.ADVERTISER else {}
    return await Campaign.filter(id=key, **mine).first()


@resolves("Query.participations")
async def everywhere(_: Any, caller: Caller, first: int | None = None, **_given: Any) -> Any:
    rows = await Participation.filter(**_own(caller)).order_by("-updated_at", "-id")
    return _connection(list(rows), first)


def _own(caller: Caller) -> dict[str, Any]:
    if caller.role is Role.ADVERTISER:
        return {"campaign__advertiser_id": caller.advertiser_id}
    return {"influencer_id": caller.influencer_id} if caller.role is Role.INFLUENCER else {}


@resolves("Campaign.applicants")
async def applicants(of: Campaign, _: Caller, first: int | None = None, **_given: Any) -> Any:
    rows = Participation.filter(campaign_id=of.pk, status__in=_APPLICANTS)
    return _connection(list(await rows.order_by("-updated_at", "-id")), first)


_APPLICANTS = ["APPLIED", "REVIEWING", "APPROVED", "REJECTED"]


@resolves("Campaign.platforms", "Participation.selectedPlatforms")
async def platforms(of: Any, _: Caller) -> Any:
    return platforms_of(of.platforms if isinstance(of, Campaign) else of.selected_platforms)


@resolves("Campaign.countries")
async def countries(of: Campaign, _: Caller) -> list[str]:
    return of.countries.split()


@resolves("SocialAccount.platform")
async def platform(of: SocialAccount, _: Caller) -> Platform:
    return list(Platform)[of.platform - 1]


@resolves("Influencer.email")
async def email(of: Influencer, caller: Caller) -> str | None:
    return of.email if _knows(caller, of.pk) else None


@resolves("Influencer.externalId", "SocialAccount.externalId")
async def external_id(of: Any, caller: Caller) -> str | None:
    owner = of.pk if isinstance(of, Influencer) else of.influencer_id
    return of.external_id if _knows(caller, owner) else None


def _knows(caller: Caller, influencer: int) -> bool:
    return caller.role is Role.STAFF or caller.influencer_id == influencer


@resolves("Influencer.accounts")
async def accounts(of: Influencer, _: Caller, includeDisconnected: bool) -> Any:  # noqa: N803
    known = SocialAccount.filter(influencer_id=of.pk)
    known = known if includeDisconnected else known.filter(disconnected_at=None)
    return await known.order_by("-followers", "-id")


@resolves("Influencer.participations")
async def participations(
    of: Influencer, caller: Caller, first: int | None = None, **_given: Any
) -> Any:
    rows = Participation.filter(influencer_id=of.pk).filter(**_own(caller))
    return _connection(list(await rows.order_by("-updated_at", "-id")), first)


@resolves("Participation.events")
async def events(of: Participation, caller: Caller, first: int | None = None) -> Any:
    rows = await ParticipationEvent.filter(participation_id=of.pk).order_by("id")
    seen = [r for r in rows if caller.role is Role.STAFF or r.action != "SET_AVAILABILITY"]
    return _connection(seen, first)


@resolves("ParticipationEvent.reason")
async def reason(of: ParticipationEvent, caller: Caller) -> str | None:
    return of.reason if of.actor_role in _CLEAR_TO[caller.role] else None


@resolves("ParticipationEvent.actorName")
async def actor_name(of: ParticipationEvent, caller: Caller) -> str | None:
    return of.actor_name if of.actor_role in _CLEAR_TO[caller.role] else None


_CLEAR_TO = {
    Role.STAFF: set(Role),
    Role.ADVERTISER: set(Role) - {Role.STAFF},
    Role.INFLUENCER: {Role.INFLUENCER},
}


@resolves("Participation.posts")
async def posts(of: Participation, _: Caller) -> Any:
    return await Post.filter(participation_id=of.pk).order_by("-submitted_at", "-id")


@resolves("Participation.candidateStatus")
async def status(of: Participation, _: Caller) -> str:
    known = await _facts(of)
    return candidate_status(known.status, not known.unavailable_reasons)


@resolves("Participation.applicantStatus")
async def applicant(of: Participation, _: Caller) -> str | None:
    return of.status if of.status in _APPLICANTS else None


@resolves("Participation.availableActions")
async def actions(of: Participation, caller: Caller) -> Any:
    return available_actions(await _facts(of), caller.role)


@resolves("Participation.requiredAction")
async def required(of: Participation, _: Caller) -> Any:
    action = required_action(await _facts(of))
    if action is None:
        return None
    return {
        "type": action.type,
        "message": action.message,
        "platforms": platforms_of(action.platforms),
        "accounts": [await SocialAccount.get(id=key) for key in action.accounts],
        "blockedBy": action.blocked_by,
    }


async def _facts(of: Participation) -> Any:
    campaign = await Campaign.get(id=of.campaign_id)
    person = await Influencer.get(id=of.influencer_id)
    override = await AvailabilityOverride.filter(
        campaign_id=of.campaign_id, influencer_id=of.influencer_id
    ).first()
    return standing.facts(
        _row(standing.CampaignRow, campaign),
        _row(standing.InfluencerRow, person),
        [
            _row(standing.AccountRow, account)
            for account in await SocialAccount.filter(influencer_id=person.pk)
        ],
        override=override.availability if override else None,
        participation=_row(standing.ParticipationRow, of),
        post_statuses=[post.status for post in await Post.filter(participation_id=of.pk)],
        now=NOW,
    )


def _row(columns: Any, of: Any) -> Any:
    return columns(*(getattr(of, name) for name in columns._fields))
