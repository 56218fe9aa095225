"""`dryRun`: the payload of the real run, in which what was made has ids that name nothing."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from graphql import GraphQLObjectType, get_named_type

from execution.engine import Engine
from models.participation import Participation
from projection.internals import core_schema
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from schema import schema
from tests import data
from tests.engine import SERVICE, STAFF, answer, execute, gids, mutate, operation, refusal
from tests.resolvers.mutations.test_every_mutation import CASES, TRIED, caller_for
from tests.selections import everything_of
from workflow.enums import Platform

ENGINE = Engine(schema, cost_limit=10**9)
CORE = core_schema(schema)
PREVIEW = re.compile(r"gid://joinery/([A-Za-z]+)/preview:\d+(?:-\d+)?")
CURSORS = ("cursor", "startCursor", "endCursor")
LEVELS = 3
REFUSED_TO_SERVICES = frozenset({"events"})
"""Fields that refuse the whole mutation."""
Leaf = tuple[tuple[str | int, ...], Any]

MADE = {
    "createCampaign": {"Campaign"},
    "updateCampaign": set[str](),
    "upsertInfluencers": {"Influencer", "SocialAccount", "ParticipationEvent"},
    "markJoined": {"Participation", "ParticipationEvent", "PostRow"},
    "apply": {"Participation", "ParticipationEvent"},
    "connectAccount": {"SocialAccount", "ParticipationEvent"},
    "disconnectAccount": set[str](),
    "addReferralCodes": set[str](),
    "submitPost": {"Post", "ParticipationEvent"},
    "recordPosts": {"Post"},
    "recordFindings": set[str](),
}
"""The types of what is made, where it is more than an event."""


@pytest.mark.parametrize("field", TRIED)
async def test_whatever_a_payload_reaches_is_named_as_what_it_is(db: str, field: str):
    given, person = await CASES[field]()
    caller = caller_for(field, person)
    tried = dict(leaves(await payload(field, given, caller, dry=True)))
    done = dict(leaves(await payload(field, given, caller)))
    assert tried.keys() == done.keys()

    names: dict[str, str] = {}
    for path, value in tried.items():
        match path[-1]:
            case "id":
                assert names.setdefault(value, done[path]) == done[path], path
            case "isDryRun":
                assert (value, done[path]) == (True, False)
            case key if key in CURSORS:
                assert value is None or value.startswith("preview:"), path
            case _:
                assert value == done[path], path
    assert len(set(names.values())) == len(names)
    made = {gid: match[1] for gid in names if (match := PREVIEW.fullmatch(gid))}
    assert set(made.values()) >= MADE.get(field, {"ParticipationEvent"})
    assert [gid for gid in names if names[gid] == gid] == [gid for gid in names if gid not in made]
    found = await answer(
        "query F($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=sorted(made)[:100]
    )
    assert found["nodes"] == [None] * len(made)


async def payload(
    field: str, given: dict[str, Any], caller: Caller, *, dry: bool = False
) -> dict[str, Any]:
    """The payload with all that it reaches. Some of it is for other roles."""
    assert CORE.mutation_type is not None
    whole = cast("GraphQLObjectType", get_named_type(CORE.mutation_type.fields[field].type))
    refused = REFUSED_TO_SERVICES if caller is SERVICE else frozenset[str]()
    text = operation(field, everything_of(whole, LEVELS, refused), dry=dry)
    context = Context(caller=caller, clock=lambda: data.NOW, plain_accounts=True)
    response = await execute(text, {"input": given}, context, engine=ENGINE)
    assert {e["extensions"]["code"] for e in response.get("errors", ())} <= {"FORBIDDEN"}
    return response["data"][field]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """All scalars of an answer, each with its path."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[Any]", value)):
            yield from leaves(item, (*path, place))
    else:
        yield path, value


# Reading the argument

JOIN = """mutation Join($input: MarkJoinedInput!, $trial: Boolean) {
    markJoined(input: $input, dryRun: $trial) {
        isDryRun
        campaign { candidates { pageInfo { endCursor } } }
        results { outcome participation { id events { nodes { id } } } }
    }
}"""
ARGUMENTS: list[tuple[str, dict[str, Any], bool]] = [
    ("", {}, False),
    (", dryRun: null", {}, False),
    (", dryRun: false", {}, False),
    (", dryRun: true", {}, True),
    (", dryRun: $given", {}, False),
    (", dryRun: $given", {"given": None}, False),
    (", dryRun: $given", {"given": False}, False),
    (", dryRun: $given", {"given": True}, True),
    (", dryRun: $true", {}, True),
    (", dryRun: $true", {"true": None}, False),
]


@pytest.mark.parametrize("beside", ["", "beside: __typename"])
async def test_the_argument_is_read_however_it_is_given(db: str, beside: str):
    for argument, variables, is_trial in ARGUMENTS:
        text = f"""mutation M($input: MarkJoinedInput!, $given: Boolean, $true: Boolean = true) {{
            markJoined(input: $input{argument}) {{ isDryRun results {{ outcome }} }} {beside}
            ... @include(if: $true) @skip(if: true) {{
                other: markJoined(input: $input, dryRun: $given) {{ isDryRun }}
            }}
        }}"""
        before = await Participation.all().count()
        made = (await answer(text, input=await joining(), **variables))["markJoined"]
        assert made == {"isDryRun": is_trial, "results": [{"outcome": "CHANGED"}]}
        assert await Participation.all().count() == before + (not is_trial)


async def test_what_the_argument_cannot_be_is_refused(db: str):
    given = await joining()
    assert await refusal(JOIN, input=given, trial="yes") == "INVALID_INPUT"
    literal = JOIN.replace("dryRun: $trial", "dryRun: 1").replace(", $trial: Boolean", "")
    assert await refusal(literal, input=given) == "INVALID_INPUT"
    assert await Participation.all().count() == 0


# Beside real runs


async def test_a_trial_run_sees_what_came_before_it_and_nothing_sees_it(db: str):
    first, second = await joining(capacity=1), await joining()
    second["campaignId"] = first["campaignId"]
    text = """mutation M($first: MarkJoinedInput!, $second: MarkJoinedInput!) {
        a: markJoined(input: $first, dryRun: true) { ...F }
        b: markJoined(input: $second, dryRun: true) { ...F }
        c: markJoined(input: $second) { ...F }
        d: markJoined(input: $first, dryRun: true) { ...F }
        e: markJoined(input: $second, dryRun: true) { ...F }
    }
    fragment F on MarkJoinedPayload { results { outcome participation { id } } }"""
    found = await answer(text, first=first, second=second)
    results = {key: each["results"][0] for key, each in found.items()}
    outcomes = [results[key]["outcome"] for key in "abcde"]
    assert outcomes == ["CHANGED", "CHANGED", "CHANGED", "REFUSED", "UNCHANGED"]
    ids = {key: results[key]["participation"]["id"] for key in "abce"}
    assert PREVIEW.fullmatch(ids["a"])
    assert PREVIEW.fullmatch(ids["b"])
    assert ids["c"] == ids["e"] == encode("Participation", (await Participation.get()).pk)


async def test_at_once_with_real_runs_only_what_a_trial_run_made_has_an_id_of_its_own(db: str):
    given = [await joining() for _ in range(4)]
    calls = [answer(JOIN, input=one, trial=trial) for one in given for trial in (True, False) * 5]
    payloads = [found["markJoined"] for found in await asyncio.gather(*calls)]
    real = {encode("Participation", each.pk) for each in await Participation.all()}
    assert len(real) == len(given)
    for each in payloads:
        [result] = each["results"]
        is_made = each["isDryRun"] and result["outcome"] == "CHANGED"
        gid = result["participation"]["id"]
        assert gid not in real if is_made else gid in real
        assert bool(PREVIEW.fullmatch(gid)) == is_made
        [event] = result["participation"]["events"]["nodes"]
        assert bool(PREVIEW.fullmatch(event["id"])) == is_made


async def test_no_two_trial_runs_give_the_same_id(db: str):
    given = await joining()
    found = [(await answer(JOIN, input=given, trial=True))["markJoined"] for _ in range(10)]
    assert len({each["results"][0]["participation"]["id"] for each in found}) == 10


# What a trial run leaves behind


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("markJoined", {"campaignId": "Campaign", "influencerIds": ["Influencer"]}),
        ("updateCampaign", {"id": "Campaign"}),
        ("setPostStatus", {"postIds": ["Post"], "status": "EFFECTIVE"}),
        ("removeParticipants", {"participationIds": ["Participation"], "reason": "why"}),
    ],
)
async def test_a_mutation_does_not_know_the_ids(db: str, field: str, given: dict[str, Any]):
    for name, value in given.items():
        if name.casefold().endswith(("id", "ids")):
            ids = [encode(each, "preview:1000000000000000017") for each in [*value]]
            given = given | {name: ids if isinstance(value, list) else ids[0]}
    results = "" if field == "updateCampaign" else "results { error { code } }"
    found = await mutate(field, f"userErrors {{ code }} {results}", **given)
    errors = found["userErrors"] or [each["error"] for each in found["results"]]
    assert errors == [{"code": "NOT_FOUND"}]


async def test_a_cursor_is_refused_later_but_an_earlier_one_is_good_in_a_trial_run(db: str):
    given = await joining()
    page = """query Page($id: ID!, $after: String) {
        campaign(id: $id) { candidates(after: $after) { pageInfo { endCursor } } }
    }"""
    tried = await answer(JOIN, input=given, trial=True)
    for cursor in {value for path, value in leaves(tried) if path[-1] == "endCursor"}:
        response = await execute(page, {"id": given["campaignId"], "after": cursor}, staff())
        [error] = response["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
        assert "trial run" in error["message"]

    real = await answer(page, id=given["campaignId"])
    after = real["campaign"]["candidates"]["pageInfo"]["endCursor"]
    text = JOIN.replace("candidates {", f'candidates(after: "{after}") {{')
    again = await answer(text, input=given, trial=True)
    assert again["markJoined"]["campaign"]["candidates"]["pageInfo"]["endCursor"] is None


async def joining(**campaign: Any) -> dict[str, Any]:
    """The input of `markJoined`, for a new campaign and somebody new."""
    person = await data.influencer((Platform.INSTAGRAM, 10))
    return {
        "campaignId": encode("Campaign", (await data.campaign(**campaign)).pk),
        "influencerIds": gids("Influencer", person),
    }


def staff() -> Context:
    return Context(caller=STAFF, clock=lambda: data.NOW)
