"""Many rows in one statement, on both databases."""

from typing import Any

from database.bulk import insert, update
from models.campaign import AvailabilityOverride
from models.influencer import Influencer
from tests import data
from workflow.enums import Availability


def row(number: int, **given: Any) -> dict[str, Any]:
    return {
        "external_id": f"e{number}",
        "name": '谷 "O\'Neil" \\ é\n',
        "name_key": "x",
        "email": None,
        "categories": ["Food", "旅"],
        "category_mask": 2**61,
        "category_overflow": ",63,",
        "followers": number,
        "platforms": 3,
        "multi": number % 2 == 1,
        "created_at": data.NOW,
        "updated_at": data.NOW.replace(microsecond=0),
        **given,
    }


async def test_rows_come_back_as_they_were_given(db: str):
    [number] = await insert(Influencer, [row(1)])
    [found] = await Influencer.all().values()
    assert found.items() >= {**row(1), "id": number, "country": None}.items()


async def test_ids_are_in_the_order_of_the_rows(db: str):
    ids = await insert(Influencer, [row(number) for number in range(2_000)])
    stored = {found.pk: found.external_id for found in await Influencer.all()}
    assert [stored[number] for number in ids] == [f"e{number}" for number in range(2_000)]


async def test_each_row_is_updated_with_its_own_values(db: str):
    first, second, third = await insert(Influencer, [row(number) for number in range(3)])
    changes = [
        {"id": third, "name": "third", "email": "3@example.com", "multi": True},
        {"id": first, "name": "first", "email": None, "multi": False},
        {"id": 999, "name": "nobody", "email": None, "multi": False},
    ]
    assert await update(Influencer, changes) == 2
    names = await Influencer.all().order_by("id").values_list("name", flat=True)
    assert names == ["first", row(1)["name"], "third"]
    assert (await Influencer.get(id=third)).multi is True
    assert (await Influencer.get(id=second)).multi is True


async def test_nothing_is_no_statement(db: str):
    assert await insert(Influencer, []) == []
    assert await update(Influencer, []) == 0


async def test_an_enum_is_stored_by_its_value(db: str):
    campaign, person = await data.campaign(), await data.influencer()
    override = {
        "campaign_id": campaign.pk,
        "influencer_id": person.pk,
        "availability": Availability.AVAILABLE,
        "set_at": data.NOW,
    }
    await insert(AvailabilityOverride, [override])
    [found] = await AvailabilityOverride.all()
    assert found.availability is Availability.AVAILABLE
