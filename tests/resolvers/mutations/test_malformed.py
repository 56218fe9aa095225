"""Malformed values in a mutation's input: told in `userErrors`, beside all else that is wrong."""

from typing import Any

import pytest

from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Post
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import STAFF, answer, creator, execute, mutate, operation
from workflow.enums import ParticipationStatus, Platform

CAMPAIGN: dict[str, Any] = {"title": "T", "brand": "B", "type": "SOCIAL", "platforms": ["TIKTOK"]}
NO_OFFSET = "2026-11-24T09:30"
NO_SCHEME = "example.com/a.png"
ERRORS = "userErrors { code field message }"


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


def invalid(*fields: str) -> list[tuple[str, list[str]]]:
    """Refusals of these fields, each as `accounts.0.handle`."""
    return [("INVALID_INPUT", ["input", *field.split(".")]) for field in fields]


def told(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    assert all(error["message"].endswith(".") for error in payload["userErrors"])
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


async def refused(query: str, **variables: Any) -> list[dict[str, Any]]:
    """Return the `extensions` of each error of a request that is not executed."""
    response = await execute(query, variables, Context(caller=STAFF, clock=lambda: NOW))
    assert "data" not in response
    return [error["extensions"] for error in response["errors"]]


async def test_times_and_urls_that_are_none_are_told_with_all_else(db: str):
    wrong: dict[str, Any] = {
        "title": " ",
        "coverImageUrl": NO_SCHEME,
        "hashtags": ["#a", "", "x" * 101],
        "capacity": -1,
        "applicationDeadline": NO_OFFSET,
        "startsAt": "tomorrow",
        "endsAt": "2026-02-30T00:00:00Z",
    }
    given = {**CAMPAIGN, **wrong}
    payload = await mutate("createCampaign", f"campaign {{ id }} {ERRORS}", **given)
    assert told(payload) == invalid(
        "title",
        "coverImageUrl",
        "hashtags.1",
        "hashtags.2",
        "capacity",
        "applicationDeadline",
        "startsAt",
        "endsAt",
    )
    assert await Campaign.all().count() == 0


async def test_as_literals_and_as_variables_of_their_own_too(db: str):
    literal = f'title: "T", brand: "B", type: SOCIAL, platforms: [TIKTOK], startsAt: "{NO_OFFSET}"'
    query = (
        "mutation($picture: URL, $ends: DateTime) {"
        f" createCampaign(input: {{ {literal}, coverImageUrl: $picture, endsAt: $ends }})"
        f" {{ campaign {{ id }} {ERRORS} }} }}"
    )
    for _ in range(2):  # the second time from the cache
        shown = await answer(query, picture=NO_SCHEME, ends="never")
        assert told(shown["createCampaign"]) == invalid("coverImageUrl", "startsAt", "endsAt")
    shown = await answer(query, picture=None, ends=None)
    assert told(shown["createCampaign"]) == invalid("startsAt")


async def test_in_one_of_several_mutations_the_others_are_done(db: str):
    query = f"""mutation($first: CreateCampaignInput!, $data: CreateCampaignInput!) {{
        ...Both
    }}
    fragment Both on Mutation {{
        first: createCampaign(input: $first) {{ campaign {{ title }} {ERRORS} }}
        second: createCampaign(input: $data) {{ campaign {{ title }} {ERRORS} }}
    }}"""
    shown = await answer(query, first=CAMPAIGN, data={**CAMPAIGN, "endsAt": NO_OFFSET})
    assert shown["first"] == {"campaign": {"title": "T"}, "userErrors": []}
    assert shown["second"]["campaign"] is None
    assert told(shown["second"]) == invalid("endsAt")


async def test_a_campaign_is_answered_whatever_is_wrong_with_the_change(db: str):
    campaign = await data.campaign(followers_min=100, starts_at=NOW)
    payload = await mutate(
        "updateCampaign",
        f"campaign {{ title }} {ERRORS}",
        id=gid(campaign),
        title="",
        followersMax=99,
        applicationDeadline=NO_OFFSET,
        endsAt="2020-01-01T00:00:00Z",
    )
    assert payload["campaign"] == {"title": campaign.title}
    assert told(payload) == invalid("title", "applicationDeadline", "followersMax", "endsAt")
    wrong: dict[str, Any] = {
        "followersMin": -1,
        "followersMax": 99,
    }  # of what is refused, nothing is derived
    payload = await mutate("updateCampaign", ERRORS, id=gid(campaign), **wrong)
    assert told(payload) == invalid("followersMin")
    payload = await mutate("updateCampaign", ERRORS, id="gid://joinery/Campaign/999", title="")
    assert told(payload) == invalid("title")


@pytest.mark.parametrize(
    ("field", "more"), [("markJoined", {"message": "x" * 2_001}), ("setAvailability", {})]
)
async def test_a_campaign_is_answered_whatever_is_wrong_with_a_call_on_it(
    db: str, field: str, more: dict[str, Any]
):
    campaign = await data.campaign()
    given: dict[str, Any] = {"influencerIds": [], "reason": "\0", **more}
    payload = await mutate(field, f"campaign {{ id }} {ERRORS}", campaignId=gid(campaign), **given)
    assert payload["campaign"] == {"id": gid(campaign)}
    assert told(payload) == invalid("influencerIds", "reason", *more)
    for unknown in ("nonsense", "gid://joinery/Campaign/999"):
        payload = await mutate(field, f"campaign {{ id }} {ERRORS}", campaignId=unknown, **given)
        assert payload["campaign"] is None
        assert told(payload) == invalid("influencerIds", "reason", *more)


async def test_the_address_of_a_post(db: str):
    person = await data.influencer((Platform.TIKTOK, 5))
    part = await data.participation(await data.campaign(), person, ParticipationStatus.JOINED)
    for url in ("www.tiktok.com/@a/video/1", "https://www.tiktok.com/@a/video/1 2", ""):
        given: dict[str, Any] = {"participationId": gid(part), "url": url}
        payload = await mutate("submitPost", f"outcome {ERRORS}", creator(person.pk), **given)
        assert (payload["outcome"], told(payload)) == ("REFUSED", invalid("url"))
    assert await Post.all().count() == 0


async def test_of_influencers_the_others_are_stored(db: str):
    people = [
        {"externalId": "a", "name": "A"},
        {
            "externalId": "b",
            "name": "",
            "avatarUrl": NO_SCHEME,
            "email": "x" * 321,
            "accounts": [
                {"platform": "TIKTOK", "externalId": "", "handle": "h", "followers": -1},
                {"platform": "TIKTOK", "externalId": "", "handle": "h", "followers": 1},
            ],
        },
    ]
    payload = await mutate("upsertInfluencers", f"created {ERRORS}", influencers=people)
    assert payload["created"] == await Influencer.all().count() == 1
    assert told(payload) == invalid(
        "influencers.1.name",
        "influencers.1.email",
        "influencers.1.avatarUrl",
        "influencers.1.accounts.0.followers",
        "influencers.1.accounts.0.externalId",
        "influencers.1.accounts.1.externalId",
    )


async def test_an_account_of_which_something_is_missing_is_checked_nevertheless(db: str):
    context = Context(
        caller=creator((await data.influencer()).pk), clock=lambda: NOW, plain_accounts=True
    )
    given = {"externalId": " ", "handle": "x" * 201, "followers": -1}
    response = await execute(operation("connectAccount", ERRORS), {"input": given}, context)
    assert told(response["data"]["connectAccount"]) == invalid(
        "platform", "followers", "externalId", "handle"
    )


async def test_a_version_for_too_many_is_told_with_how_many_they_are(db: str):
    given: dict[str, Any] = {
        "participationIds": ["x"] * 1_001,
        "status": "APPROVED",
        "ifVersion": 1,
    }
    payload = await mutate("setApplicantStatus", ERRORS, **given, reason="x" * 2_001)
    assert told(payload) == [
        ("TOO_MANY_ITEMS", ["input", "participationIds"]),
        *invalid("reason", "ifVersion"),
    ]


# What GraphQL's own types refuse


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("capacity", 3_000_000_000, []),
        ("capacity", "many", []),
        ("type", "NORMALLY", []),
        ("platforms", ["TIKTOK", "MYSPACE"], ["1"]),
        ("title", None, []),
    ],
)
async def test_what_graphql_itself_refuses_is_top_level_with_its_field(
    db: str, field: str, value: Any, path: list[str]
):
    query = "mutation($data: CreateCampaignInput!) { createCampaign(input: $data) { __typename } }"
    expected = [{"code": "INVALID_INPUT", "field": ["input", field, *path]}]
    assert await refused(query, data={**CAMPAIGN, field: value}) == expected


async def test_as_a_literal_too(db: str):
    given = 'title: "T", brand: "B", type: SOCIALLY, platforms: [TIKTOK, MYSPACE]'
    given += ', capacity: 3000000000, startsAt: "tomorrow"'
    query = f"mutation {{ createCampaign(input: {{ {given} }}) {{ __typename }} }}"
    assert sorted(map(str, await refused(query))) == sorted(
        str({"code": "INVALID_INPUT", "field": ["input", *path]})
        for path in (["type"], ["platforms", "1"], ["capacity"], ["startsAt"])
    )


async def test_then_what_is_malformed_is_told_there_too(db: str):
    account = {"platform": "TIKTOK", "externalId": "1", "handle": "h", "followers": 2**31}
    person = {"externalId": "a", "name": "A", "avatarUrl": NO_SCHEME, "accounts": [account]}
    query = operation("upsertInfluencers", "created")
    assert await refused(query, input={"influencers": [person]}) == [
        {"code": "INVALID_INPUT", "field": ["input", "influencers", "0", *path]}
        for path in (["avatarUrl"], ["accounts", "0", "followers"])
    ]
    assert await Influencer.all().count() == 0


async def test_what_is_no_text_at_all_is_for_programmers(db: str):
    query = operation("createCampaign", "campaign { id }")
    expected = [{"code": "INVALID_INPUT", "field": ["input", "startsAt"]}]
    assert await refused(query, input={**CAMPAIGN, "startsAt": 5}) == expected


async def test_arguments_of_queries_are_top_level(db: str):
    text = "{ participations(filter: { updatedSince: %s }) { totalCount } }"
    assert await refused(text % f'"{NO_OFFSET}"') == [{"code": "INVALID_INPUT"}]
    by_variable = f"query($at: DateTime) {text % '$at'}"
    assert await refused(by_variable, at=NO_OFFSET) == [{"code": "INVALID_INPUT"}]
    whole = "query($f: ParticipationFilter) { participations(filter: $f) { totalCount } }"
    assert await refused(whole, f={"updatedSince": NO_OFFSET}) == [{"code": "INVALID_INPUT"}]


async def test_a_variable_that_a_query_argument_uses_too_is_top_level(db: str):
    query = """mutation($data: CreateCampaignInput!, $at: DateTime, $people: [InfluencerInput!]!) {
        createCampaign(input: $data) { campaign { id } }
        updateCampaign(input: { id: "x", startsAt: $at }) { campaign { id } }
        upsertInfluencers(input: { influencers: $people }) {
            influencers { participations(filter: { updatedSince: $at }) { totalCount } }
        }
    }"""
    given: dict[str, Any] = {"data": CAMPAIGN, "people": [], "at": NO_OFFSET}
    expected = [{"code": "INVALID_INPUT", "field": ["input", "startsAt"]}]
    assert await refused(query, **given) == expected
    assert await Campaign.all().count() == 0
