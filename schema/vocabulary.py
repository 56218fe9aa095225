"""The words that filters and audience rules can be made of."""

import strawberry


@strawberry.type(description="A word, with the number of influencers who have it.")
class VocabularyCount:
    name: str = strawberry.field(
        description=(
            "The word: a category, as most of its influencers spell it, or a country's ISO 3166-1 "
            "alpha-2 code."
        )
    )
    influencers: int = strawberry.field(
        description="The number of influencers who have the word, without those erased."
    )


@strawberry.type(
    description=(
        "The words that filters and audience rules can be made of, as far as they occur: of each "
        "kind the 500 most frequent, the most frequent first. For staff."
    )
)
class Vocabulary:
    categories: list[VocabularyCount] = strawberry.field(
        description="The categories of influencers."
    )
    countries: list[VocabularyCount] = strawberry.field(description="The countries of influencers.")
    advertiser_ids: list[str] = strawberry.field(
        description=(
            "The ids of advertisers with campaigns, as in `Campaign.advertiserId`; those with most "
            "campaigns come first."
        )
    )
