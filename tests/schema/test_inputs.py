"""What a mutation sees of its input: left out, null or a value."""

import strawberry
from strawberry import UNSET
from strawberry.schema.config import StrawberryConfig

from schema.mutations.create_campaign import CreateCampaignInput
from schema.mutations.set_availability import SetAvailabilityInput
from schema.mutations.update_campaign import UpdateCampaignInput
from schema.mutations.upsert_influencers import InfluencerInput
from schema.scalars import SCALARS
from workflow.enums import CampaignStatus, Platform

seen: list[object] = []


@strawberry.type
class Sink:
    """Keeps what it is given."""

    @strawberry.field
    def create(self, input: CreateCampaignInput) -> bool:
        return not seen.append(input)

    @strawberry.field
    def update(self, input: UpdateCampaignInput) -> bool:
        return not seen.append(input)

    @strawberry.field
    def availability(self, input: SetAvailabilityInput) -> bool:
        return not seen.append(input)

    @strawberry.field
    def influencer(self, input: InfluencerInput) -> bool:
        return not seen.append(input)


sink = strawberry.Schema(Sink, config=StrawberryConfig(scalar_map=SCALARS))


def give(field: str, input_: str) -> object:
    result = sink.execute_sync(f"{{ {field}(input: {input_}) }}")
    assert result.errors is None
    return seen.pop()


def test_an_update_tells_what_is_left_out_from_null() -> None:
    given = give("update", '{id: "x", reward: null}')
    assert isinstance(given, UpdateCampaignInput)
    assert [name for name, value in vars(given).items() if value is not UNSET] == ["id", "reward"]
    assert given.reward is None


def test_an_influencer_tells_what_is_left_out_from_null() -> None:
    given = give("influencer", '{externalId: "x", name: "N", country: null}')
    assert isinstance(given, InfluencerInput)
    assert (given.country, given.email, given.avatar_url) == (None, UNSET, UNSET)
    assert (given.categories, given.accounts) == ([], [])


def test_elsewhere_what_is_left_out_is_as_null() -> None:
    left_out = give("availability", '{campaignId: "c", influencerIds: []}')
    null = give("availability", '{campaignId: "c", influencerIds: [], availability: null}')
    assert left_out == null
    assert isinstance(null, SetAvailabilityInput)
    assert null.availability is None


def test_defaults_and_enums_arrive_as_the_models_know_them() -> None:
    given = give("create", '{title: "T", brand: "B", type: NORMAL, platforms: [X, LINE]}')
    assert isinstance(given, CreateCampaignInput)
    assert given.platforms == [Platform.X, Platform.LINE]
    assert given.status is CampaignStatus.DRAFT
    assert (given.description, given.post_tracking) == ("", True)
    assert (given.hashtags, given.capacity, given.ends_at) == ([], None, None)
