"""The words that filters can be made of."""

from typing import Any

import pytest

from resolvers.queries import vocabulary
from tests import data
from tests.engine import answer

WORDS = """{ vocabulary { advertiserIds
    categories { name influencers } countries { name influencers } } }"""


def words(**numbers: int) -> list[dict[str, Any]]:
    return [{"name": name, "influencers": number} for name, number in numbers.items()]


async def test_the_most_frequent_words_come_first_however_they_are_spelt(db: str):
    for names, country in (
        (["Food", "art"], "TH"),
        (["Food", "Zoo"], "JP"),
        (["ＦＯＯＤ"], "JP"),
        ([], None),
    ):
        await data.influencer(categories=names, country=country)
    await data.influencer(categories=["gone", "art"], country="XK", erased_at=data.NOW)
    for advertiser in ("b", "a", None, "c", "c"):
        await data.campaign(advertiser_id=advertiser, categories=["unused"])
    assert (await answer(WORDS))["vocabulary"] == {
        "categories": words(Food=3, Zoo=1, art=1),
        "countries": words(JP=2, TH=1),
        "advertiserIds": ["c", "a", "b"],
    }


async def test_the_words_of_a_kind_are_no_more_than_a_client_can_show(
    db: str, monkeypatch: pytest.MonkeyPatch
):
    assert vocabulary.MAX_WORDS == 500
    monkeypatch.setattr(vocabulary, "MAX_WORDS", 2)
    await data.influencer(categories=["a", "b", "c"])
    await data.influencer(categories=["c"])
    assert (await answer(WORDS))["vocabulary"] == {
        "categories": words(c=2, a=1),
        "countries": words(JP=2),
        "advertiserIds": [],
    }


async def test_there_may_be_no_words_at_all(db: str):
    nothing: dict[str, list[Any]] = {"categories": [], "countries": [], "advertiserIds": []}
    assert await answer(WORDS) == {"vocabulary": nothing}
