"""Whatever happens to accounts, the rows that repeat what they say agree with them."""

import random
from typing import Any

import pytest

from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Participation
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import creator, execute, mutate, operation
from workflow.enums import ParticipationStatus, Platform

STEPS = 60


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_what_is_repeated_agrees(db: str, seed: int):
    chance = random.Random(seed)
    campaign = await data.campaign(platforms=tuple(Platform))
    people = [await data.influencer() for _ in range(4)]
    for person in people:
        await data.participation(campaign, person, ParticipationStatus.WAITING)
    for _ in range(STEPS):
        await chance.choice((connect, disconnect, upsert))(chance, people)
        await agree()
    assert await SocialAccount.filter(disconnected_at=None).exists()
    assert await SocialAccount.exclude(disconnected_at=None).exists()


async def connect(chance: random.Random, people: list[Influencer]) -> None:
    """One of them connects an account, which may be someone else's."""
    context = Context(
        caller=creator(chance.choice(people).pk), clock=lambda: NOW, plain_accounts=True
    )
    query = operation("connectAccount", "outcome")
    response = await execute(query, {"input": account(chance)}, context)
    assert "errors" not in response


async def disconnect(chance: random.Random, _people: list[Influencer]) -> None:
    """Somebody disconnects one of theirs."""
    connected = await SocialAccount.filter(disconnected_at=None).order_by("id")
    if connected:
        row = chance.choice(connected)
        gid = encode("SocialAccount", row.pk)
        caller = creator(row.influencer_id)
        payload = await mutate("disconnectAccount", "outcome", caller, accountId=gid)
        assert payload["outcome"] == "CHANGED"


async def upsert(chance: random.Random, people: list[Influencer]) -> None:
    """The agency says something of some of them, and of a few who are new."""
    names = [person.external_id for person in chance.sample(people, 2)]
    names.append(f"new-{chance.randrange(4)}")
    influencers = [
        {
            "externalId": name,
            "name": f"Name {chance.randrange(3)}",
            "accounts": [account(chance)] if chance.random() < 0.8 else [],
        }
        for name in names
    ]
    await mutate("upsertInfluencers", "created", influencers=influencers)


def account(chance: random.Random) -> dict[str, Any]:
    """One of few accounts, so that they are fought over."""
    return {
        "platform": chance.choice(("INSTAGRAM", "YOUTUBE", "LINE")),
        "externalId": f"id-{chance.randrange(4)}",
        "handle": f"Handle{chance.randrange(3)}",
        "followers": chance.randrange(1_000),
    }


async def agree() -> None:
    """Compare every influencer's rows with their connected accounts."""
    people = await Influencer.all()
    for person in people:
        accounts = await SocialAccount.filter(influencer_id=person.pk, disconnected_at=None)
        assert repeated(person) == said(accounts)
        handles = [row.handle.lower() for row in accounts]
        text = (await InfluencerSearch.get(influencer_id=person.pk)).text
        assert sorted(text.split("\n")) == sorted([person.name.lower(), *handles])
        copies = Participation.filter(influencer_id=person.pk).values_list("followers", flat=True)
        assert set(await copies) <= {person.followers}
    connected = await SocialAccount.filter(disconnected_at=None)
    assert len({(row.platform, row.external_id) for row in connected}) == len(connected)


def repeated(person: Influencer) -> dict[str, Any]:
    """What the influencer's row says."""
    largest = {number: getattr(person, f"f{number}") for number in range(1, 8)}
    return {
        "followers": person.followers,
        "platforms": person.platforms,
        "multi": person.multi,
        "largest": {number: count for number, count in largest.items() if count is not None},
    }


def said(accounts: list[SocialAccount]) -> dict[str, Any]:
    """What it should say of these."""
    largest: dict[int, int] = {}
    for row in accounts:
        largest[row.platform] = max(largest.get(row.platform, 0), row.followers)
    return {
        "followers": max(largest.values(), default=0),
        "platforms": sum(1 << (number - 1) for number in largest),
        "multi": len(largest) < len(accounts),
        "largest": largest,
    }
