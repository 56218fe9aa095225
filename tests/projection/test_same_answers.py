"""What the read engine answers is what graphql-core's own completion of the same data answers."""

import json
import random
from datetime import timedelta
from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType, is_leaf_type

from models.enums import Action, ParticipationStatus, PostStatus, Role
from models.influencer import Influencer
from models.participation import Participation
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from schema import schema
from tests import data
from tests.data import NOW
from tests.projection.reference import reference
from tests.resolvers.asking import ADVERTISER, STAFF, creator
from tests.resolvers.crowd import gather

WIDE = """
query Wide($id: ID!, $with: Boolean! = true, $without: Boolean! = false,
    $first: Int = 3, $most: Int = 5) {
  __typename
  campaign(id: $id) {
    __typename ...Facts name: title again: title
    applicants(first: $first) {
      __typename totalCount again: totalCount
      pageInfo { __typename hasNextPage hasPreviousPage }
      edges { __typename node { id } other: node { status } }
      nodes { ...Part }
      mine: nodes { round }
    }
  }
  everywhere: participations(first: $most) {
    nodes {
      ...Part
      campaign { id ...Facts }
      influencer { participations(first: 2) { totalCount nodes { id campaign { title } } } }
      influencer { accounts { handle } all: accounts(includeDisconnected: true) { id handle } }
    }
  }
}
fragment Facts on Campaign {
  title status type platforms countries categories hashtags postTracking followersMin
  createdAt updatedAt applicationDeadline
  ... @include(if: $without) { description }
  brand @skip(if: $without)
}
fragment Part on Participation {
  id status candidateStatus applicantStatus origin round version selectedPlatforms
  selectedAccount { id platform }
  requiredAction { __typename type message platforms accounts { id followers } blockedBy }
  availableActions
  ... on Node { id }
  posts @include(if: $with) { id url status warning submittedAt participation { id } }
  events(first: 2) { totalCount nodes { action from to actorRole actorName reason message
    occurredAt post { id } campaign { id } } }
  influencer { id name country followers email externalId categories }
}
"""


async def both(query: str, caller: Caller, **variables: Any) -> Any:
    """The engine's answer, after comparing it with the reference."""
    found = await schema.execute(
        query, variable_values=variables, context_value=Context(caller=caller, now=NOW)
    )
    assert not found.errors, found.errors
    expected = await reference(query, caller, **variables)
    assert not expected.errors, expected.errors
    sent = orjson.dumps(found.data, option=orjson.OPT_UTC_Z)
    assert json.loads(sent) == json.loads(json.dumps(expected.data))
    # The order of the keys is the selection's, too.
    assert list(json.loads(sent)) == list(expected.data or {})
    return expected.data


async def populate() -> tuple[list[Caller], list[int]]:
    """A crowd with posts and histories; who may ask, and the campaigns that all may see."""
    crowd = await gather(seed=11, people=20)
    dice = random.Random(12)
    parts = await Participation.all().order_by("id")
    for part in parts:
        for number in range(dice.randint(0, 3)):
            await data.event(
                part,
                dice.choice([Action.APPLY, Action.APPROVE, Action.SET_AVAILABILITY]),
                actor_role=dice.choice([Role.STAFF, Role.ADVERTISER, Role.INFLUENCER]),
                occurred_at=NOW + timedelta(seconds=number),
            )
        if part.status is ParticipationStatus.APPROVED:
            await data.post(part, dice.choice([PostStatus.SUBMITTED, PostStatus.EFFECTIVE]))
    first = await Influencer.get(id=parts[0].influencer_id)
    own = [part.campaign_id for part in parts if part.influencer_id == first.pk]
    assert crowd.campaigns
    return [STAFF, ADVERTISER, creator(first.pk)], own


async def test_wide_operations_for_every_role(db: str):
    callers, campaigns = await populate()
    for caller in callers:
        query = WIDE if caller.role is not Role.INFLUENCER else _without_applicants()
        for number, campaign in enumerate(campaigns[:3]):
            answered = await both(
                query,
                caller,
                id=encode("Campaign", campaign),
                **{"without": number == 1, "with": number != 2, "first": number},
            )
            assert answered["everywhere"]["nodes"]


def _without_applicants() -> str:
    begin, end = WIDE.index("    applicants("), WIDE.index("  everywhere")
    kept = WIDE[:begin] + "  }\n" + WIDE[end:]
    return kept.replace("$first: Int = 3, ", "")


@pytest.mark.parametrize("seed", range(4))
async def test_generated_operations(db: str, seed: int):
    callers, campaigns = await populate()
    dice = random.Random(seed)
    for _ in range(12):
        body = "".join(
            f" f{number}: participations(first: {dice.randint(0, 4)})"
            f" {{ totalCount nodes {_selection(dice, 'Participation', 4)} }}"
            for number in range(2)
        )
        query = f"query($id: ID!) {{ {body} campaign(id: $id) {_selection(dice, 'Campaign', 3)} }}"
        for caller in callers:
            await both(query, caller, id=encode("Campaign", campaigns[0]))


NOT_FOR_ALL = {
    "candidates",
    "candidateCounts",
    "applicants",
    "applicantCounts",
    "postCounts",
    "capacity",
    "placesTaken",
    "advertiserId",
}


def _selection(dice: random.Random, name: str, depth: int) -> str:
    """A random selection of a type's fields, with aliases, fragments and directives."""
    graphql: Any = schema._schema.get_type(name)  # pyright: ignore[reportPrivateUsage]
    assert isinstance(graphql, GraphQLObjectType)
    names = [field for field in graphql.fields if _is_for_all(name, field)]
    chosen: list[str] = ["__typename"]
    for field in dice.sample(names, min(len(names), dice.randint(2, 6))):
        below = _below(dice, graphql.fields[field].type, depth)
        if below is None:
            continue
        alias = dice.choice(["", f"a{dice.randint(0, 99)}_{field}: "])
        directive = dice.choice(["", "", " @include(if: true)", " @skip(if: true)"])
        page = f"(first: {dice.randint(0, 3)})" if below.startswith("{ totalCount") else ""
        text = f"{alias}{field}{page}{directive} {below}"
        chosen.append(dice.choice([text, f"... on {name} {{ {text} }}"]))
    return f"{{ {' '.join(chosen)} }}"


def _is_for_all(name: str, field: str) -> bool:
    return not (
        field in NOT_FOR_ALL
        or field.startswith("viewer")
        or (name == "Campaign" and field == "posts")
        or (name == "ParticipationEvent" and field == "participation")
    )


def _below(dice: random.Random, graphql: Any, depth: int) -> str | None:
    while hasattr(graphql, "of_type"):
        graphql = graphql.of_type
    if is_leaf_type(graphql):
        return ""
    if depth == 0:
        return None
    if graphql.name.endswith("Connection"):
        node = graphql.fields["nodes"].type
        return f"{{ totalCount nodes {_below(dice, node, depth - 1) or '{ __typename }'} }}"
    return _selection(dice, graphql.name, depth - 1)
