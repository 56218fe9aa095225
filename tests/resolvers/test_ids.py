"""Global ids: each object has exactly one."""

import pytest

from resolvers.ids import decode, encode, split


@pytest.mark.parametrize("key", [1, 12, 10**18 - 1])
def test_an_id_gives_back_the_number_it_was_made_of(key: int) -> None:
    assert decode(encode("Campaign", key), "Campaign") == key


@pytest.mark.parametrize("key", ["12-34", "12-0"])
def test_an_id_of_a_pair_is_split_into_type_and_key(key: str) -> None:
    assert split(encode("PostRow", key)) == ("PostRow", key)


@pytest.mark.parametrize(
    "gid",
    [
        "",
        "12",
        "gid://joinery/Influencer/12",
        "gid://joinery/Campaign/",
        "gid://joinery/Campaign/-1",
        "gid://joinery/Campaign/+1",
        "gid://joinery/Campaign/01",
        "gid://joinery/Campaign/1 ",
        "gid://joinery/Campaign/1\n",
        "gid://joinery/Campaign/1-2",
        "gid://joinery/Campaign/٣",
        "gid://joinery/Campaign/1000000000000000000",
    ],
)
def test_what_is_no_id_of_the_type_names_nothing(gid: str) -> None:
    assert decode(gid, "Campaign") is None
