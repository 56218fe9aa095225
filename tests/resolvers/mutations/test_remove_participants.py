"""`removeParticipants`: the way back from a mistaken join."""

import pytest

from models.participation import Participation, ParticipationEvent, Post
from tests import data
from tests.engine import ADVERTISER, gids, mutate, operation, refusal
from workflow.enums import (
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostStatus,
    PostWarning,
)

WAITING, APPROVED, JOINED, REMOVED = (
    ParticipationStatus.WAITING,
    ParticipationStatus.APPROVED,
    ParticipationStatus.JOINED,
    ParticipationStatus.REMOVED,
)
RESULTS = """
    results { outcome status participation { status version } error { code field message } }
    summary { changed unchanged refused }
    userErrors { code field }
"""


async def test_who_waits_or_joined_is_removed_and_the_place_is_free(db: str):
    campaign = await data.campaign(capacity=1)
    joined = await data.participation(campaign, await data.influencer(), JOINED)
    waiting = await data.participation(campaign, await data.influencer(), WAITING)
    payload = await remove(joined, waiting)
    assert [result["status"] for result in payload["results"]] == ["REMOVED", "REMOVED"]
    await campaign.refresh_from_db()
    assert campaign.places_taken == 0
    events = await ParticipationEvent.all().order_by("id")
    assert [(event.from_status, event.to_status) for event in events] == [
        (JOINED, REMOVED),
        (WAITING, REMOVED),
    ]
    assert {event.reason for event in events} == {"a mistake"}
    payload = await remove(joined)
    assert payload["summary"] == {"changed": 0, "unchanged": 1, "refused": 0}


@pytest.mark.parametrize(
    ("post", "outcome"),
    [
        ((PostStatus.SUBMITTED, None), "REFUSED"),
        ((PostStatus.WARNING, PostWarning.OTHER), "REFUSED"),
        ((PostStatus.WARNING, PostWarning.DELETED_POST), "CHANGED"),
        ((PostStatus.APPROVED, None), "REFUSED"),
        ((PostStatus.INEFFECTIVE, None), "CHANGED"),
    ],
)
async def test_a_live_post_stands_in_the_way(
    db: str, post: tuple[PostStatus, PostWarning | None], outcome: str
):
    part = await data.participation(await data.campaign(), await data.influencer(), JOINED)
    status, warning = post
    await data.post(part, status, warning=warning)
    [result] = (await remove(part))["results"]
    assert result["outcome"] == outcome


async def test_whom_staff_put_in_is_removed_after_the_approval_too(db: str):
    campaign = await data.campaign(selection=True, capacity=2)
    forced, posted = [
        await data.participation(campaign, await data.influencer(), APPROVED) for _ in range(2)
    ]
    post = await data.post(posted)
    payload = await remove(forced, posted)
    assert [result["status"] for result in payload["results"]] == ["REMOVED", "APPROVED"]
    assert "live post" in payload["results"][1]["error"]["message"]
    await campaign.refresh_from_db()
    assert campaign.places_taken == 1
    await Post.filter(id=post.pk).update(status="WARNING", warning="DELETED_POST")
    assert (await remove(posted))["results"][0]["status"] == "REMOVED"


async def test_who_applied_and_was_approved_is_rejected_instead(db: str):
    campaign = await data.campaign(selection=True)
    own = await data.participation(
        campaign, await data.influencer(), APPROVED, origin=ParticipationOrigin.SELF
    )
    [result] = (await remove(own))["results"]
    assert result["status"] == "APPROVED"
    assert "Reject the application" in result["error"]["message"]


@pytest.mark.parametrize("status", ["APPLIED", "REVIEWING", "REJECTED"])
async def test_applicants_are_not_removed(db: str, status: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((Platform.INSTAGRAM, 10))
    part = await data.participation(campaign, person, ParticipationStatus(status))
    [result] = (await remove(part))["results"]
    result["error"].pop("message")
    assert result["error"] == {
        "code": "TRANSITION_NOT_ALLOWED",
        "field": ["input", "participationIds", "0"],
    }


async def test_only_those_still_in_the_status_seen(db: str):
    campaign = await data.campaign()
    part = await data.participation(campaign, await data.influencer(), JOINED)
    payload = await remove(part, seen=["WAITING"])
    assert payload["results"][0]["error"]["code"] == "STALE_STATUS"
    payload = await remove(part, seen=["WAITING", "JOINED"])
    assert payload["results"][0]["status"] == "REMOVED"
    payload = await remove(part, seen=["WAITING"])
    assert payload["results"][0]["outcome"] == "UNCHANGED"


async def test_a_reason_is_needed_and_only_staff_may(db: str):
    part = await data.participation(await data.campaign(), await data.influencer(), JOINED)
    payload = await remove(part, reason="")
    assert payload["userErrors"] == [{"code": "REASON_REQUIRED", "field": ["input", "reason"]}]
    assert payload["results"] == []
    given = {"participationIds": gids("Participation", part), "reason": "x"}
    text = operation("removeParticipants", "summary { changed }")
    assert await refusal(text, ADVERTISER, input=given) == "FORBIDDEN"


async def remove(*parts: Participation, reason: str = "a mistake", seen: list[str] | None = None):
    ids = gids("Participation", *parts)
    return await mutate(
        "removeParticipants", RESULTS, participationIds=ids, reason=reason, ifStatus=seen
    )
