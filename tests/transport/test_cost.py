"""What operations may cost, as clients see it over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from graphql import GraphQLID, is_input_object_type

from projection.internals import core_schema, is_list, named_type, type_of
from resolvers.pipeline.bulk import MAX_ITEMS
from schema import schema
from tests.live import Server
from tests.tokens import SECRET, STAFF, token
from tests.transport.serving import served
from transport.app import create_app
from transport.settings import Settings

pytestmark = pytest.mark.usefixtures("own_logs")

ERRORS = "summary { changed unchanged refused } userErrors { code message field }"
ERROR = "outcome error { code message field }"
PARTICIPATION = """participation { id status candidateStatus applicantStatus origin round version
    influencer { id name avatarUrl } selectedAccount { id platform handle followers }
    requiredAction { type message platforms accounts { id handle } } availableActions updatedAt }"""
CANDIDATE = """candidate { id status unavailableReasons availabilityOverride availableActions
    influencer { id name country categories followers accounts { id platform handle } }
    qualifyingAccounts { id platform handle followers } }"""
CAMPAIGN = """campaign { id title status capacity placesTaken
    candidateCounts { status count exact } applicantCounts { status count } }"""
CONSOLE = {
    "upsertInfluencers": """created updated influencers { id externalId name accounts { id } }
        advanced { id status campaign { id title } } userErrors { code message field }""",
    "markJoined": f"{CAMPAIGN} results {{ {ERROR} {CANDIDATE} {PARTICIPATION} }} {ERRORS}",
    "setAvailability": f"{CAMPAIGN} results {{ {ERROR} {CANDIDATE} }} {ERRORS}",
    "setApplicantStatus": f"results {{ {ERROR} {PARTICIPATION} }} {ERRORS}",
    "reopenApplications": f"results {{ {ERROR} {PARTICIPATION} }} {ERRORS}",
    "removeParticipants": f"results {{ {ERROR} {PARTICIPATION} }} {ERRORS}",
    "setPostStatus": f"""results {{ {ERROR} post {{ id url status warning reason
        account {{ handle }} {PARTICIPATION} }} }} {ERRORS}""",
    "recordPosts": f"results {{ {ERROR} posts {{ id url source status }} }} {ERRORS}",
    "recordFindings": f"results {{ {ERROR} post {{ id status warning }} }} {ERRORS}",
}
"""What a console, or a service, selects after each bulk mutation."""


def test_no_bulk_mutation_is_forgotten() -> None:
    mutations = core_schema(schema).mutation_type
    assert mutations is not None
    bulk = {
        name
        for name, field in mutations.fields.items()
        for part in named_type(type_of(field.args["input"])).fields.values()
        if is_list(type_of(part))
        and (
            named_type(type_of(part)) is GraphQLID
            or is_input_object_type(named_type(type_of(part)))
        )
    }
    # The ids that createPlan is given are only left out of its list.
    assert bulk - {"createPlan"} == set(CONSOLE)


async def test_each_bulk_mutation_at_its_largest_is_below_the_limit(server: Server) -> None:
    async def run(field: str, **given: Any) -> dict[str, Any]:
        input_type = f"{field[0].upper()}{field[1:]}Input"
        text = (
            f"mutation($input: {input_type}!) {{ {field}(input: $input) {{ {CONSOLE[field]} }} }}"
        )
        caller = token("SERVICE") if field.startswith("record") else STAFF
        payload = (await server.data(text, {"input": given}, caller))[field]
        assert payload["userErrors"] == []
        return payload

    def changed(payload: dict[str, Any]) -> list[dict[str, Any]]:
        assert payload["summary"]["changed"] == MAX_ITEMS
        return payload["results"]

    people = [
        {
            "externalId": f"crm-{number}",
            "name": f"Influencer {number}",
            "accounts": [
                {"platform": "X", "externalId": f"x{number}", "handle": "h", "followers": 1}
            ],
        }
        for number in range(MAX_ITEMS)
    ]
    stored = await run("upsertInfluencers", influencers=people)
    influencers = [person["id"] for person in stored["influencers"]]
    campaign = await _campaign(server)
    marked = changed(await run("markJoined", campaignId=campaign, influencerIds=influencers))
    parts = [result["participation"]["id"] for result in marked]
    changed(await run("setApplicantStatus", participationIds=parts, status="REJECTED"))
    changed(await run("reopenApplications", participationIds=parts, reason="Again"))
    payload = await run("removeParticipants", participationIds=parts, reason="Not these")
    assert payload["summary"]["refused"] == MAX_ITEMS  # they apply
    hidden = {"campaignId": await _campaign(server), "influencerIds": influencers}
    changed(await run("setAvailability", availability="UNAVAILABLE", **hidden))
    posts = [f"gid://joinery/Post/{number + 1}" for number in range(MAX_ITEMS)]
    payload = await run("setPostStatus", postIds=posts, status="EFFECTIVE")
    assert payload["summary"]["refused"] == MAX_ITEMS  # there are none
    seen = {"finding": "DELETED_POST", "observedAt": "2026-11-24T09:30:00Z"}
    payload = await run("recordFindings", findings=[{"postId": post, **seen} for post in posts])
    assert payload["summary"]["refused"] == MAX_ITEMS
    urls = (f"https://x.com/a/status/{number}" for number in range(MAX_ITEMS))
    told = [{"participationId": part, "url": url} for part, url in zip(parts, urls, strict=True)]
    payload = await run("recordPosts", posts=told)
    assert payload["summary"]["refused"] == MAX_ITEMS  # they apply


async def _campaign(server: Server) -> str:
    text = """mutation { createCampaign(input: { title: "T", brand: "B", type: SOCIAL,
        selection: true, platforms: [X], status: ONGOING }) { campaign { id } } }"""
    return (await server.data(text, token=STAFF))["createCampaign"]["campaign"]["id"]


# Budgets. Introspection costs points too, and needs no database.

BUDGET = 1_200
ONE = "{ __schema { types { name } } }"
ONE_COSTS = 501
THREE = "{ __schema { a: types { name } b: types { name } c: types { name } } }"
GRAPHQL_JSON = "application/graphql-response+json"


@asynccontextmanager
async def asking(budget: int | None) -> AsyncGenerator[httpx.AsyncClient]:
    settings = Settings(auth_secret=SECRET, log_level="error", cost_budget=budget)
    async with (
        served(create_app(settings)) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
    ):
        yield client


@pytest_asyncio.fixture
async def http() -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a server where callers have a budget."""
    async with asking(BUDGET) as client:
        yield client


async def post(
    http: httpx.AsyncClient, query: str, bearer: str | None = STAFF, accept: str = GRAPHQL_JSON
) -> httpx.Response:
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    return await http.post("/graphql", json={"query": query}, headers=headers)


def remaining(answer: httpx.Response) -> tuple[int, int]:
    """The points that are left, and for how many seconds."""
    assert answer.headers["RateLimit-Policy"] == f'"cost";q={BUDGET};w=60'
    name, points, seconds = answer.headers["RateLimit"].split(";")
    assert (name, points[:2], seconds[:2]) == ('"cost"', "r=", "t=")
    assert 1 <= int(seconds[2:]) <= 60
    return int(points[2:]), int(seconds[2:])


async def test_a_budget_that_is_spent_is_told_and_when_to_come_back(
    http: httpx.AsyncClient,
) -> None:
    assert remaining(await post(http, ONE))[0] == BUDGET - ONE_COSTS
    assert remaining(await post(http, ONE))[0] == BUDGET - 2 * ONE_COSTS
    for accept in (GRAPHQL_JSON, "application/json"):
        answer = await post(http, ONE, accept=accept)
        assert answer.status_code == 429
        left, seconds = remaining(answer)
        assert left == BUDGET - 2 * ONE_COSTS
        assert answer.headers["Retry-After"] == str(seconds)
        [error] = answer.json()["errors"]
        assert error["extensions"] == {"code": "RATE_LIMITED"}
        assert "data" not in answer.json()
    other = token("ADVERTISER", advertiser="acme")
    assert remaining(await post(http, ONE, other))[0] == BUDGET - ONE_COSTS
    assert (await post(http, "{ __typename }")).status_code == 200  # costs nothing


async def test_what_costs_more_than_the_budget_is_never_to_be_sent_again(
    http: httpx.AsyncClient,
) -> None:
    answer = await post(http, THREE)
    assert answer.status_code == 400
    assert "Retry-After" not in answer.headers
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "COST_LIMIT"
    cost = {"limit": BUDGET, "price": 3 * ONE_COSTS - 2, "field": "__schema.a"}
    assert error["extensions"]["cost"] == cost
    assert remaining(await post(http, ONE))[0] == BUDGET - ONE_COSTS


async def test_without_a_token_nothing_is_counted(http: httpx.AsyncClient) -> None:
    for _ in range(4):
        answer = await post(http, ONE, None)
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


async def test_without_a_budget_no_answer_tells_of_one() -> None:
    async with asking(None) as http:
        answer = await post(http, ONE)
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers
