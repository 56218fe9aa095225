"""How many statements a mutation runs does not depend on how much it is about."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.bulk import insert
from models.enums import CampaignType, ParticipationStatus, Platform
from models.influencer import Influencer, SocialAccount
from models.participation import Participation
from resolvers.ids import encode
from tests import data
from tests.resolvers.asking import mutate

MARKED = """
    campaign { placesTaken }
    results {
        outcome candidateStatus candidate { status influencer { name } }
        participation { status requiredAction { type } selectedAccount { handle } }
    }
"""
DECIDED = "results { outcome participation { status influencer { name accounts { handle } } } }"


@pytest.fixture
def statements(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """Count and forget the statements that were run."""
    caplog.set_level(logging.DEBUG, logger="tortoise.db_client")

    def count() -> int:
        found = len(caplog.records)
        caplog.clear()
        return found

    return count


async def test_marking_a_thousand_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    async def mark(*influencers: int) -> dict[str, Any]:
        campaign = await data.campaign(capacity=5_000)
        ids = [encode("Influencer", influencer) for influencer in influencers]
        statements()
        return await mutate(
            "markJoined",
            MARKED,
            campaignId=encode("Campaign", campaign.pk),
            influencerIds=ids,
        )

    people = await crowd(1_000)
    await same_count(statements, lambda: mark(*people[:2]), lambda: mark(*people))


async def test_deciding_a_thousand_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    async def decide(*parts: int) -> dict[str, Any]:
        ids = [encode("Participation", part) for part in parts]
        statements()
        return await mutate("setApplicantStatus", DECIDED, participationIds=ids, status="APPROVED")

    campaign = await data.campaign(type=CampaignType.SELECTION, capacity=5_000)
    parts = await insert(
        Participation,
        [
            {
                "campaign_id": campaign.pk,
                "influencer_id": person,
                "status": ParticipationStatus.APPLIED,
                "selected_platforms": 0,
                "origin": "SELF",
                "round": 1,
                "version": 1,
                "followers": 10,
                "created_at": data.NOW,
                "updated_at": data.NOW,
            }
            for person in await crowd(1_000)
        ],
    )
    await same_count(statements, lambda: decide(*parts[:2]), lambda: decide(*parts[2:]))


async def same_count(
    statements: Callable[[], int],
    few: Callable[[], Awaitable[dict[str, Any]]],
    many: Callable[[], Awaitable[dict[str, Any]]],
) -> None:
    """Both do all that they are asked, by as many statements."""
    counts = list[int]()
    for act in (few, many):
        payload = await act()
        assert {result["outcome"] for result in payload["results"]} == {"CHANGED"}
        counts.append(statements())
    assert counts[0] == counts[1] > 0


async def crowd(size: int) -> list[int]:
    """Influencers with an account each."""
    people = await insert(
        Influencer,
        [
            {
                "external_id": f"crowd-{number}",
                "name": f"Someone {number}",
                "name_key": f"someone {number}",
                "categories": [],
                "category_mask": 0,
                "category_overflow": "",
                "created_at": data.NOW,
                "updated_at": data.NOW,
                "followers": 10,
                "platforms": 1,
                "multi": False,
            }
            for number in range(size)
        ],
    )
    await insert(
        SocialAccount,
        [
            {
                "influencer_id": person,
                "platform": Platform.INSTAGRAM.number,
                "external_id": f"crowd-{person}",
                "handle": f"crowd{person}",
                "handle_key": f"crowd{person}",
                "followers": 10,
                "connected_at": data.NOW,
            }
            for person in people
        ],
    )
    return people
