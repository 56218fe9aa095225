"""Categories as numbers: each has one for good, however many are named at once."""

import asyncio

from models.campaign import Category
from models.categories import numbers_of, register
from workflow.categories import mask_and_overflow, numbers_in


async def test_a_category_keeps_its_number_however_it_is_written(db: str):
    first = await register(["Food", "Cars"])
    assert set(first) == {"food", "cars"}
    again = await register(["ＦＯＯＤ", "Éclairs"])
    assert again["food"] == first["food"]
    assert await numbers_of(["CARS", "unknown"]) == {"cars": first["cars"]}
    assert await Category.all().count() == 3


async def test_no_names_have_no_numbers(db: str):
    assert await register([]) == await numbers_of([]) == {}


async def test_an_upsert_may_name_more_than_a_database_takes_parameters(db: str):
    names = [f"category {number}" for number in range(40_000)]
    numbers = await register(names)
    assert len(set(numbers.values())) == 40_000
    assert await register(names) == numbers


async def test_whoever_registers_the_same_at_once_gets_the_same_numbers(db: str):
    names = [f"category {number}" for number in range(50)]
    given = await asyncio.gather(*(register(names[start:] + names[:start]) for start in range(8)))
    assert all(numbers == given[0] for numbers in given)
    assert await Category.all().count() == 50


def test_the_first_are_bits_and_the_rest_a_list():
    assert mask_and_overflow([1, 3]) == (0b101, "")
    assert mask_and_overflow([62, 63, 80]) == (1 << 61, ",63,80,")
    for numbers in ([], [1, 62], [63], [5, 62, 63, 700]):
        assert numbers_in(*mask_and_overflow(numbers)) == set(numbers)
