"""`recordPosts`: services tell of posts that they have seen."""

from datetime import timedelta
from typing import Any

import pytest

from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import SERVICE, creator, mutate
from workflow.enums import (
    Action,
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    Platform,
    PostSource,
    PostStatus,
    Role,
)
from workflow.facts import POSTS_EACH

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
JOINED = ParticipationStatus.JOINED
URL = "https://www.instagram.com/p/abc"
RESULTS = """
    results { index outcome posts { id url source status publishedAt account { id } }
        error { code message field } }
    summary { changed unchanged refused }
    userErrors { code field }
"""


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def joined(person: Influencer | None = None, **campaign: Any) -> Participation:
    """Someone who joined with their Instagram account."""
    person = person or await data.influencer((INSTAGRAM, 10))
    account = await SocialAccount.get(influencer_id=person.pk)
    return await data.participation(
        await data.campaign(**campaign), person, JOINED, selected_account_id=account.pk
    )


def by_account(account: SocialAccount, url: str = URL, **given: Any) -> dict[str, Any]:
    named = {"platform": "INSTAGRAM", "accountExternalId": account.external_id}
    return {**named, "url": url, **given}


def by_participation(part: Participation, url: str = URL, **given: Any) -> dict[str, Any]:
    return {"participationId": gid(part), "url": url, **given}


async def recorded(*posts: dict[str, Any]) -> dict[str, Any]:
    payload = await mutate("recordPosts", RESULTS, SERVICE, posts=list(posts))
    assert payload["userErrors"] == []
    return payload


async def outcomes(*posts: dict[str, Any]) -> list[str]:
    """The outcome of each item, or the code of its refusal."""
    results = (await recorded(*posts))["results"]
    assert [result["index"] for result in results] == list(range(len(posts)))
    return [r["error"]["code"] if r["error"] else r["outcome"] for r in results]


async def test_a_post_is_recorded_once_with_its_account_and_its_event(db: str):
    part = await joined()
    published_at = NOW - timedelta(hours=3)
    given = by_participation(part, publishedAt=published_at.isoformat())
    [result] = (await recorded(given))["results"]
    post = await Post.get()
    assert (result["outcome"], result["error"]) == ("CHANGED", None)
    assert result["posts"] == [
        {
            "id": gid(post),
            "url": URL,
            "source": "SERVICE",
            "status": "SUBMITTED",
            "publishedAt": published_at.isoformat().removesuffix("+00:00") + "Z",
            "account": {"id": encode("SocialAccount", part.selected_account_id or 0)},
        }
    ]
    event = await ParticipationEvent.get()
    assert (event.action, event.actor_role) == (Action.RECORD_POST, Role.SERVICE)
    assert (event.actor_id, event.actor_name) == (SERVICE.subject, SERVICE.name)
    assert (event.post_id, event.from_status, event.to_status) == (post.pk, JOINED, JOINED)
    await part.refresh_from_db()
    assert part.version == 1
    again = await recorded(given)
    assert again["summary"] == {"changed": 0, "unchanged": 1, "refused": 0}
    assert again["results"][0]["posts"] == result["posts"]
    assert await ParticipationEvent.all().count() == 1


async def test_a_creators_post_is_answered_and_stays_theirs(db: str):
    part = await joined()
    payload = await mutate(
        "submitPost",
        "post { id source availableActions } userErrors { code }",
        creator(part.influencer_id),
        participationId=gid(part),
        url=URL,
    )
    assert (payload["post"]["source"], payload["post"]["availableActions"]) == ("CREATOR", [])
    given = by_participation(part, f"{URL}?igsh=x", publishedAt=NOW.isoformat())
    [result] = (await recorded(given))["results"]
    assert result["outcome"] == "UNCHANGED"
    [post] = result["posts"]
    assert (post["id"], post["source"]) == (payload["post"]["id"], "CREATOR")
    assert post["publishedAt"] is None


async def test_what_a_service_recorded_is_unchanged_when_its_creator_submits_it(db: str):
    part = await joined()
    await recorded(by_participation(part))
    payload = await mutate(
        "submitPost",
        "outcome post { source } userErrors { code }",
        creator(part.influencer_id),
        participationId=gid(part),
        url=URL,
    )
    assert (payload["outcome"], payload["post"]) == ("UNCHANGED", {"source": "SERVICE"})


async def test_by_account_a_post_is_recorded_wherever_its_owner_takes_part_with_it(db: str):
    first = await joined()
    person = await Influencer.get(id=first.influencer_id)
    account = await SocialAccount.get()
    second = await joined(person, selection=True)
    await Participation.filter(id=second.pk).update(status=ParticipationStatus.APPROVED)
    for elsewhere in (
        {"status": CampaignStatus.COMPLETED},
        {"type": CampaignType.AFFILIATE, "post_tracking": False},
    ):
        await joined(person, **elsewhere)
    waits = await joined(person)
    await Participation.filter(id=waits.pk).update(status=ParticipationStatus.REMOVED)
    other = await data.account(person, TIKTOK, 10)
    await data.participation(await data.campaign(), person, JOINED, selected_account_id=other.pk)

    [result] = (await recorded(by_account(account)))["results"]
    assert result["outcome"] == "CHANGED"
    made = {post.participation_id: gid(post) for post in await Post.all()}
    assert made.keys() == {first.pk, second.pk}
    assert [post["id"] for post in result["posts"]] == [made[first.pk], made[second.pk]]


async def test_by_account_one_new_post_is_a_change_and_none_is_not(db: str):
    first = await joined()
    person, account = await Influencer.get(), await SocialAccount.get()
    await recorded(by_account(account))
    second = await joined(person)
    [result] = (await recorded(by_account(account)))["results"]
    assert (result["outcome"], len(result["posts"])) == ("CHANGED", 2)
    [result] = (await recorded(by_account(account)))["results"]
    assert (result["outcome"], len(result["posts"])) == ("UNCHANGED", 2)
    assert {p.participation_id for p in await Post.all()} == {first.pk, second.pk}


async def test_by_account_the_first_campaigns_refusal_is_told_where_no_post_can_be_made(db: str):
    first = await joined(platforms=[TIKTOK])
    person, account = await Influencer.get(), await SocialAccount.get()
    second = await joined(person)
    rival = await data.participation(
        await second.campaign, await data.influencer((INSTAGRAM, 10)), JOINED
    )
    await data.post(rival, url=URL)
    [result] = (await recorded(by_account(account)))["results"]
    assert (result["outcome"], result["posts"]) == ("REFUSED", [])
    assert result["error"]["code"] == "PLATFORM_NOT_RELEVANT"
    assert result["error"]["field"] == ["input", "posts", "0", "url"]
    await Participation.filter(id=first.pk).update(status=ParticipationStatus.REMOVED)
    assert await outcomes(by_account(account)) == ["URL_IN_USE"]


async def test_by_account_a_post_that_is_there_is_told_beside_another_campaigns_refusal(db: str):
    await joined()
    person, account = await Influencer.get(), await SocialAccount.get()
    await recorded(by_account(account))
    await joined(person, platforms=[TIKTOK])
    [result] = (await recorded(by_account(account)))["results"]
    assert (result["outcome"], len(result["posts"])) == ("REFUSED", 1)
    assert result["error"]["code"] == "PLATFORM_NOT_RELEVANT"


async def test_an_account_that_takes_part_nowhere_is_not_found(db: str):
    person = await data.influencer((INSTAGRAM, 10))
    account = await SocialAccount.get()
    unknown = by_account(account, accountExternalId="nobody")
    assert await outcomes(by_account(account), unknown) == ["NOT_FOUND", "NOT_FOUND"]
    await joined(person)
    elsewhere = by_account(account, platform="TIKTOK")
    padded = by_account(account, accountExternalId=f" {account.external_id}\u200b ")
    assert await outcomes(elsewhere, padded) == ["NOT_FOUND", "CHANGED"]


async def test_an_account_with_a_new_owner_is_no_longer_the_old_ones(db: str):
    old = await joined()
    account = await SocialAccount.get()
    await SocialAccount.filter(id=account.pk).update(disconnected_at=NOW)
    assert await outcomes(by_account(account)) == ["CHANGED"]
    owner = await data.influencer()
    new = await data.account(owner, INSTAGRAM, 10, external_id=account.external_id)
    url = "https://www.instagram.com/p/new"
    assert await outcomes(by_account(account, url)) == ["NOT_FOUND"]
    part = await data.participation(await old.campaign, owner, JOINED, selected_account_id=new.pk)
    assert await outcomes(by_account(account, url)) == ["CHANGED"]
    assert (await Post.all().order_by("-id"))[0].participation_id == part.pk


async def test_the_same_post_twice_in_a_call_is_made_once(db: str):
    part = await joined()
    account = await SocialAccount.get()
    again = by_participation(part, f"{URL}/?utm_source=x")
    results = (await recorded(by_account(account), by_participation(part), again))["results"]
    assert [result["outcome"] for result in results] == ["CHANGED", "UNCHANGED", "UNCHANGED"]
    post = await Post.get()
    assert [one["id"] for result in results for one in result["posts"]] == [gid(post)] * 3
    assert await ParticipationEvent.all().count() == 1


async def test_of_two_in_a_call_who_have_one_url_the_first_has_it(db: str):
    first = await joined()
    second = await data.participation(
        await first.campaign, await data.influencer((INSTAGRAM, 10)), JOINED
    )
    asked = (by_participation(second), by_participation(first))
    assert await outcomes(*asked) == ["CHANGED", "URL_IN_USE"]
    assert (await Post.get()).participation_id == second.pk


async def test_a_url_that_its_post_has_let_go_of_is_recorded_anew(db: str):
    part = await joined()
    await data.post(part, PostStatus.INEFFECTIVE, url=URL)
    assert await outcomes(by_participation(part)) == ["CHANGED"]
    assert await Post.filter(url=URL).count() == 2


async def test_refusals_are_those_of_submitting(db: str):
    part = await joined()
    completed = await joined(status=CampaignStatus.COMPLETED)
    untracked = await joined(type=CampaignType.AFFILIATE, post_tracking=False)
    removed = await joined()
    await Participation.filter(id=removed.pk).update(status=ParticipationStatus.REMOVED)
    asked = {
        "INVALID_INPUT": by_participation(part, "https://www.instagram.com/aiko"),
        "PLATFORM_NOT_RELEVANT": by_participation(part, "https://x.com/a/status/1"),
        "CAMPAIGN_CLOSED": by_participation(completed),
        "TRANSITION_NOT_ALLOWED": by_participation(untracked),
        "NOT_FOUND": {"participationId": "gid://joinery/Participation/999", "url": URL},
    }
    payload = await recorded(
        *asked.values(), by_participation(removed), {**asked["NOT_FOUND"], "participationId": "x"}
    )
    codes = [result["error"]["code"] for result in payload["results"]]
    assert codes == [*asked, "TRANSITION_NOT_ALLOWED", "NOT_FOUND"]
    assert [result["error"]["field"][3] for result in payload["results"]] == [
        "url", "url", *["participationId"] * 5
    ]  # fmt: skip
    assert await Post.all().count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, []),
        ({"participationId": "x", "platform": "X"}, []),
        ({"participationId": "x", "platform": "X", "accountExternalId": "1"}, []),
        ({"platform": "X"}, ["accountExternalId"]),
        ({"accountExternalId": "1"}, ["platform"]),
        ({"platform": "X", "accountExternalId": " "}, ["accountExternalId"]),
        ({"platform": "X", "accountExternalId": "1" * 201}, ["accountExternalId"]),
        ({"participationId": "x", "publishedAt": "yesterday"}, ["publishedAt"]),
        ({"participationId": "x", "url": "abc"}, ["url"]),
        ({"participationId": "x", "url": "http://www.instagram.com/p/abc"}, ["url"]),
    ],
)
async def test_what_cannot_be_used_is_refused_beside_what_can(
    db: str, given: dict[str, Any], field: list[str]
):
    part = await joined()
    payload = await recorded({"url": URL, **given}, by_participation(part))
    wrong, fine = payload["results"]
    assert (wrong["outcome"], wrong["error"]["code"]) == ("REFUSED", "INVALID_INPUT")
    assert wrong["error"]["field"] == ["input", "posts", "0", *field]
    assert fine["outcome"] == "CHANGED"


async def test_a_call_takes_one_to_a_thousand_posts(db: str):
    part = await joined()
    for count, code in ((0, "INVALID_INPUT"), (1_001, "TOO_MANY_ITEMS")):
        posts = [by_participation(part)] * count
        payload = await mutate("recordPosts", RESULTS, SERVICE, posts=posts)
        assert payload["userErrors"] == [{"code": code, "field": ["input", "posts"]}]
        assert payload["results"] == []
    assert await Post.all().count() == 0


async def test_a_participation_has_a_hundred_posts_and_no_more(db: str):
    part = await joined()
    for _ in range(POSTS_EACH - 2):
        await data.post(part)
    urls = [f"{URL}{number}" for number in range(3)]
    given = [by_participation(part, url) for url in urls]
    assert await outcomes(*given, given[0]) == [
        "CHANGED", "CHANGED", "TOO_MANY_ITEMS", "UNCHANGED"
    ]  # fmt: skip
    assert await Post.all().count() == POSTS_EACH


async def test_posts_of_several_campaigns_are_recorded_in_one_call(db: str):
    parts = [await joined() for _ in range(3)]
    urls = [f"{URL}{part.pk}" for part in parts]
    given = [by_participation(*one) for one in zip(parts, urls, strict=True)]
    payload = await recorded(*given)
    assert [result["posts"][0]["url"] for result in payload["results"]] == urls
    assert {post.source for post in await Post.all()} == {PostSource.SERVICE}
