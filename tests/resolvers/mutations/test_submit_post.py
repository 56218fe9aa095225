"""`submitPost`: hand in the URL of a post."""

from typing import Any

import pytest

from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from resolvers.ids import encode
from tests import data
from tests.engine import STAFF, creator, mutate, operation, refusal
from workflow.enums import (
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    Platform,
    PostStatus,
    PostWarning,
)

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
JOINED = ParticipationStatus.JOINED
URL = "https://www.instagram.com/p/abc"
PAYLOAD = """
    outcome
    post { id url isShortLink status warning round account { id } participation { id } submittedAt }
    userErrors { code message field }
"""


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def joined(*, round: int = 1, **campaign: Any) -> tuple[Influencer, Participation]:
    """Someone who joined with their Instagram account."""
    person = await data.influencer((INSTAGRAM, 10))
    account = await SocialAccount.get(influencer_id=person.pk)
    part = await data.participation(
        await data.campaign(**campaign),
        person,
        JOINED,
        selected_account_id=account.pk,
        round=round,
    )
    return person, part


async def submitted(
    person: Influencer, part: Participation | str, url: str = URL
) -> dict[str, Any]:
    given = part if isinstance(part, str) else gid(part)
    return await mutate("submitPost", PAYLOAD, creator(person.pk), participationId=given, url=url)


def refused(payload: dict[str, Any]) -> tuple[str, str]:
    """Code and field of the only refusal."""
    [error] = payload["userErrors"]
    assert (payload["outcome"], payload["post"]) == ("REFUSED", None)
    return error["code"], error["field"][1]


async def test_a_post_is_submitted_with_the_selected_account(db: str):
    person, part = await joined()
    payload = await submitted(person, part, f" {URL}/?igsh=x#c ")
    assert payload["outcome"] == "CHANGED"
    assert payload["post"]["url"] == f"{URL}/?igsh=x#c"
    assert payload["post"]["status"] == "SUBMITTED"
    assert payload["post"]["account"]["id"] == encode(
        "SocialAccount", part.selected_account_id or 0
    )
    assert payload["post"]["participation"]["id"] == gid(part)
    [event] = await ParticipationEvent.all()
    assert (event.action, event.from_status, event.to_status) == ("SUBMIT_POST", JOINED, JOINED)
    assert encode("Post", event.post_id or 0) == payload["post"]["id"]


async def test_on_another_platform_the_selected_account_is_not_the_posts(db: str):
    person, part = await joined()
    payload = await submitted(person, part, "https://www.tiktok.com/@a/video/1")
    assert payload["post"]["account"] is None


async def test_ones_own_url_is_unchanged_and_someone_elses_in_use(db: str):
    person, part = await joined()
    other = await data.influencer((INSTAGRAM, 10))
    campaign = await part.campaign
    theirs = await data.participation(campaign, other, JOINED)
    post = (await submitted(person, part))["post"]
    again = await submitted(person, part, "https://WWW.INSTAGRAM.COM/p/abc/?utm_source=x#top")
    assert (again["outcome"], again["post"]) == ("UNCHANGED", post)
    assert await ParticipationEvent.all().count() == 1
    assert refused(await submitted(other, theirs, f"{URL}/")) == ("URL_IN_USE", "url")
    _, elsewhere = await joined()
    third = await elsewhere.influencer
    assert (await submitted(third, elsewhere))["outcome"] == "CHANGED"


NOT_LIVE = pytest.mark.parametrize(
    ("status", "warning"),
    [(PostStatus.INEFFECTIVE, None), (PostStatus.WARNING, PostWarning.DELETED_POST)],
)


@NOT_LIVE
async def test_a_post_that_is_not_live_frees_its_address_for_its_creator(
    db: str, status: PostStatus, warning: PostWarning | None
):
    person, part = await joined(round=2)
    first = (await submitted(person, part))["post"]
    await Post.all().update(status=status, warning=warning)
    again = await submitted(person, part)
    assert again["outcome"] == "CHANGED"
    assert again["post"]["id"] != first["id"]
    assert again["post"]["status"] == "SUBMITTED"
    assert (await submitted(person, part))["outcome"] == "UNCHANGED"
    assert (first["round"], again["post"]["round"]) == (2, 2)


@NOT_LIVE
async def test_a_post_that_is_not_live_frees_its_address_for_others(
    db: str, status: PostStatus, warning: PostWarning | None
):
    person, part = await joined()
    other = await data.influencer((INSTAGRAM, 10))
    theirs = await data.participation(await part.campaign, other, JOINED)
    await submitted(person, part)
    await Post.all().update(status=status, warning=warning)
    assert (await submitted(other, theirs))["outcome"] == "CHANGED"
    assert refused(await submitted(person, part)) == ("URL_IN_USE", "url")


async def test_another_address_of_the_same_post_is_in_use(db: str):
    person, part = await joined()
    other = await data.influencer((INSTAGRAM, 10))
    theirs = await data.participation(await part.campaign, other, JOINED)
    post = (await submitted(person, part, "https://www.instagram.com/reel/AbC/?igsh=x"))["post"]
    assert not post["isShortLink"]
    for url in ("https://instagr.am/p/AbC", "https://www.instagram.com/aiko/reel/AbC/"):
        again = await submitted(person, part, url)
        assert (again["outcome"], again["post"]) == ("UNCHANGED", post)
        assert refused(await submitted(other, theirs, url)) == ("URL_IN_USE", "url")


async def test_a_short_link_is_told(db: str):
    person, part = await joined()
    first = await submitted(person, part, "https://vm.tiktok.com/ZS1/")
    again = await submitted(person, part, "https://vm.tiktok.com/ZS1?k=1")
    assert first["post"]["isShortLink"]
    assert (again["outcome"], again["post"]) == ("UNCHANGED", first["post"])


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/aiko/",
        "https://www.instagram.com/",
        "https://l.instagram.com/?u=https%3A%2F%2Fexample.com",
        "https://www.youtube.com/@aiko",
    ],
)
async def test_an_address_of_no_post_is_told_what_is_wanted(db: str, url: str):
    person, part = await joined()
    payload = await submitted(person, part, url)
    assert refused(payload) == ("INVALID_INPUT", "url")
    assert "such as https://www." in payload["userErrors"][0]["message"]


@pytest.mark.parametrize(
    "url",
    [
        "http://www.instagram.com/p/abc",
        "https://example.com/p/abc",
        "https://instagram.com.example.com/p/abc",
        f"{URL}/{'x' * 2048}",
    ],
)
async def test_other_urls_are_bad_input_before_anything_else(db: str, url: str):
    person, part = await joined()
    assert refused(await submitted(person, part, url)) == ("INVALID_INPUT", "url")
    assert refused(await submitted(person, "nonsense", url)) == ("INVALID_INPUT", "url")


async def test_the_platform_must_be_the_campaigns(db: str):
    person, part = await joined(platforms=(TIKTOK,))
    assert refused(await submitted(person, part)) == ("PLATFORM_NOT_RELEVANT", "url")


async def test_others_participations_are_not_there(db: str):
    _, part = await joined()
    other = await data.influencer()
    for given in (part, "nonsense", "gid://joinery/Participation/999999"):
        assert refused(await submitted(other, given)) == ("NOT_FOUND", "participationId")
    assert await Post.all().count() == 0


@pytest.mark.parametrize("status", ["WAITING", "APPLIED", "REJECTED", "REMOVED"])
async def test_only_who_takes_part_posts(db: str, status: str):
    person = await data.influencer()
    campaign = await data.campaign(selection=True)
    part = await data.participation(campaign, person, ParticipationStatus(status))
    assert refused(await submitted(person, part)) == ("TRANSITION_NOT_ALLOWED", "participationId")


async def test_posts_are_not_tracked_everywhere_and_a_closed_campaign_takes_none(db: str):
    person, part = await joined(type=CampaignType.AFFILIATE, post_tracking=False)
    assert refused(await submitted(person, part)) == ("TRANSITION_NOT_ALLOWED", "participationId")
    person, part = await joined(status=CampaignStatus.COMPLETED)
    assert refused(await submitted(person, part)) == ("CAMPAIGN_CLOSED", "participationId")


async def test_a_hundred_posts_are_the_most(db: str):
    person, part = await joined()
    for number in range(99):
        await data.post(part, PostStatus.INEFFECTIVE, url=f"{URL}{number}")
    assert (await submitted(person, part))["outcome"] == "CHANGED"
    assert refused(await submitted(person, part, f"{URL}-more"))[0] == "TOO_MANY_ITEMS"
    assert (await submitted(person, part))["outcome"] == "UNCHANGED"


async def test_after_a_rejection_the_urls_stay_taken(db: str):
    campaign = await data.campaign(selection=True)
    person, other = await data.influencer(), await data.influencer()
    rejected = await data.participation(campaign, person, ParticipationStatus.REJECTED)
    await data.post(rejected, url=URL)
    part = await data.participation(campaign, other, ParticipationStatus.APPROVED)
    assert refused(await submitted(other, part)) == ("URL_IN_USE", "url")


async def test_a_dry_run_leaves_no_post(db: str):
    person, part = await joined()
    payload = await mutate(
        "submitPost", PAYLOAD, creator(person.pk), dry=True, participationId=gid(part), url=URL
    )
    assert payload["post"]["url"] == URL
    assert await Post.all().count() == await ParticipationEvent.all().count() == 0


async def test_staff_submit_nothing(db: str):
    given = {"participationId": "x", "url": URL}
    assert await refusal(operation("submitPost", "outcome"), STAFF, input=given) == "FORBIDDEN"
