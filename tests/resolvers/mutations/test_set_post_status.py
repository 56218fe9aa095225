"""`setPostStatus`: staff judge posts."""

from typing import Any

import pytest

from models.campaign import Campaign
from models.participation import ParticipationEvent, Post
from tests import data
from tests.engine import ADVERTISER, gids, mutate, operation, refusal
from workflow.enums import (
    Action,
    AffiliateKind,
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    PostStatus,
    PostWarning,
)

RESULTS = """
    results { postId outcome post { status warning reason } error { code message field } }
    summary { changed unchanged refused }
    userErrors { code field }
"""
JOINED = ParticipationStatus.JOINED


async def test_a_post_is_warned_solved_and_approved(db: str):
    post = await submitted()
    steps = [
        ("WARNING", "AD_FRAUD", "odd clicks"),
        ("WARNING", "OTHER", "odd clicks"),
        ("EFFECTIVE", None, None),
        ("APPROVED", None, "well done"),
    ]
    for status, warning, reason in steps:
        [result] = (await judge(status, post, warning=warning, reason=reason))["results"]
        assert result["outcome"] == "CHANGED"
        assert result["post"] == {"status": status, "warning": warning, "reason": reason}
        [again] = (await judge(status, post, warning=warning, reason=reason))["results"]
        assert again["outcome"] == "UNCHANGED"
    events = await ParticipationEvent.all().order_by("id")
    assert [event.action for event in events] == [Action.SET_POST_STATUS] * 4
    assert {event.post_id for event in events} == {post.pk}
    assert {event.to_status for event in events} == {JOINED}
    part = await post.participation
    assert part.version == 1, "a post's status is no change of the participation"


@pytest.mark.parametrize("final", [PostStatus.APPROVED, PostStatus.INEFFECTIVE])
async def test_what_is_final_stays(db: str, final: PostStatus):
    post = await submitted(final)
    [result] = (await judge("EFFECTIVE", post))["results"]
    assert result["error"]["code"] == "TRANSITION_IRREVERSIBLE"
    assert result["error"]["field"] == ["input", "postIds", "0"]
    assert result["post"]["status"] == final


async def test_a_post_whose_address_another_has_by_now_does_not_become_live_again(db: str):
    lost = await submitted(PostStatus.WARNING, PostWarning.DELETED_POST)
    await data.post(await lost.participation, url=lost.url)
    for status, warning in (("EFFECTIVE", None), ("APPROVED", None), ("WARNING", "AD_FRAUD")):
        payload = await judge(status, lost, warning=warning, reason="it is back")
        [result] = payload["results"]
        assert result["error"]["code"] == "URL_IN_USE"
        assert result["post"]["warning"] == "DELETED_POST"
    payload = await judge("WARNING", lost, warning="DELETED_POST", reason="gone, again")
    assert payload["results"][0]["outcome"] == "CHANGED"
    assert (await judge("INEFFECTIVE", lost, reason="gone"))["results"][0]["outcome"] == "CHANGED"


async def test_a_post_that_never_had_its_address_does_not_become_live_again_either(db: str):
    held = await submitted()
    lost = await data.post(await held.participation, url=held.url, url_digest="post 2")
    payload = await judge("WARNING", lost, warning="DELETED_POST", reason="gone")
    assert payload["summary"]["changed"] == 1
    [result] = (await judge("EFFECTIVE", lost))["results"]
    assert result["error"]["code"] == "URL_IN_USE"


async def test_of_posts_with_one_address_the_first_of_a_call_becomes_live(db: str):
    first = await submitted(PostStatus.WARNING, PostWarning.DELETED_POST)
    second = await data.post(
        await first.participation, first.status, url=first.url, warning=first.warning
    )
    payload = await judge("EFFECTIVE", second, first)
    assert [result["outcome"] for result in payload["results"]] == ["CHANGED", "REFUSED"]
    assert payload["results"][1]["error"]["code"] == "URL_IN_USE"


async def test_a_deleted_post_that_is_back_holds_its_address(db: str):
    post = await submitted(PostStatus.WARNING, PostWarning.DELETED_POST)
    assert (await judge("EFFECTIVE", post))["summary"]["changed"] == 1
    assert (await judge("EFFECTIVE", post))["summary"]["unchanged"] == 1


async def test_a_refusal_speaks_of_the_post(db: str):
    final = await submitted(PostStatus.APPROVED)
    cancelled = await submitted(campaign_status=CampaignStatus.CANCELLED)
    untracked = await submitted()
    await Campaign.filter(id=untracked.campaign_id).update(
        type=CampaignType.AFFILIATE, affiliate_kind=AffiliateKind.ECOMMERCE, post_tracking=False
    )
    payload = await judge("EFFECTIVE", final, cancelled, untracked)
    assert [result["error"]["message"] for result in payload["results"]] == [
        "The post is APPROVED, which is final.",
        "The campaign is CANCELLED: nothing in it changes any more.",
        "The campaign does not track posts.",
    ]


async def test_posts_are_judged_in_completed_campaigns_but_not_in_cancelled_ones(db: str):
    completed = await submitted(campaign_status=CampaignStatus.COMPLETED)
    cancelled = await submitted(campaign_status=CampaignStatus.CANCELLED)
    payload = await judge("EFFECTIVE", completed, cancelled)
    assert payload["results"][0]["outcome"] == "CHANGED"
    assert payload["results"][1]["error"]["code"] == "CAMPAIGN_CLOSED"
    assert payload["summary"] == {"changed": 1, "unchanged": 0, "refused": 1}


async def test_two_posts_of_one_participation_are_judged_at_once(db: str):
    first = await submitted()
    second = await data.post(await first.participation)
    payload = await judge("INEFFECTIVE", first, second, reason="deleted")
    assert [result["post"]["status"] for result in payload["results"]] == ["INEFFECTIVE"] * 2
    assert await ParticipationEvent.all().count() == 2


async def test_posts_that_are_not_there_are_not_found(db: str):
    ids = ["gid://joinery/Post/999", "gid://joinery/PostRow/1", "x"]
    payload = await mutate("setPostStatus", RESULTS, postIds=ids, status="EFFECTIVE")
    assert [result["postId"] for result in payload["results"]] == ids
    assert {result["error"]["code"] for result in payload["results"]} == {"NOT_FOUND"}


async def test_the_kind_and_the_reason_are_asked_for_where_they_belong(db: str):
    post = await submitted()
    wrong: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"status": "WARNING", "reason": "odd"}, [("INVALID_INPUT", "warning")]),
        ({"status": "WARNING", "warning": "OTHER"}, [("REASON_REQUIRED", "reason")]),
        ({"status": "INEFFECTIVE", "reason": " "}, [("REASON_REQUIRED", "reason")]),
        ({"status": "EFFECTIVE", "warning": "OTHER"}, [("INVALID_INPUT", "warning")]),
    ]
    for given, errors in wrong:
        payload = await mutate("setPostStatus", RESULTS, postIds=gids("Post", post), **given)
        found = [(error["code"], error["field"][1]) for error in payload["userErrors"]]
        assert found == errors
        assert payload["results"] == []
    text = operation("setPostStatus", "summary { changed }")
    assert await refusal(text, ADVERTISER, input={"postIds": [], "status": "EFFECTIVE"}) == (
        "FORBIDDEN"
    )


async def submitted(
    status: PostStatus = PostStatus.SUBMITTED,
    warning: PostWarning | None = None,
    campaign_status: CampaignStatus = CampaignStatus.ONGOING,
) -> Post:
    campaign = await data.campaign(status=campaign_status)
    part = await data.participation(campaign, await data.influencer(), JOINED)
    return await data.post(part, status, warning=warning)


async def judge(status: str, *posts: Post, **given: Any):
    return await mutate(
        "setPostStatus", RESULTS, postIds=gids("Post", *posts), status=status, **given
    )
