"""What a mutation sees of its input: left out, null or a value."""

from dataclasses import fields
from typing import Any

import strawberry
from strawberry import UNSET
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from execution.engine import Engine
from projection import Completed
from resolvers.context import Context
from resolvers.mutations.campaign_input import FIELDS, CampaignFields
from resolvers.mutations.upsert_influencers import AccountFields, InfluencerFields
from schema.fields import Info, answers
from schema.mutations.create_campaign import CreateCampaignInput
from schema.mutations.set_availability import SetAvailabilityInput
from schema.mutations.update_campaign import UpdateCampaignInput
from schema.mutations.upsert_influencers import AccountInput, InfluencerInput
from schema.scalars import SCALARS
from tests.engine import STAFF, execute
from workflow.enums import CampaignStatus, Platform

seen: list[object] = []


def kept(given: object) -> Completed:
    seen.append(given)
    return Completed(True)


@strawberry.type
class Query:
    never: bool


# Fields that keep what they are given, called as those of mutations are.


@answers(bool)
async def create(_info: Info, input: CreateCampaignInput) -> Completed:
    return kept(input)


@answers(bool)
async def update(_info: Info, input: UpdateCampaignInput) -> Completed:
    return kept(input)


@answers(bool)
async def availability(_info: Info, input: SetAvailabilityInput) -> Completed:
    return kept(input)


@answers(bool)
async def influencer(_info: Info, input: InfluencerInput) -> Completed:
    return kept(input)


SINK = Engine(
    strawberry.Schema(
        Query,
        create_type("Mutation", [create, update, availability, influencer]),
        config=StrawberryConfig(scalar_map=SCALARS),
    )
)


async def give(field: str, input_: str) -> object:
    query = f"mutation {{ {field}(input: {input_}) }}"
    assert await execute(query, {}, Context(caller=STAFF), engine=SINK) == {"data": {field: True}}
    return seen.pop()


async def test_an_update_tells_what_is_left_out_from_null() -> None:
    given = await give("update", '{id: "x", reward: null}')
    assert isinstance(given, UpdateCampaignInput)
    assert [name for name, value in vars(given).items() if value is not UNSET] == ["id", "reward"]
    assert given.reward is None


async def test_an_influencer_tells_what_is_left_out_from_null() -> None:
    given = await give("influencer", '{externalId: "x", name: "N", country: null}')
    assert isinstance(given, InfluencerInput)
    assert (given.country, given.email, given.avatar_url) == (None, UNSET, UNSET)
    assert (given.categories, given.accounts) == ([], [])


async def test_elsewhere_what_is_left_out_is_as_null() -> None:
    left_out = await give("availability", '{campaignId: "c", influencerIds: []}')
    null = await give("availability", '{campaignId: "c", influencerIds: [], availability: null}')
    assert left_out == null
    assert isinstance(null, SetAvailabilityInput)
    assert null.availability is None


async def test_defaults_and_enums_arrive_as_the_models_know_them() -> None:
    given = await give("create", '{title: "T", brand: "B", type: SOCIAL, platforms: [X, LINE]}')
    assert isinstance(given, CreateCampaignInput)
    assert given.platforms == [Platform.X, Platform.LINE]
    assert given.status is CampaignStatus.DRAFT
    assert (given.description, given.post_tracking) == ("", True)
    assert (given.hashtags, given.capacity, given.ends_at) == ([], None, None)


def test_resolvers_know_every_field_that_an_input_may_leave_out() -> None:
    """They take such inputs as dicts, whose keys no type checker compares with the input's."""
    campaign = CampaignFields.__annotations__
    assert names_of(CreateCampaignInput) == list(campaign) == list(FIELDS)
    assert names_of(UpdateCampaignInput) == ["id", *campaign]
    assert set(names_of(InfluencerInput)) == set(InfluencerFields.__annotations__)
    assert set(names_of(AccountInput)) == set(AccountFields.__annotations__)


def names_of(given: type[Any]) -> list[str]:
    """The names of an input's fields."""
    return [field.name for field in fields(given)]
