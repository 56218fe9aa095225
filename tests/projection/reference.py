"""The same schema, answered by graphql-core field by field, from rows in memory.

Slow and plain, to compare the read engine with: a resolver for each field that is no column.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import graphql
import orjson
from graphql import DocumentNode, GraphQLError, build_schema, value_from_ast_untyped
from graphql.execution import ExecutionResult

from models.campaign import Campaign
from models.countries import COUNTRIES
from models.influencer import Influencer
from models.participation import Participation, ParticipationEvent, Post
from models.plan import Plan
from models.text import clean, fold
from projection.shape import snake_case
from resolvers.caller import Caller
from resolvers.ids import decode, encode, split
from schema import schema
from tests.projection.world import Candidate, PlanItem, PostRow, World
from tests.resolvers.crowd import CATEGORIES
from tests.searching import finds
from workflow.available_actions import available_actions, blockers, required_action
from workflow.categories import mask_and_overflow
from workflow.enums import (
    ApplicantStatus,
    CandidateStatus,
    ErrorCode,
    JobSection,
    PlanAction,
    PostRowStatus,
    Role,
    platform_of,
    platforms_of,
)
from workflow.messages import plan_message
from workflow.receipts import Receipt, ReceiptAccount, ReceiptPost, read_receipt
from workflow.screens import CANDIDATE_STATUS, applicant_status, job_section
from workflow.table import Facts

SCHEMA = build_schema(schema.as_str(), assume_valid=True)
ANY_CURSOR = "a cursor"
"""Stands for every cursor, and the viewer's id: what is in one is the server's own business."""
DECIDERS = {Role.STAFF, Role.ADVERTISER}
ALLOWED = {
    "Campaign.advertiserId": DECIDERS,
    "Campaign.capacity": DECIDERS,
    "Campaign.referralCodes": {Role.STAFF},
    "Campaign.applicants": DECIDERS,
    "Campaign.applicantCounts": DECIDERS,
    "Campaign.posts": DECIDERS,
    "Campaign.postCounts": DECIDERS,
    "Campaign.candidates": {Role.STAFF},
    "Campaign.candidate": {Role.STAFF},
    "Campaign.candidateCounts": {Role.STAFF},
    "Campaign.whatIf": {Role.STAFF},
    "Campaign.plans": {Role.STAFF},
    "Query.influencers": {Role.STAFF},
    "Query.plan": {Role.STAFF},
    "Query.vocabulary": {Role.STAFF},
    "Query.webhooks": {Role.STAFF},
    "Query.participationEvents": DECIDERS,
    "Query.myJobs": {Role.INFLUENCER},
    "Query.myJobCounts": {Role.INFLUENCER},
}
"""Who may ask for a field; who is not here gets FORBIDDEN."""


@dataclass(frozen=True)
class Asker:
    """What every resolver is told: who asks, of which world."""

    world: World
    caller: Caller

    def seen(self, name: str) -> list[Any]:
        """The rows of a type that the caller may see."""
        return [row for row in self.world.all(name) if self.world.may_see(self.caller, row)]


Resolve = Callable[..., Any]
RESOLVERS: dict[str, Resolve] = {}


def reference(
    document: DocumentNode, world: World, caller: Caller, variables: Mapping[str, Any]
) -> ExecutionResult:
    """The answer of graphql-core's own completion."""
    execute: Any = cast("Any", graphql).execute_sync
    return execute(
        SCHEMA,
        document,
        context_value=Asker(world, caller),
        variable_values=dict(variables),
        field_resolver=_field,
        type_resolver=_type_name,
    )


def _type_name(value: Any, *_: Any) -> str:
    return type(value).__name__


def _field(source: Any, info: Any, **given: Any) -> Any:
    name = f"{info.parent_type.name}.{info.field_name}"
    asker: Asker = info.context
    if asker.caller.role not in ALLOWED.get(name, set(Role)):
        raise GraphQLError("not for this role", extensions={"code": "FORBIDDEN"})
    given = {
        argument: _default(info.parent_type.fields[info.field_name].args[argument], value)
        for argument, value in given.items()
    }
    if name in RESOLVERS:
        return RESOLVERS[name](source, asker, **given)
    if isinstance(source, dict):
        return cast("dict[str, Any]", source)[info.field_name]
    if info.field_name == "id":
        return encode(info.parent_type.name, source.pk)
    if info.field_name in RELATED:
        return _related(source, asker, info.field_name)
    column = COLUMNS.get(name)
    return _plain(getattr(source, column or snake_case(info.field_name)))


COLUMNS = {"ParticipationEvent.from": "from_status", "ParticipationEvent.to": "to_status"}


def _default(definition: Any, value: Any) -> Any:
    """An argument's value: its default where that is null."""
    default = definition.default if value is None else None
    return value_from_ast_untyped(default.literal) if default else value


RELATED = {
    "campaign": "Campaign",
    "influencer": "Influencer",
    "participation": "Participation",
    "post": "Post",
    "undoes": "Plan",
    "selectedAccount": "SocialAccount",
    "account": "SocialAccount",
}


def _related(source: Any, asker: Asker, field: str) -> Any:
    if isinstance(source, Candidate | PostRow):
        return getattr(source, field)
    key = getattr(source, f"{snake_case(field)}_id")
    return None if key is None else asker.world.of[RELATED[field]][key]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    return value


def resolves(*fields: str) -> Callable[[Resolve], Resolve]:
    """The function gives the value of these fields."""

    def keep(resolve: Resolve) -> Resolve:
        RESOLVERS.update(dict.fromkeys(fields, resolve))
        return resolve

    return keep


# Lists


def _page(rows: list[Any], first: int | None, last: int | None) -> dict[str, Any]:
    for count in (first, last):
        if count is not None and not 0 <= count <= 100:
            raise _invalid("a page has 0 to 100 rows")
    if first is not None and last is not None:
        raise _invalid("first and last")
    size = first if first is not None else 20 if last is None else last
    shown = rows[:size] if last is None else rows[len(rows) - min(size, len(rows)) :]
    more = len(shown) < len(rows)
    cursor = ANY_CURSOR if shown else None
    return {
        "nodes": shown,
        "edges": [{"node": row, "cursor": ANY_CURSOR} for row in shown],
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": more and last is None,
            "hasPreviousPage": more and last is not None,
            "startCursor": cursor,
            "endCursor": cursor,
        },
    }


def _invalid(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "INVALID_INPUT"})


def _one_of(wanted: Any, value: Any) -> bool:
    return not wanted or value in wanted


def _counted(statuses: Iterable[Any], rows: Iterable[Any]) -> list[dict[str, Any]]:
    found = Counter[str](str(row) for row in rows)
    return [{"status": status, "count": found[str(status)], "exact": True} for status in statuses]


EARLY, LATE = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
KEYS: dict[str, Callable[[Any], Any]] = {
    "UPDATED": lambda row: row.updated_at,
    "CREATED": lambda row: row.created_at,
    "FOLLOWERS": lambda row: row.followers,
    "NAME": lambda row: fold(row.name),
    "TITLE": lambda row: fold(row.title),
    "STARTS": lambda row: row.starts_at or EARLY,
    "DEADLINE": lambda row: row.application_deadline or LATE,
}


def _ordered(rows: Iterable[Any], order: str) -> list[Any]:
    name, _, direction = str(order).rpartition("_")
    return sorted(rows, key=lambda row: (KEYS[name](row), row.pk), reverse=direction == "DESC")


# Root fields


@resolves("Query.viewer")
def viewer(_: Any, asker: Asker) -> Any:
    caller = asker.caller
    influencer = asker.world.of["Influencer"].get(caller.influencer_id)
    return {
        "id": ANY_CURSOR,
        "role": caller.role,
        "name": caller.name,
        "influencer": influencer,
        "advertiserId": caller.advertiser_id,
    }


@resolves("Query.campaign")
def campaign(_: Any, asker: Asker, id: str) -> Any:
    return _by_key(asker, "Campaign", decode(id, "Campaign"))


@resolves("Query.influencer")
def influencer(
    _: Any,
    asker: Asker,
    id: str | None = None,
    externalId: str | None = None,  # noqa: N803
) -> Any:
    if (id is None) is (externalId is None):
        raise _invalid("one of them")
    if externalId is None:
        return _by_key(asker, "Influencer", decode(id or "", "Influencer"))
    if asker.caller.role is Role.ADVERTISER:
        raise GraphQLError("not for advertisers", extensions={"code": "FORBIDDEN"})
    people = asker.seen("Influencer")
    return next((person for person in people if person.external_id == externalId.strip()), None)


@resolves("Query.participation")
def participation(_: Any, asker: Asker, id: str) -> Any:
    return _by_key(asker, "Participation", decode(id, "Participation"))


def _by_key(asker: Asker, name: str, key: int | None) -> Any:
    row = asker.world.of[name].get(key)
    return row if row is not None and asker.world.may_see(asker.caller, row) else None


@resolves("Query.node")
def node(_: Any, asker: Asker, id: str) -> Any:
    world = asker.world
    name, key = split(id) or ("", "")
    if name == "Candidate" and "-" in key:
        pair = [int(number) for number in key.split("-")]
        of, person = world.of["Campaign"].get(pair[0]), world.of["Influencer"].get(pair[1])
        row: Any = _candidate(of, person) if of else None
    elif name == "PostRow" and "-" in key:
        rows = [row for of in world.all("Campaign") for row in world.post_rows(of)]
        row = next((row for row in rows if row.pk == key), None)
    else:
        row = world.of[name].get(int(key)) if name in world.of and "-" not in key else None
    return row if row is not None and world.may_see(asker.caller, row) else None


def _candidate(of: Campaign, person: Influencer | None) -> Candidate | None:
    return Candidate(of, person) if person and person.erased_at is None else None


@resolves("Query.nodes")
def nodes(_: Any, asker: Asker, ids: list[str]) -> Any:
    return [node(None, asker, gid) for gid in ids]


@resolves("Post.isShortLink")
def is_short_link(post: Post, _asker: Asker) -> bool:
    return post.url.startswith(("https://vm.tiktok.com/", "https://lin.ee/", "https://fb.watch/"))


@resolves("Post.availableActions")
def post_actions(post: Post, asker: Asker) -> list[str]:
    campaign: Campaign = asker.world.of["Campaign"][post.campaign_id]
    is_open = campaign.post_tracking and campaign.status in ("UPCOMING", "ONGOING", "COMPLETED")
    is_decided = post.status in ("APPROVED", "INEFFECTIVE")
    is_theirs = asker.caller.role is Role.STAFF and is_open and not is_decided
    return ["SET_POST_STATUS"] if is_theirs else []


@resolves("PostRow.availableActions")
def row_actions(row: PostRow, asker: Asker) -> list[str]:
    return post_actions(row.post, asker) if row.post else []


@resolves("Query.campaigns")
def campaigns(
    _: Any,
    asker: Asker,
    orderBy: str,  # noqa: N803
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    asked: dict[str, Any] = filter or {}
    advertiser = asked.get("advertiserId")
    if advertiser is not None and asker.caller.role is Role.INFLUENCER:
        raise GraphQLError("not for influencers", extensions={"code": "FORBIDDEN"})
    rows = [
        row
        for row in asker.seen("Campaign")
        if _one_of(asked.get("status"), row.status)
        and _one_of(asked.get("type"), row.type)
        and asked.get("selection") in (None, row.selection)
        and (not asked.get("platforms") or {*asked["platforms"]} & {*platforms_of(row.platforms)})
        and finds(asked.get("search"), row.title, row.brand)
        and (advertiser is None or row.advertiser_id == advertiser)
    ]
    return _page(_ordered(rows, orderBy), first, last)


@resolves("Query.influencers")
def influencers(
    _: Any,
    asker: Asker,
    orderBy: str,  # noqa: N803
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    rows = [
        row
        for row in asker.world.all("Influencer")
        if row.erased_at is None and asker.world.fits(row, filter or {})
    ]
    return _page(_ordered(rows, orderBy), first, last)


@resolves("Query.vocabulary")
def vocabulary(_: Any, asker: Asker) -> Any:
    people = [person for person in asker.world.all("Influencer") if person.erased_at is None]
    advertisers = [row.advertiser_id for row in asker.world.all("Campaign") if row.advertiser_id]
    return {
        "categories": _words(name for person in people for name in person.categories),
        "countries": _words(person.country for person in people if person.country),
        "advertiserIds": [word["name"] for word in _words(advertisers)],
    }


def _words(names: Iterable[str]) -> list[dict[str, Any]]:
    found = [{"name": name, "influencers": number} for name, number in Counter(names).items()]
    return sorted(found, key=lambda word: (-cast("int", word["influencers"]), word["name"]))


@resolves("Query.participations", "Influencer.participations")
def participations(
    of: Influencer | None,
    asker: Asker,
    orderBy: str,  # noqa: N803
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    asked: dict[str, Any] = filter or {}
    rows = [
        row
        for row in asker.seen("Participation")
        if (of is None or row.influencer_id == of.pk)
        and _one_of(asked.get("status"), row.status)
        and _one_of(asked.get("origin"), row.origin)
        and _named(asked, "campaignId", "Campaign", row.campaign_id)
        and _named(asked, "influencerId", "Influencer", row.influencer_id)
        and _since(asked.get("updatedSince"), row.updated_at)
    ]
    return _page(_parts_ordered(asker, rows, orderBy), first, last)


def _parts_ordered(asker: Asker, rows: Iterable[Participation], order: str) -> list[Any]:
    if order != "NAME_ASC":
        return _ordered(rows, order)
    people = asker.world.of["Influencer"]
    return sorted(rows, key=lambda row: (fold(people[row.influencer_id].name), row.pk))


def _named(asked: Mapping[str, Any], argument: str, name: str, key: int | None) -> bool:
    gid = asked.get(argument)
    return gid is None or (key is not None and decode(gid, name) == key)


def _since(text: str | None, moment: datetime | None) -> bool:
    return text is None or (moment is not None and moment >= datetime.fromisoformat(text))


@resolves("Query.participationEvents")
def feed(
    _: Any,
    asker: Asker,
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    asked: dict[str, Any] = filter or {}
    rows = [
        row
        for row in asker.seen("ParticipationEvent")
        if _named(asked, "campaignId", "Campaign", row.campaign_id)
        and _named(asked, "influencerId", "Influencer", row.influencer_id)
        and _named(asked, "participationId", "Participation", row.participation_id)
        and _one_of(asked.get("action"), row.action)
        and _since(asked.get("since"), row.occurred_at)
    ]
    return _page(sorted(rows, key=lambda row: row.pk), first, last)


@resolves("Query.myJobs")
def my_jobs(
    _: Any, asker: Asker, section: str, first: int | None = None, last: int | None = None
) -> Any:
    return _page(_ordered(_jobs(asker, section), "UPDATED_DESC"), first, last)


@resolves("Query.myJobCounts")
def my_job_counts(_: Any, asker: Asker) -> Any:
    return [
        {
            "section": section,
            "count": len(_jobs(asker, section)),
            "actionRequired": sum(
                required_action(_facts(asker, part)) is not None for part in _jobs(asker, section)
            ),
        }
        for section in JobSection
    ]


def _jobs(asker: Asker, section: str) -> list[Participation]:
    found = list[Participation]()
    for part in asker.seen("Participation"):
        campaign = asker.world.of["Campaign"][part.campaign_id]
        if job_section(part.status, campaign.status, part.origin) == section:
            found.append(part)
    return found


# Campaigns


@resolves("Campaign.platforms", "Participation.selectedPlatforms")
def platforms(of: Any, _: Asker) -> Any:
    return platforms_of(of.platforms if isinstance(of, Campaign) else of.selected_platforms)


@resolves("Campaign.countries")
def countries(of: Campaign, _: Asker) -> list[str]:
    return of.countries.split()


@resolves("Campaign.placesTaken")
def places_taken(of: Campaign, asker: Asker) -> int | None:
    return of.places_taken if asker.caller.role in DECIDERS else None


@resolves("Campaign.referralCodes")
def referral_codes(of: Campaign, asker: Asker) -> dict[str, int] | None:
    if of.affiliate_kind != "REFERRAL_CODE":
        return None
    codes = [code for code in asker.world.all("ReferralCode") if code.campaign_id == of.pk]
    given = {part.referral_code_id for part in asker.world.all("Participation")}
    return {"total": len(codes), "left": sum(code.pk not in given for code in codes)}


@resolves("Campaign.viewerParticipation")
def viewer_participation(of: Campaign, asker: Asker) -> Any:
    return asker.world.parts.get((of.pk, asker.caller.influencer_id))


@resolves("Campaign.viewerActions")
def viewer_actions(of: Campaign, asker: Asker) -> Any:
    known = _viewer_facts(of, asker)
    return available_actions(known, Role.INFLUENCER) if known else []


@resolves("Campaign.viewerBlockers")
def viewer_blockers(of: Campaign, asker: Asker) -> Any:
    known = _viewer_facts(of, asker)
    return blockers(known, Role.INFLUENCER) if known else []


@resolves("Campaign.viewerQualifyingAccounts")
def viewer_accounts(of: Campaign, asker: Asker) -> Any:
    known = _viewer_facts(of, asker)
    person = asker.world.of["Influencer"].get(asker.caller.influencer_id)
    return _qualifying(asker, person, known) if known else []


def _viewer_facts(of: Campaign, asker: Asker) -> Facts | None:
    person = asker.world.of["Influencer"].get(asker.caller.influencer_id)
    return asker.world.facts(of, person) if person else None


def _qualifying(asker: Asker, person: Any, known: Facts) -> list[Any]:
    accounts = asker.world.accounts(person, gone=True)
    return [account for account in accounts if account.pk in known.qualifying]


@resolves("Campaign.candidates")
def candidates(
    of: Campaign,
    asker: Asker,
    orderBy: str,  # noqa: N803
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    asked: dict[str, Any] = filter or {}
    rows = [
        row
        for row in _candidates(of, asker, asked)
        if _one_of(asked.get("status"), _status(asker, row))
    ]
    return _page(_candidates_ordered(asker, rows, orderBy), first, last)


def _candidates_ordered(asker: Asker, rows: Iterable[Candidate], order: str) -> list[Candidate]:
    people = {row.influencer.pk: row for row in rows}
    if order == "CHANGED_DESC":
        long_ago = datetime.min.replace(tzinfo=UTC)

        def key(row: Candidate) -> Any:
            part = asker.world.parts.get((row.campaign.pk, row.influencer.pk))
            return part.updated_at if part else long_ago, row.influencer.pk

        return sorted(rows, key=key, reverse=True)
    return [people[person.pk] for person in _ordered([row.influencer for row in rows], order)]


@resolves("Campaign.candidate")
def candidate(of: Campaign, asker: Asker, influencerId: str) -> Any:  # noqa: N803
    key = decode(influencerId, "Influencer")
    return _candidate(of, asker.world.of["Influencer"].get(key))


def _candidates(of: Campaign, asker: Asker, asked: Mapping[str, Any]) -> list[Candidate]:
    rows = [
        Candidate(of, person)
        for person in asker.world.all("Influencer")
        if person.erased_at is None and asker.world.fits(person, asked)
    ]
    return [row for row in rows if _has_own(asker, row, asked)]


def _has_own(asker: Asker, row: Candidate, asked: Mapping[str, Any]) -> bool:
    """Whether a row passes what only this tab's filter has, its status aside."""
    low, high = asked.get("qualifyingAccountsMin"), asked.get("qualifyingAccountsMax")
    number = len(qualifying(row, asker))
    wanted = asked.get("unavailableReason")
    return (
        _one_of(asked.get("override"), override(row, asker))
        and (not wanted or not {*wanted}.isdisjoint(reasons(row, asker)))
        and (low is None or number >= low)
        and (high is None or number <= high)
    )


@resolves("Campaign.candidateCounts")
def candidate_counts(of: Campaign, asker: Asker, filter: Any = None) -> Any:
    rows = _candidates(of, asker, filter or {})
    return _counted(CandidateStatus, [_status(asker, row) for row in rows])


@resolves("Campaign.whatIf")
def what_if(of: Campaign, asker: Asker, rules: Mapping[str, Any]) -> Any:
    then = _under(of, rules)
    rows = _candidates(of, asker, {})
    before = {row for row in rows if _is_available(asker, row)}
    after = {row for row in rows if _is_available(asker, Candidate(then, row.influencer))}
    lists = {"available": after, "gained": after - before, "lost": before - after}
    numbers = {
        name: {"count": len(found), "exact": True, "margin": 0} for name, found in lists.items()
    }
    return {**numbers, "lists": lists}


def _is_available(asker: Asker, row: Candidate) -> bool:
    return _status(asker, row) is CandidateStatus.AVAILABLE


def _under(of: Campaign, rules: Mapping[str, Any]) -> Campaign:
    """The campaign under other rules, where it can have them."""
    then = copy(of)
    for name, value in rules.items():
        setattr(then, snake_case(name), value)
    names = [clean(name) for name in rules.get("categories") or ()]
    codes = [clean(code) for code in rules.get("countries") or ()]
    low, high = then.followers_min, then.followers_max
    is_range = low is None or high is None or low <= high
    if not (is_range and all(names) and {*codes} <= COUNTRIES):
        raise _invalid("a rule")
    if "countries" in rules:
        then.countries = " ".join(codes)
    if "categories" in rules:
        # Numbered as the crowd's; 999 stands for all names that nobody has.
        known = [CATEGORIES.index(fold(name)) + 1 for name in names if fold(name) in CATEGORIES]
        numbers = known or [999] * bool(names)
        then.category_mask, then.category_overflow = mask_and_overflow(numbers)
    return then


@resolves("WhatIf.gainedCandidates")
def gained(
    of: Any,
    asker: Asker,
    orderBy: str,  # noqa: N803
    first: int | None = None,
    last: int | None = None,
) -> Any:
    return _page(_candidates_ordered(asker, of["lists"]["gained"], orderBy), first, last)


@resolves("WhatIf.lostCandidates")
def lost(
    of: Any,
    asker: Asker,
    orderBy: str,  # noqa: N803
    first: int | None = None,
    last: int | None = None,
) -> Any:
    return _page(_candidates_ordered(asker, of["lists"]["lost"], orderBy), first, last)


@resolves("Campaign.applicants")
def applicants(
    of: Campaign,
    asker: Asker,
    orderBy: str,  # noqa: N803
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    asked: dict[str, Any] = filter or {}
    rows = [
        row for row in _applicants(of, asker, asked) if _one_of(asked.get("status"), row.status)
    ]
    return _page(_parts_ordered(asker, rows, orderBy), first, last)


def _applicants(of: Campaign, asker: Asker, asked: Mapping[str, Any]) -> list[Participation]:
    world = asker.world
    return [
        part
        for part in world.all("Participation")
        if part.campaign_id == of.pk
        and part.status in set(ApplicantStatus)
        and world.fits(world.of["Influencer"][part.influencer_id], asked)
        and _one_of(asked.get("origin"), part.origin)
        and _since(asked.get("updatedSince"), part.updated_at)
    ]


@resolves("Campaign.applicantCounts")
def applicant_counts(of: Campaign, asker: Asker, filter: Any = None) -> Any:
    rows = _applicants(of, asker, filter or {})
    return _counted(ApplicantStatus, [row.status for row in rows])


@resolves("Campaign.posts")
def campaign_posts(
    of: Campaign,
    asker: Asker,
    orderBy: str,  # noqa: N803
    filter: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    asked: dict[str, Any] = filter or {}
    rows = [row for row in _post_rows(of, asker, asked) if _one_of(asked.get("status"), row.status)]
    if orderBy == "SUBMITTED_ASC":
        posted = [row for row in rows if row.post]
        rows = [*reversed(posted), *reversed([row for row in rows if not row.post])]
    return _page(rows, first, last)


def _post_rows(of: Campaign, asker: Asker, asked: Mapping[str, Any]) -> list[PostRow]:
    people = asker.world.of["Influencer"]
    return [
        row
        for row in asker.world.post_rows(of)
        if asker.world.fits(people[row.participation.influencer_id], asked)
        and _one_of(asked.get("warning"), row.post and row.post.warning)
        and _one_of(asked.get("source"), row.post and row.post.source)
        and _since(asked.get("submittedSince"), row.post and row.post.submitted_at)
    ]


@resolves("Campaign.postCounts")
def post_counts(of: Campaign, asker: Asker, filter: Any = None) -> Any:
    rows = _post_rows(of, asker, filter or {})
    return _counted(PostRowStatus, [row.status for row in rows])


# Influencers


@resolves("SocialAccount.platform")
def platform(of: Any, _: Asker) -> Any:
    return platform_of(of.platform)


@resolves("Influencer.email")
def email(of: Influencer, asker: Asker) -> str | None:
    return of.email if _knows(asker, of.pk) else None


@resolves("Influencer.externalId", "SocialAccount.externalId")
def external_id(of: Any, asker: Asker) -> str | None:
    owner = of.pk if isinstance(of, Influencer) else of.influencer_id
    return of.external_id if _knows(asker, owner) else None


def _knows(asker: Asker, influencer: int) -> bool:
    return asker.caller.role is Role.STAFF or asker.caller.influencer_id == influencer


@resolves("Influencer.accounts")
def accounts(of: Influencer, asker: Asker, includeDisconnected: bool) -> Any:  # noqa: N803
    return asker.world.accounts(of, gone=includeDisconnected)


# Participations and candidates


def _facts(asker: Asker, of: Participation | Candidate) -> Facts:
    if isinstance(of, Candidate):
        return asker.world.facts(of.campaign, of.influencer)
    campaigns, people = asker.world.of["Campaign"], asker.world.of["Influencer"]
    return asker.world.facts(campaigns[of.campaign_id], people[of.influencer_id])


def _status(asker: Asker, of: Participation | Candidate) -> CandidateStatus:
    known = _facts(asker, of)
    return CANDIDATE_STATUS[known.status, not known.unavailable_reasons]


@resolves("Participation.candidateStatus")
def candidate_status(of: Participation, asker: Asker) -> Any:
    hidden = of.status == "REMOVED" and asker.caller.role is not Role.STAFF
    return None if hidden else _status(asker, of)


@resolves("Participation.referralCode")
def referral_code(of: Participation, asker: Asker) -> str | None:
    key = of.referral_code_id
    return None if key is None else asker.world.of["ReferralCode"][key].code


@resolves("Candidate.status")
def status(of: Participation | Candidate, asker: Asker) -> Any:
    return _status(asker, of)


@resolves("Participation.candidate")
def candidate_of(of: Participation, asker: Asker) -> Any:
    if asker.caller.role is not Role.STAFF:
        return None
    world = asker.world
    return _candidate(
        world.of["Campaign"][of.campaign_id], world.of["Influencer"][of.influencer_id]
    )


@resolves("Post.row")
def row(of: Post, asker: Asker) -> Any:
    if asker.caller.role not in DECIDERS:
        return None
    tab = asker.world.post_rows(asker.world.of["Campaign"][of.campaign_id])
    return next((row for row in tab if row.post is of), None)


@resolves("Participation.applicantStatus")
def applicant(of: Participation, asker: Asker) -> Any:
    campaign = asker.world.of["Campaign"][of.campaign_id]
    return applicant_status(of.status, selection=campaign.selection)


@resolves("Participation.availableActions", "Candidate.availableActions")
def actions(of: Participation | Candidate, asker: Asker) -> Any:
    return available_actions(_facts(asker, of), asker.caller.role)


@resolves("Participation.requiredAction")
def required(of: Participation, asker: Asker) -> Any:
    action = required_action(_facts(asker, of))
    if action is None:
        return None
    return {
        "type": action.type,
        "message": action.message,
        "platforms": platforms_of(action.platforms),
        "accounts": [asker.world.of["SocialAccount"][key] for key in action.accounts],
        "blockedBy": action.blocked_by,
    }


@resolves("Participation.posts")
def posts(of: Participation, asker: Asker) -> Any:
    return asker.world.posts(of)


@resolves("Candidate.unavailableReasons")
def reasons(of: Candidate, asker: Asker) -> Any:
    shown = _status(asker, of) is CandidateStatus.UNAVAILABLE
    return _facts(asker, of).unavailable_reasons if shown else []


@resolves("Candidate.availabilityOverride")
def override(of: Candidate, asker: Asker) -> Any:
    return asker.world.overrides.get((of.campaign.pk, of.influencer.pk))


@resolves("Candidate.qualifyingAccounts")
def qualifying(of: Candidate, asker: Asker) -> Any:
    return _qualifying(asker, of.influencer, _facts(asker, of))


@resolves("Candidate.participation")
def participation_of(of: Candidate, asker: Asker) -> Any:
    return asker.world.parts.get((of.campaign.pk, of.influencer.pk))


# History


@resolves("Participation.events", "Candidate.events")
def events(
    of: Participation | Candidate,
    asker: Asker,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    if isinstance(of, Candidate):
        pair = (of.campaign.pk, of.influencer.pk)
        every = asker.world.all("ParticipationEvent")
        rows = [row for row in every if (row.campaign_id, row.influencer_id) == pair]
    else:
        every = asker.seen("ParticipationEvent")
        rows = [row for row in every if row.participation_id == of.pk]
    return _page(sorted(rows, key=lambda row: row.pk), first, last)


@resolves("ParticipationEvent.reason")
def reason(of: ParticipationEvent, asker: Asker) -> str | None:
    is_own = of.influencer_id == asker.caller.influencer_id
    about_post = is_own and of.action == "SET_POST_STATUS"
    return of.reason if about_post or _is_clear(of, asker) else None


@resolves("ParticipationEvent.decision")
def decision(of: ParticipationEvent, asker: Asker) -> Receipt | None:
    if asker.caller.role is not Role.STAFF or not of.decision:
        return None
    return read_receipt(orjson.loads(of.decision))


@resolves("Decision.post")
def kept_post(of: Receipt, _: Asker) -> ReceiptPost | None:
    return of.post


@resolves("Decision.selectedAccount", "DecisionAccount.account")
def kept_account(of: Receipt | ReceiptAccount, asker: Asker) -> Any:
    key = of.selected_account if isinstance(of, Receipt) else of.account
    return None if key is None else asker.world.of["SocialAccount"][key]


@resolves("ParticipationEvent.actorId")
def actor_id(of: ParticipationEvent, asker: Asker) -> str | None:
    return of.actor_id if asker.caller.role is Role.STAFF else None


@resolves("ParticipationEvent.actorName")
def actor_name(of: ParticipationEvent, asker: Asker) -> str | None:
    return of.actor_name if _is_clear(of, asker) else None


def _is_clear(of: ParticipationEvent, asker: Asker) -> bool:
    """Whether the caller may read what was written for colleagues."""
    match asker.caller.role:
        case Role.STAFF:
            return True
        case Role.ADVERTISER:
            return of.actor_role is not Role.STAFF
        case _:
            own = of.influencer_id == asker.caller.influencer_id
            return own and of.actor_role is Role.INFLUENCER


# Plans


@resolves("ParticipationEvent.plan")
def plan_of(of: ParticipationEvent, asker: Asker) -> Any:
    return asker.world.of["Plan"].get(of.plan_id) if asker.caller.role is Role.STAFF else None


@resolves("Query.plan")
def plan(_: Any, asker: Asker, id: str) -> Any:
    return _by_key(asker, "Plan", decode(id, "Plan"))


@resolves("Campaign.plans")
def plans(of: Campaign, asker: Asker, first: int | None = None, last: int | None = None) -> Any:
    rows = [row for row in asker.world.all("Plan") if row.campaign_id == of.pk]
    return _page(sorted(rows, key=lambda row: -row.pk), first, last)


@resolves("Plan.undoneBy")
def undone_by(of: Plan, asker: Asker) -> Any:
    rows = [row for row in asker.world.all("Plan") if row.undoes_id == of.pk]
    return max(rows, key=lambda row: row.pk, default=None)


@resolves("Plan.summary")
def summary(of: Plan, _: Asker) -> dict[str, int | None] | None:
    if of.changes is None:
        return None
    return {"changed": of.changes, "unchanged": of.unchanged, "refused": of.refused}


@resolves("Plan.refusals")
def refusals(of: Plan, _: Asker) -> list[dict[str, Any]]:
    found: dict[str, int] = json.loads(of.refusals or "{}")
    ordered = sorted(found, key=lambda code: (-found[code], code))
    return [{"code": code, "count": found[code]} for code in ordered]


@resolves("Plan.error")
def plan_error(of: Plan, _: Asker) -> Any:
    return _plan_error(of.error)


def _plan_error(code: str | None, action: PlanAction | None = None) -> dict[str, Any] | None:
    if code is None:
        return None
    return {"code": code, "message": plan_message(ErrorCode(code), action), "field": None}


@resolves("Plan.progress")
def progress(of: Plan, _: Asker) -> dict[str, int]:
    return {
        "total": of.changes or 0,
        "done": of.changed + of.drifted,
        "changed": of.changed,
        "drifted": of.drifted,
    }


@resolves("Plan.createdBy")
def created_by(of: Plan, _: Asker) -> str | None:
    return of.created_by_name or of.created_by_id


@resolves("Plan.appliedBy")
def applied_by(of: Plan, _: Asker) -> str | None:
    return of.applied_by_name or of.applied_by_id


@resolves("Plan.items")
def plan_items(
    of: Plan,
    asker: Asker,
    outcome: Any = None,
    state: Any = None,
    first: int | None = None,
    last: int | None = None,
) -> Any:
    rows = [
        row
        for row in asker.world.plan_items
        if row.plan is of
        and of.changes is not None
        and _one_of(outcome, row.outcome)
        and _one_of(state, row.state)
    ]
    return _page(rows, first, last)


@resolves("PlanItem.participation")
def item_participation(of: PlanItem, asker: Asker) -> Any:
    return asker.world.parts.get((of.plan.campaign_id, of.influencer_id))


@resolves("PlanItem.error")
def item_error(of: PlanItem, _: Asker) -> Any:
    return _plan_error(of.error, PlanAction(of.plan.action))


@resolves("PlanItem.stateError")
def item_state_error(of: PlanItem, _: Asker) -> Any:
    return _plan_error(of.drift, PlanAction(of.plan.action))
