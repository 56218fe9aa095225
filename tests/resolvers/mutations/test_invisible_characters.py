"""Invisible characters: alone they are no text, and they do not tell two ids apart."""

from typing import Any

import pytest

from models.influencer import Influencer, SocialAccount
from resolvers.ids import encode
from tests import data
from tests.engine import creator, mutate
from workflow.enums import ParticipationStatus, Platform

UPSERT = "influencers { externalId name categories accounts { externalId handle } } created updated"
FAMILY = "Sato \U0001f468\u200d\U0001f469\u200d\U0001f467"


async def upserted(*influencers: dict[str, Any]) -> dict[str, Any]:
    payload = f"{UPSERT} userErrors {{ code field }}"
    return await mutate("upsertInfluencers", payload, influencers=list(influencers))


@pytest.mark.parametrize("name", ["\u200b", "\ufeff \u2060", "\u2800", "\u3164\ufe0f"])
async def test_a_name_of_them_alone_is_empty(db: str, name: str):
    payload = await upserted({"externalId": "crm-1", "name": name})

    assert [(error["code"], error["field"][-1]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", "name")
    ]
    assert await Influencer.all().count() == 0


@pytest.mark.parametrize("reason", ["\u200b", "\u200b\u3000\ufe0f"])
async def test_a_reason_of_them_alone_is_missing(db: str, reason: str):
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
    )
    given: dict[str, Any] = {
        "participationIds": [encode("Participation", part.pk)],
        "reason": reason,
    }
    payload = await mutate("removeParticipants", "userErrors { code }", **given)

    assert payload["userErrors"] == [{"code": "REASON_REQUIRED"}]


async def test_an_id_with_them_is_the_same_id(db: str):
    account = {"platform": "TIKTOK", "externalId": "tt-1", "handle": "aiko", "followers": 9}
    await upserted({"externalId": "crm-1", "name": "Aiko", "accounts": [account]})
    unseen = {**account, "externalId": "tt\u200b-1", "handle": "\u2060ai\u200dko"}
    again = await upserted(
        {"externalId": "crm\u200b-1", "name": "Aiko Sato", "accounts": [unseen]},
    )
    other = await upserted({"externalId": "crm-2", "name": "Bo", "accounts": [unseen]})
    twice = await upserted(
        {"externalId": "crm-3", "name": "Cy"}, {"externalId": "crm-\ufeff3", "name": "Cy"}
    )

    assert (again["created"], again["updated"]) == (0, 1)
    [stored] = again["influencers"]
    assert stored["accounts"] == [{"externalId": "tt-1", "handle": "aiko"}]
    assert [error["code"] for error in other["userErrors"]] == ["ACCOUNT_IN_USE"]
    assert [error["code"] for error in twice["userErrors"]] == ["INVALID_INPUT"] * 2
    assert await Influencer.all().count() == await SocialAccount.all().count() == 1


async def test_what_makes_up_a_name_stays(db: str):
    payload = await upserted(
        {"externalId": "crm-1", "name": f" {FAMILY}\u200b", "categories": ["Food", "Fo\u200bod"]}
    )

    [stored] = payload["influencers"]
    assert (stored["name"], stored["categories"]) == (FAMILY, ["Food"])


async def test_a_post_is_known_by_an_address_with_them(db: str):
    person = await data.influencer((Platform.INSTAGRAM, 10))
    part = await data.participation(await data.campaign(), person, ParticipationStatus.JOINED)
    given: dict[str, Any] = {"participationId": encode("Participation", part.pk)}
    url = "https://www.instagram.com/p/AbC"
    for outcome, address in [("CHANGED", f"{url}\u200b"), ("UNCHANGED", url)]:
        payload = await mutate(
            "submitPost", "outcome post { url }", creator(person.pk), **given, url=address
        )
        assert payload == {"outcome": outcome, "post": {"url": url}}
