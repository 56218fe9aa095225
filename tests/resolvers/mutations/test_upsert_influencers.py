"""`upsertInfluencers`: in step with the agency's own database."""

from typing import Any

import pytest

from models.influencer import Influencer, SocialAccount
from models.participation import ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, answer, creator, mutate, operation, refusal
from workflow.enums import ParticipationStatus, Platform

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
WAITING = ParticipationStatus.WAITING
PAYLOAD = """
    influencers {
        id externalId name email country categories avatarUrl followers
        accounts { id platform externalId handle followers }
    }
    created updated
    advanced { id status }
    userErrors { code message field }
"""


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


def person(external_id: str = "a-1", **given: Any) -> dict[str, Any]:
    return {"externalId": external_id, "name": "Tanaka", **given}


def account(external_id: str = "ig-1", **given: Any) -> dict[str, Any]:
    return {
        "platform": "INSTAGRAM", "externalId": external_id, "handle": "tanaka", "followers": 10,
        **given,
    }  # fmt: skip


async def upserted(*influencers: dict[str, Any]) -> dict[str, Any]:
    return await mutate("upsertInfluencers", PAYLOAD, influencers=list(influencers))


def refused(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Code and field of each refusal."""
    return [(error["code"], ".".join(error["field"][1:])) for error in payload["userErrors"]]


def counts(payload: dict[str, Any]) -> tuple[int, int, int]:
    """How many were stored, created, updated."""
    return len(payload["influencers"]), payload["created"], payload["updated"]


async def test_influencers_are_created_with_their_accounts(db: str):
    payload = await upserted(
        person(
            "a-1",
            name="  田中 花子 ",
            email="hanako@example.com",
            country="JP",
            categories=["Food", "ＦＯＯＤ", "Cars"],
            avatarUrl="https://img.example/1.png",
            accounts=[account(), account("tt-1", platform="TIKTOK", followers=99)],
        ),
        person("a-2"),
    )
    assert payload["userErrors"] == []
    assert counts(payload) == (2, 2, 0)
    first, second = payload["influencers"]
    assert (first["name"], first["country"], first["followers"]) == ("田中 花子", "JP", 99)
    assert first["email"] == "hanako@example.com"
    assert first["categories"] == ["Food", "Cars"]
    assert [one["externalId"] for one in first["accounts"]] == ["tt-1", "ig-1"]
    assert (second["externalId"], second["followers"], second["accounts"]) == ("a-2", 0, [])
    assert second["email"] is second["country"] is second["avatarUrl"] is None
    found = await answer('{ influencers(filter: {search: "中"}) { nodes { id } } }')
    assert found["influencers"]["nodes"] == [{"id": first["id"]}]


async def test_only_what_changed_is_counted(db: str):
    first = person("a-1", country="JP", categories=["Food"], accounts=[account()])
    second = person("a-2")
    before = await upserted(first, second)
    again = await upserted(first, second)
    assert counts(again) == (2, 0, 0)
    assert again["influencers"] == before["influencers"]
    grown = first | {"accounts": [account(followers=11)]}
    renamed = second | {"name": "Suzuki"}
    changed = await upserted(renamed, grown, person("a-3"))
    assert counts(changed) == (3, 1, 2)
    assert [one["externalId"] for one in changed["influencers"]] == ["a-2", "a-1", "a-3"]
    assert changed["influencers"][1]["followers"] == 11


async def test_left_out_stays_null_clears_and_categories_are_replaced(db: str):
    full = person(
        email="a@example.com",
        country="JP",
        avatarUrl="https://img.example/1.png",
        categories=["Food"],
        accounts=[account()],
    )
    before = (await upserted(full))["influencers"][0]
    [after] = (await upserted(person(categories=["Food"])))["influencers"]
    assert after == before
    payload = await upserted(person(email=None, country=None, avatarUrl=None))
    assert counts(payload) == (1, 0, 1)
    [after] = payload["influencers"]
    assert after["email"] is after["country"] is after["avatarUrl"] is None
    assert after["categories"] == []
    assert after["accounts"] == before["accounts"]


async def test_kosovo_is_a_country(db: str):
    payload = await upserted(person("a-1", country="XK"))
    assert payload["influencers"][0]["country"] == "XK"


async def test_each_is_all_or_nothing_and_none_fails_for_another(db: str):
    payload = await upserted(
        person("a-1", accounts=[account("ig-1")]),
        person("a-2", name=" "),
        person("a-3", accounts=[account("ig-3"), account("ig-4", handle="")]),
        person("a-4", country="jp", email="nonsense", avatarUrl="ftp://x.example/a"),
        person("a-5", accounts=[account("ig-5", followers=-1)]),
        person("a-6", accounts=[account("ig-3")]),
    )
    assert refused(payload) == [
        ("INVALID_INPUT", "influencers.1.name"),
        ("INVALID_INPUT", "influencers.2.accounts.1.handle"),
        ("INVALID_INPUT", "influencers.3.email"),
        ("INVALID_INPUT", "influencers.3.country"),
        ("INVALID_INPUT", "influencers.3.avatarUrl"),
        ("INVALID_INPUT", "influencers.4.accounts.0.followers"),
    ]
    assert counts(payload) == (2, 2, 0)
    assert [one["externalId"] for one in payload["influencers"]] == ["a-1", "a-6"]
    assert sorted(row.external_id for row in await SocialAccount.all()) == ["ig-1", "ig-3"]


@pytest.mark.parametrize(
    "wrong", ["nonsense", "@example.com", "a@", "a@@example.com", "a b@example.com", "a@b\nc.com"]
)
async def test_what_is_no_email_address_is_refused(db: str, wrong: str):
    payload = await upserted(person(email=wrong))
    assert refused(payload) == [("INVALID_INPUT", "influencers.0.email")]


async def test_an_email_address_may_be_in_any_script(db: str):
    payload = await upserted(person(email=" 田中+a@例え.jp "))
    assert payload["influencers"][0]["email"] == "田中+a@例え.jp"


async def test_an_external_id_that_is_repeated_is_refused_wherever_it_stands(db: str):
    payload = await upserted(person("a-1"), person("a-2"), person(" a-1 ", name="Other"))
    assert refused(payload) == [
        ("INVALID_INPUT", "influencers.0.externalId"),
        ("INVALID_INPUT", "influencers.2.externalId"),
    ]
    assert [row.external_id for row in await Influencer.all()] == ["a-2"]


async def test_an_account_named_twice_is_refused(db: str):
    twice = [account("ig-1"), account("ig-2"), account(" ig-1 ")]
    payload = await upserted(person(accounts=twice))
    assert refused(payload) == [("INVALID_INPUT", "influencers.0.accounts.2.externalId")]
    assert await Influencer.all().count() == 0


async def test_an_account_of_someone_else_is_in_use(db: str):
    other = await data.influencer((INSTAGRAM, 10))
    taken = await SocialAccount.get(influencer_id=other.pk)
    payload = await upserted(
        person("a-1", accounts=[account("ig-1"), account(taken.external_id)]),
        person("a-2", accounts=[account("ig-1")]),
        person("a-3", accounts=[account("ig-1")]),
    )
    assert refused(payload) == [
        ("ACCOUNT_IN_USE", "influencers.0.accounts.1"),
        ("ACCOUNT_IN_USE", "influencers.2.accounts.0"),
    ]
    assert [one["externalId"] for one in payload["influencers"]] == ["a-2"]


async def test_a_disconnected_account_comes_back_to_its_owner_and_anew_to_another(db: str):
    owner = await data.influencer((INSTAGRAM, 10))
    row = await SocialAccount.get(influencer_id=owner.pk)
    await SocialAccount.filter(id=row.pk).update(disconnected_at=NOW)
    [back] = (await upserted(person(owner.external_id, accounts=[account(row.external_id)])))[
        "influencers"
    ]
    assert [one["id"] for one in back["accounts"]] == [gid(row)]
    await SocialAccount.filter(id=row.pk).update(disconnected_at=NOW)
    [anew] = (await upserted(person("a-2", accounts=[account(row.external_id)])))["influencers"]
    assert anew["accounts"][0]["id"] != gid(row)
    await row.refresh_from_db()
    assert row.disconnected_at is not None
    assert row.influencer_id == owner.pk


async def test_fifty_accounts_are_the_most(db: str):
    fifty = [account(f"ig-{number}") for number in range(50)]
    assert counts(await upserted(person(accounts=fifty))) == (1, 1, 0)
    payload = await upserted(person(accounts=[account("ig-50")]))
    assert refused(payload) == [("TOO_MANY_ITEMS", "influencers.0.accounts")]
    payload = await upserted(person("a-2", accounts=[account(f"x-{n}") for n in range(51)]))
    assert refused(payload) == [("TOO_MANY_ITEMS", "influencers.0.accounts")]
    assert await SocialAccount.all().count() == 50


@pytest.mark.parametrize(("selection", "status"), [(True, "APPLIED"), (False, "JOINED")])
async def test_who_waited_for_an_account_moves_on(db: str, selection: bool, status: str):
    campaign = await data.campaign(selection=selection, followers_min=100, capacity=1)
    fits, also_fits = await data.influencer(), await data.influencer()
    small, several = await data.influencer(), await data.influencer()
    parts = [
        await data.participation(campaign, one, WAITING)
        for one in (fits, also_fits, small, several)
    ]
    big = [account("ig-1", followers=100)]
    payload = await upserted(
        person(fits.external_id, accounts=big),
        person(small.external_id, accounts=[account("ig-2", followers=99)]),
        person(
            several.external_id,
            accounts=[account("ig-3", followers=500), account("ig-4", followers=500)],
        ),
    )
    assert payload["advanced"] == [{"id": gid(parts[0]), "status": status}]
    [event] = await ParticipationEvent.all()
    assert (event.action, event.actor_role) == ("CONNECT_ACCOUNT", "SYSTEM")
    # The only place is taken without selection; applicants take none.
    payload = await upserted(
        person(also_fits.external_id, accounts=[account("ig-5", followers=100)])
    )
    assert len(payload["advanced"]) == (1 if status == "APPLIED" else 0)
    assert payload["userErrors"] == []


async def test_places_are_taken_in_the_order_given(db: str):
    campaign = await data.campaign(capacity=2)
    people = [await data.influencer() for _ in range(4)]
    for one in people:
        await data.participation(campaign, one, WAITING)
    third, first, fourth, second = people
    payload = await mutate(
        "upsertInfluencers",
        "advanced { influencer { id } } userErrors { code }",
        influencers=[
            person(one.external_id, accounts=[account(f"ig-{one.pk}")])
            for one in (first, second, third, fourth)
        ],
    )
    assert payload["userErrors"] == []
    assert [part["influencer"]["id"] for part in payload["advanced"]] == [gid(first), gid(second)]


async def test_a_mere_change_of_followers_moves_nobody(db: str):
    campaign = await data.campaign(followers_min=100)
    waiting = await data.influencer()
    await data.participation(campaign, waiting, WAITING)
    for given in (
        [account("ig-1", followers=50)],
        [account("ig-1", followers=100)],
        [account("ig-1", followers=50)],
        [account("ig-1", followers=100), account("ig-2", followers=50)],
        [account("ig-1", followers=50), account("ig-3", followers=100)],
    ):
        payload = await upserted(person(waiting.external_id, accounts=given))
        assert (payload["userErrors"], payload["advanced"]) == ([], [])
    assert await ParticipationEvent.all().count() == 0


async def test_an_erased_influencer_stays_erased(db: str):
    erased = await data.influencer(erased_at=NOW, name="Erased")
    payload = await upserted(person(erased.external_id, accounts=[account()]), person("a-2"))
    assert refused(payload) == [("INVALID_INPUT", "influencers.0.externalId")]
    assert counts(payload) == (1, 1, 0)
    await erased.refresh_from_db()
    assert erased.name == "Erased"


async def test_the_call_itself_has_its_limits(db: str):
    assert refused(await upserted()) == [("INVALID_INPUT", "influencers")]
    payload = await upserted(*(person(f"a-{number}") for number in range(1_001)))
    assert refused(payload) == [("TOO_MANY_ITEMS", "influencers")]
    assert counts(payload) == (0, 0, 0)
    assert await Influencer.all().count() == 0


async def test_a_dry_run_stores_nobody(db: str):
    payload = await mutate(
        "upsertInfluencers", PAYLOAD, dry=True, influencers=[person(accounts=[account()])]
    )
    assert counts(payload) == (1, 1, 0)
    assert await Influencer.all().count() == await SocialAccount.all().count() == 0


async def test_only_staff_keep_influencers(db: str):
    query = operation("upsertInfluencers", "created")
    for caller in (ADVERTISER, creator(1)):
        assert await refusal(query, caller, input={"influencers": []}) == "FORBIDDEN"
