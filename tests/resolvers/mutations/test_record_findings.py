"""`recordFindings`: services tell what they found of posts, and staff have the last word."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent, Post, PostFinding
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import SERVICE, STAFF, answer, gids, operation
from workflow.enums import (
    Action,
    CampaignStatus,
    ParticipationStatus,
    PostStatus,
    PostWarning,
    Role,
)

MINUTE = timedelta(minutes=1)
JOINED = ParticipationStatus.JOINED
RESULTS = """
    results { index postId outcome post { status warning reason availableActions }
        error { code message field } }
    summary { changed unchanged refused }
    userErrors { code field }
"""


async def submitted(
    status: PostStatus = PostStatus.SUBMITTED,
    campaign_status: CampaignStatus = CampaignStatus.ONGOING,
    **given: Any,
) -> Post:
    campaign = await data.campaign(status=campaign_status)
    part = await data.participation(campaign, await data.influencer(), JOINED)
    return await data.post(part, status, decided_status=status, **given)


def found(
    post: Post | str, finding: str = "AD_FRAUD", at: datetime = NOW, *, over: bool = False
) -> dict[str, Any]:
    gid = post if isinstance(post, str) else encode("Post", post.pk)
    return {"postId": gid, "finding": finding, "observedAt": at.isoformat(), "over": over}


async def recorded(*findings: dict[str, Any], now: datetime = NOW) -> dict[str, Any]:
    given = {"findings": list(findings)}
    response = await answer(operation("recordFindings", RESULTS), SERVICE, now, input=given)
    assert response["recordFindings"]["userErrors"] == []
    return response["recordFindings"]


async def outcomes(*findings: dict[str, Any], now: datetime = NOW) -> list[str]:
    """The outcome of each item, or the code of its refusal."""
    results = (await recorded(*findings, now=now))["results"]
    return [r["error"]["code"] if r["error"] else r["outcome"] for r in results]


async def judge(
    status: str, *posts: Post, now: datetime, warning: str | None = None, reason: str | None = None
) -> list[str]:
    """Let staff set posts; the outcomes."""
    given = {"postIds": gids("Post", *posts), "status": status, "warning": warning}
    text = operation("setPostStatus", "results { outcome } userErrors { code }")
    response = await answer(text, STAFF, now, input={**given, "reason": reason})
    return [result["outcome"] for result in response["setPostStatus"]["results"]]


async def standing(post: Post) -> tuple[str, str | None, str | None]:
    await post.refresh_from_db()
    return post.status, post.warning, post.reason


async def test_a_finding_warns_and_its_end_gives_back_what_was(db: str):
    post = await submitted()
    payload = await recorded(found(post))
    assert payload["results"] == [
        {
            "index": 0,
            "postId": encode("Post", post.pk),
            "outcome": "CHANGED",
            "post": {
                "status": "WARNING",
                "warning": "AD_FRAUD",
                "reason": None,
                "availableActions": ["RECORD_FINDING"],
            },
            "error": None,
        }
    ]
    assert await outcomes(found(post, at=NOW + MINUTE, over=True), now=NOW + MINUTE) == ["CHANGED"]
    assert await standing(post) == ("SUBMITTED", None, None)
    assert post.updated_at == NOW + MINUTE
    events = await ParticipationEvent.all().order_by("id")
    assert [event.action for event in events] == [Action.RECORD_FINDING] * 2
    assert {(event.actor_role, event.actor_name) for event in events} == {
        (Role.SERVICE, SERVICE.name)
    }
    assert {event.post_id for event in events} == {post.pk}
    assert (await Participation.get()).version == 1


async def test_what_staff_had_set_comes_back_with_kind_and_reason(db: str):
    post = await submitted()
    await judge("WARNING", post, now=NOW, warning="INVALID_CONTENT", reason="No product.")
    later = NOW + 10 * MINUTE
    assert await outcomes(found(post, "DELETED_POST", later), now=later) == ["CHANGED"]
    assert await standing(post) == ("WARNING", "DELETED_POST", None)
    ended = found(post, "DELETED_POST", later + MINUTE, over=True)
    assert await outcomes(ended, now=later + MINUTE) == ["CHANGED"]
    assert await standing(post) == ("WARNING", "INVALID_CONTENT", "No product.")


async def test_what_staff_set_after_a_finding_stands_whatever_comes_of_it(db: str):
    post = await submitted()
    await recorded(found(post))
    await judge("EFFECTIVE", post, now=NOW + 5 * MINUTE)
    late = (found(post), found(post, "DELETED_POST", NOW + MINUTE))
    ended = found(post, at=NOW + 2 * MINUTE, over=True)
    assert await outcomes(*late, ended, now=NOW + 9 * MINUTE) == ["UNCHANGED"] * 3
    assert await standing(post) == ("EFFECTIVE", None, None)
    assert await PostFinding.all().count() == 3
    assert await outcomes(found(post, at=NOW + 6 * MINUTE), now=NOW + 9 * MINUTE) == ["CHANGED"]


async def test_a_decision_at_the_moment_of_a_finding_stands(db: str):
    post = await submitted()
    await judge("EFFECTIVE", post, now=NOW)
    assert await outcomes(found(post)) == ["UNCHANGED"]
    assert await outcomes(found(post, at=NOW + MINUTE), now=NOW + MINUTE) == ["CHANGED"]


async def test_staff_who_say_the_same_again_have_said_it_again(db: str):
    post = await submitted()
    await judge("EFFECTIVE", post, now=NOW)
    assert await judge("EFFECTIVE", post, now=NOW + 5 * MINUTE) == ["UNCHANGED"]
    late = found(post, at=NOW + 2 * MINUTE)
    assert await outcomes(late, now=NOW + 9 * MINUTE) == ["UNCHANGED"]
    assert (await standing(post))[0] == "EFFECTIVE"
    assert post.updated_at == NOW


async def test_a_decision_is_not_overturned_by_a_finding_that_had_come_from_ahead(db: str):
    """A service's clock may be ahead of ours: what staff could know of counts as known."""
    post = await submitted()
    ahead = found(post, at=NOW + 4 * MINUTE)
    assert await outcomes(ahead) == ["CHANGED"]
    assert await judge("EFFECTIVE", post, now=NOW + MINUTE) == ["CHANGED"]
    assert await outcomes(ahead, now=NOW + 2 * MINUTE) == ["UNCHANGED"]
    other = found(post, "DELETED_POST", NOW, over=True)
    assert await outcomes(other, now=NOW + 2 * MINUTE) == ["UNCHANGED"]
    assert await standing(post) == ("EFFECTIVE", None, None)
    # One that was observed after the decision counts, though the first claims to be later.
    assert await outcomes(found(post, at=NOW + 3 * MINUTE), now=NOW + 3 * MINUTE) == ["CHANGED"]


async def test_a_decision_knows_of_findings_that_a_machine_with_another_clock_took(db: str):
    post = await submitted(PostStatus.WARNING, warning=PostWarning.OTHER, decided_warning="OTHER")
    await PostFinding.create(
        post_id=post.pk,
        finding="AD_FRAUD",
        is_over=False,
        observed_at=NOW + MINUTE,
        received_at=NOW + MINUTE,
    )
    await judge("EFFECTIVE", post, now=NOW)
    assert await outcomes(found(post, at=NOW - MINUTE)) == ["UNCHANGED"]
    assert await standing(post) == ("EFFECTIVE", None, None)


async def test_a_finding_after_a_decision_counts_though_the_clock_that_takes_it_is_behind(db: str):
    post = await submitted()
    await judge("EFFECTIVE", post, now=NOW)
    seen = found(post, "DELETED_POST", NOW + MINUTE)
    assert await outcomes(seen, now=NOW - 2 * MINUTE) == ["CHANGED"]


async def test_a_repeat_is_unchanged_and_is_kept_as_it_first_came(db: str):
    post = await submitted()
    assert await outcomes(found(post), found(post)) == ["CHANGED", "UNCHANGED"]
    assert await outcomes(found(post), now=NOW + MINUTE) == ["UNCHANGED"]
    kept = await PostFinding.get()
    assert (kept.observed_at, kept.received_at, kept.is_over) == (NOW, NOW, False)
    assert await ParticipationEvent.all().count() == 1


async def test_of_several_kinds_the_last_shows_and_of_one_moment_the_first(db: str):
    post = await submitted()
    both = (found(post, "INVALID_TOKEN"), found(post, "DELETED_POST"), found(post, "AD_FRAUD"))
    assert await outcomes(*both) == ["CHANGED"] * 3
    assert await standing(post) == ("WARNING", "AD_FRAUD", None)
    later = NOW + MINUTE
    assert await outcomes(found(post, "INVALID_TOKEN", later), now=later) == ["CHANGED"]
    assert await standing(post) == ("WARNING", "INVALID_TOKEN", None)
    ended = found(post, "INVALID_TOKEN", later, over=True)
    assert await outcomes(ended, now=later) == ["CHANGED"], "at one moment, over wins"
    assert await standing(post) == ("WARNING", "AD_FRAUD", None)


async def test_the_end_may_come_before_the_finding(db: str):
    post = await submitted()
    ended = found(post, at=NOW + MINUTE, over=True)
    assert await outcomes(ended, found(post), now=NOW + MINUTE) == ["UNCHANGED"] * 2
    assert await standing(post) == ("SUBMITTED", None, None)


@pytest.mark.parametrize("final", [PostStatus.APPROVED, PostStatus.INEFFECTIVE])
async def test_about_a_final_post_a_finding_is_kept(db: str, final: PostStatus):
    post = await submitted(final)
    payload = await recorded(found(post))
    assert payload["results"][0]["outcome"] == "UNCHANGED"
    assert payload["results"][0]["post"]["availableActions"] == []
    assert await PostFinding.all().count() == 1
    assert await ParticipationEvent.all().count() == 0


async def test_findings_are_taken_in_completed_campaigns_whatever_became_of_the_creator(db: str):
    post = await submitted(campaign_status=CampaignStatus.COMPLETED)
    await Participation.all().update(status=ParticipationStatus.REMOVED)
    assert await outcomes(found(post)) == ["CHANGED"]
    for closed in (CampaignStatus.CANCELLED, CampaignStatus.DRAFT):
        await Campaign.all().update(status=closed)
        later = found(post, "DELETED_POST", NOW + MINUTE)
        assert await outcomes(later, found(post), now=NOW + MINUTE) == [
            "CAMPAIGN_CLOSED", "UNCHANGED"
        ]  # fmt: skip
    assert await PostFinding.all().count() == 1, "what is refused is not kept"


async def test_a_deleted_post_lets_go_of_its_url_and_does_not_take_it_back(db: str):
    post = await submitted()
    assert await outcomes(found(post, "DELETED_POST")) == ["CHANGED"]
    holder = await data.post(await post.participation, url=post.url)
    later = NOW + MINUTE
    ended = found(post, "DELETED_POST", later, over=True)
    payload = await recorded(ended, now=later)
    assert payload["results"][0]["outcome"] == "UNCHANGED"
    assert payload["results"][0]["post"] == {
        "status": "WARNING",
        "warning": "DELETED_POST",
        "reason": None,
        "availableActions": [],
    }
    assert await PostFinding.all().count() == 2
    # In one call the other lets go of it, and this one has it again.
    gone = found(holder, "DELETED_POST", later)
    assert await outcomes(gone, ended, now=later) == ["CHANGED", "CHANGED"]
    assert (await standing(post))[0] == "SUBMITTED"
    assert (await standing(holder))[1] == "DELETED_POST"


async def test_of_posts_with_one_address_the_first_of_a_call_is_back(db: str):
    first = await submitted()
    await recorded(found(first, "DELETED_POST"))
    second = await data.post(await first.participation, url=first.url)
    await recorded(found(second, "DELETED_POST"))
    later = NOW + MINUTE
    back = [found(post, "DELETED_POST", later, over=True) for post in (second, first)]
    assert await outcomes(*back, now=later) == ["CHANGED", "UNCHANGED"]


async def test_a_post_that_never_had_its_address_is_gone_and_not_back(db: str):
    held = await submitted()
    lost = await data.post(await held.participation, url=held.url, url_digest="post 2")
    gone = found(lost, "DELETED_POST")
    back = found(lost, "DELETED_POST", NOW + MINUTE, over=True)
    assert await outcomes(gone, back, now=NOW + MINUTE) == ["CHANGED", "UNCHANGED"]


async def test_several_findings_on_a_post_in_one_call_are_as_many_events(db: str):
    post = await submitted()
    other = await submitted()
    given = (
        found(post),
        found(other, "DELETED_POST"),
        found(post, at=NOW + MINUTE, over=True),
        found(post, "DELETED_POST", NOW + 2 * MINUTE),
    )
    assert await outcomes(*given) == ["CHANGED"] * 4
    assert await standing(post) == ("WARNING", "DELETED_POST", None)
    assert await standing(other) == ("WARNING", "DELETED_POST", None)
    assert await ParticipationEvent.filter(post_id=post.pk).count() == 3


async def test_what_lies_ahead_is_refused_before_all_else(db: str):
    post = await submitted()
    edge = NOW + 5 * MINUTE
    ahead = edge + timedelta(microseconds=1)
    payload = await recorded(found(post, at=ahead), found("x", at=ahead), found(post, at=edge))
    assert [result["outcome"] for result in payload["results"]] == [
        "REFUSED", "REFUSED", "CHANGED"
    ]  # fmt: skip
    for index in (0, 1):
        error = payload["results"][index]["error"]
        assert error["code"] == "INVALID_INPUT"
        assert error["field"] == ["input", "findings", str(index), "observedAt"]
    wrong = {**found(post), "observedAt": "yesterday"}
    assert await outcomes(wrong) == ["INVALID_INPUT"]


async def test_posts_that_are_not_there_are_not_found(db: str):
    ids = ["gid://joinery/Post/999", "gid://joinery/PostRow/1", "x"]
    payload = await recorded(*map(found, ids))
    assert [result["postId"] for result in payload["results"]] == ids
    for index, result in enumerate(payload["results"]):
        assert (result["post"], result["error"]["code"]) == (None, "NOT_FOUND")
        assert result["error"]["field"] == ["input", "findings", str(index), "postId"]


async def test_a_call_takes_one_to_a_thousand_findings(db: str):
    post = await submitted()
    for count, code in ((0, "INVALID_INPUT"), (1_001, "TOO_MANY_ITEMS")):
        given = {"findings": [found(post)] * count}
        payload = await answer(operation("recordFindings", RESULTS), SERVICE, input=given)
        errors = payload["recordFindings"]["userErrors"]
        assert errors == [{"code": code, "field": ["input", "findings"]}]
    assert await PostFinding.all().count() == 0


async def test_what_can_be_done_with_a_post_is_told_to_each_role(db: str):
    post = await submitted()
    query = """query($id: ID!) { node(id: $id) { ... on Post { availableActions participation {
        campaign { posts { nodes { availableActions } } } } } } }"""
    for status, actions in (("SUBMITTED", ["SET_POST_STATUS"]), ("APPROVED", [])):
        await Post.all().update(status=status)
        node = (await answer(query, id=encode("Post", post.pk)))["node"]
        assert node["availableActions"] == actions
        assert node["participation"]["campaign"]["posts"]["nodes"] == [
            {"availableActions": actions}
        ]
    await data.participation(await Campaign.get(), await data.influencer(), JOINED)
    node = (await answer(query, id=encode("Post", post.pk)))["node"]
    rows = node["participation"]["campaign"]["posts"]["nodes"]
    assert [row["availableActions"] for row in rows] == [[], []]
