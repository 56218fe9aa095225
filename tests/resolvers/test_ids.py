"""Global ids: each object has exactly one."""

import pytest

from database.trial import FIRST_ID
from resolvers.ids import decode, encode, encode_in_trial, split


@pytest.mark.parametrize("key", [1, 12, 10**18 - 1])
def test_an_id_gives_back_the_number_it_was_made_of(key: int) -> None:
    assert decode(encode("Campaign", key), "Campaign") == key


@pytest.mark.parametrize("key", ["12-34", "12-0"])
def test_an_id_of_a_pair_is_split_into_type_and_key(key: str) -> None:
    assert split(encode("PostRow", key)) == ("PostRow", key)


@pytest.mark.parametrize(
    "key", [FIRST_ID, f"12-{FIRST_ID}", f"{FIRST_ID}-0", f"{FIRST_ID}-{FIRST_ID}"]
)
def test_an_id_of_what_a_trial_run_made_says_so_and_names_nothing(key: int | str) -> None:
    gid = encode_in_trial("PostRow", key)
    assert gid == f"gid://joinery/PostRow/preview:{key}"
    assert split(gid) is None


@pytest.mark.parametrize("key", [0, 12, FIRST_ID - 1, "12-0", f"12-{FIRST_ID - 1}"])
def test_what_was_there_before_has_its_id_in_a_trial_run(key: int | str) -> None:
    assert encode_in_trial("PostRow", key) == encode("PostRow", key)


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
