"""What the filters that screens share take for the same."""

import pytest

from tests import data
from tests.engine import answer
from workflow.enums import Platform

INFLUENCERS = """
query Find($filter: InfluencerFilter) { influencers(filter: $filter) { nodes { name } } }"""


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("asked", ["Food", "food", " FOOD ", "Ｆｏｏｄ"])
async def test_categories_are_compared_trimmed_and_folded(asked: str) -> None:
    await data.influencer((Platform.TIKTOK, 10), name="Cook", categories=["Food"])
    await data.influencer((Platform.TIKTOK, 10), name="Runner", categories=["Sports"])

    found = await answer(INFLUENCERS, filter={"categories": [asked]})

    assert [person["name"] for person in found["influencers"]["nodes"]] == ["Cook"]
