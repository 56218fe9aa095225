"""Creators who do the same thing at the same moment, and staff who act on them meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from models.campaign import Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post, PostFinding
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.engine import SERVICE, creator, execute, mutate, operation
from workflow.enums import ParticipationStatus, Platform, PostStatus, PostWarning
from workflow.table import is_live

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
WAITING, JOINED = ParticipationStatus.WAITING, ParticipationStatus.JOINED


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def connected(person: Influencer, external_id: str, followers: int = 10) -> dict[str, Any]:
    response = await execute(
        operation("connectAccount", "outcome advanced { id } userErrors { code }"),
        {
            "input": {
                "platform": "INSTAGRAM",
                "externalId": external_id,
                "handle": "h",
                "followers": followers,
            }
        },
        Context(caller=creator(person.pk), plain_accounts=True),
    )
    assert "errors" not in response, response["errors"]
    return response["data"]["connectAccount"]


def upserted(*influencers: dict[str, Any]) -> Awaitable[dict[str, Any]]:
    selection = "created updated advanced { id } userErrors { code }"
    return mutate("upsertInfluencers", selection, influencers=list(influencers))


def said(external_id: str, *accounts: str, followers: int = 10) -> dict[str, Any]:
    """An influencer of an upsert."""
    return {
        "externalId": external_id,
        "name": f"Name of {external_id}",
        "accounts": [
            {"platform": "INSTAGRAM", "externalId": one, "handle": one, "followers": followers}
            for one in accounts
        ],
    }


def outcomes(payloads: list[dict[str, Any]]) -> Counter[str]:
    """How many came out how: the outcome, or the code of what was refused."""
    return Counter(
        error["code"]
        for payload in payloads
        for error in payload["userErrors"] or [{"code": payload["outcome"]}]
    )


async def test_of_many_who_submit_one_url_at_once_one_has_it(db: str):
    campaign = await data.campaign()
    people = [await data.influencer((INSTAGRAM, 10)) for _ in range(10)]
    parts = [await data.participation(campaign, person, JOINED) for person in people]
    payloads = await asyncio.gather(
        *(
            mutate(
                "submitPost",
                "outcome userErrors { code }",
                creator(person.pk),
                participationId=gid(part),
                url=f"https://www.instagram.com/p/abc?utm_source={person.pk}",
            )
            for person, part in zip(people, parts, strict=True)
        )
    )
    assert outcomes(payloads) == {"CHANGED": 1, "URL_IN_USE": 9}
    assert await Post.all().count() == await ParticipationEvent.all().count() == 1


async def test_of_many_who_submit_a_freed_url_at_once_one_has_it(db: str):
    campaign = await data.campaign()
    people = [await data.influencer((INSTAGRAM, 10)) for _ in range(6)]
    parts = [await data.participation(campaign, person, JOINED) for person in people]
    await data.post(parts[0], PostStatus.INEFFECTIVE, url=URL)
    payloads = await asyncio.gather(
        *(submitted(person, part) for person, part in zip(people, parts, strict=True))
    )
    assert outcomes(payloads) == {"CHANGED": 1, "URL_IN_USE": 5}
    assert await Post.all().count() == 2


async def test_a_post_comes_back_beside_others_who_submit_its_url(db: str):
    """The first one holds it: staff, who say that it is back, or one of the others."""
    campaign = await data.campaign()
    people = [await data.influencer((INSTAGRAM, 10)) for _ in range(4)]
    parts = [await data.participation(campaign, person, JOINED) for person in people]
    for turn in range(10):
        await Post.all().update(status="INEFFECTIVE", warning=None)
        lost = await data.post(
            parts[0], PostStatus.WARNING, warning=PostWarning.DELETED_POST, url=URL
        )
        back = mutate(
            "setPostStatus",
            "results { outcome error { code } }",
            postIds=[gid(lost)],
            status="EFFECTIVE",
        )
        others = [submitted(*one) for one in zip(people[1:], parts[1:], strict=True)]
        calls = [*others[: turn % 4], back, *others[turn % 4 :]]
        payloads = await asyncio.gather(*calls)
        [judged] = payloads[turn % 4]["results"]
        said = outcomes([payload for payload in payloads if "results" not in payload])
        if judged["outcome"] == "CHANGED":
            assert said == {"URL_IN_USE": 3}
        else:
            assert judged["error"]["code"] == "URL_IN_USE"
            assert said == {"CHANGED": 1, "URL_IN_USE": 2}
        live = [post for post in await Post.all() if is_live(post.status, post.warning)]
        assert len(live) == 1


async def test_services_and_the_creator_who_tell_of_one_post_at_once_make_it_once(db: str):
    for turn in range(5):
        url = f"https://www.instagram.com/p/seen{turn}"
        person = await data.influencer((INSTAGRAM, 10))
        account = await SocialAccount.get(influencer_id=person.pk)
        part = await data.participation(
            await data.campaign(), person, JOINED, selected_account_id=account.pk
        )
        by_account = {"platform": "INSTAGRAM", "accountExternalId": account.external_id}
        told = [
            mutate(
                "recordPosts",
                "results { outcome posts { id } error { code } }",
                SERVICE,
                posts=[{"url": url, **named}] * 2,
            )
            for named in (by_account, {"participationId": gid(part)}) * 3
        ]
        by_creator = mutate(
            "submitPost",
            "outcome post { id } userErrors { code }",
            creator(person.pk),
            participationId=gid(part),
            url=url,
        )
        *recorded, own = await asyncio.gather(*told, by_creator)
        results = [result for payload in recorded for result in payload["results"]]
        said = Counter(one["outcome"] for one in (*results, own))
        assert said == {"CHANGED": 1, "UNCHANGED": 12}
        post = await Post.get(participation_id=part.pk)
        ids = {one["id"] for result in results for one in result["posts"]}
        assert ids == {own["post"]["id"]} == {gid(post)}
        assert await ParticipationEvent.filter(post_id=post.pk).count() == 1


async def test_findings_and_decisions_at_once_leave_what_follows_from_them(db: str):
    for turn in range(5):
        person = await data.influencer((INSTAGRAM, 10))
        post = await data.post(await data.participation(await data.campaign(), person, JOINED))
        calls = [
            mutate(
                "recordFindings",
                "results { outcome error { code } }",
                SERVICE,
                findings=[
                    {
                        "postId": gid(post),
                        "finding": finding,
                        "over": is_over,
                        "observedAt": (data.NOW - timedelta(minutes=9 - is_over)).isoformat(),
                    }
                ],
            )
            for finding in ("AD_FRAUD", "DELETED_POST")
            for is_over in (False, True)
        ]
        judged = mutate(
            "setPostStatus",
            "results { outcome error { code } }",
            postIds=[gid(post)],
            status="EFFECTIVE",
        )
        await asyncio.gather(*calls[:turn], judged, *calls[turn:])
        await post.refresh_from_db()
        assert (post.status, post.warning) == (PostStatus.EFFECTIVE, None)
        assert await PostFinding.filter(post_id=post.pk).count() == 4


URL = "https://www.instagram.com/p/freed"


def submitted(person: Influencer, part: Participation) -> Awaitable[dict[str, Any]]:
    return mutate(
        "submitPost",
        "outcome userErrors { code }",
        creator(person.pk),
        participationId=gid(part),
        url=URL,
    )


async def test_of_many_who_connect_one_account_at_once_one_has_it(db: str):
    people = [await data.influencer() for _ in range(10)]
    payloads = await asyncio.gather(*(connected(person, "ig-1") for person in people))
    assert outcomes(payloads) == {"CHANGED": 1, "ACCOUNT_IN_USE": 9}
    [account] = await SocialAccount.all()
    assert [one.pk for one in people].count(account.influencer_id) == 1


async def test_the_same_connection_sent_many_times_is_made_once(db: str):
    person = await data.influencer()
    part = await data.participation(await data.campaign(), person, WAITING)
    payloads = await asyncio.gather(*(connected(person, "ig-1") for _ in range(10)))
    assert outcomes(payloads) == {"CHANGED": 1, "UNCHANGED": 9}
    assert sum(len(payload["advanced"]) for payload in payloads) == 1
    await part.refresh_from_db()
    assert (part.status, part.version) == (JOINED, 2)


async def test_whoever_is_marked_while_they_connect_is_not_left_waiting(db: str):
    for turn in range(10):
        campaign = await data.campaign()
        person = await data.influencer()
        mark = mutate(
            "markJoined",
            "results { outcome }",
            campaignId=gid(campaign),
            influencerIds=[gid(person)],
        )
        await asyncio.gather(mark, connected(person, f"ig-{turn}"))
        part = await Participation.get(campaign_id=campaign.pk, influencer_id=person.pk)
        assert part.status == JOINED
        await campaign.refresh_from_db()
        assert campaign.places_taken == 1


async def test_who_waits_and_connects_at_once_takes_no_more_places_than_there_are(db: str):
    campaign = await data.campaign(capacity=3)
    people = [await data.influencer() for _ in range(12)]
    for person in people:
        await data.participation(campaign, person, WAITING)
    payloads = await asyncio.gather(
        *(connected(person, f"ig-{person.pk}") for person in people[:6]),
        *(upserted(said(person.external_id, f"ig-{person.pk}")) for person in people[6:]),
    )
    assert sum(len(payload["advanced"]) for payload in payloads) == 3
    statuses = Counter(part.status for part in await Participation.all())
    assert statuses == {JOINED: 3, WAITING: 9}
    assert (await Campaign.get(id=campaign.pk)).places_taken == 3
    assert await SocialAccount.filter(disconnected_at=None).count() == 12


async def test_applications_at_once_take_the_places_that_there_are(db: str):
    campaign = await data.campaign(capacity=4)
    people = [await data.influencer((INSTAGRAM, 10)) for _ in range(12)]
    payloads = await asyncio.gather(
        *(
            mutate(
                "apply",
                "outcome userErrors { code }",
                creator(person.pk),
                campaignId=gid(campaign),
            )
            for person in people
        )
    )
    assert outcomes(payloads) == {"CHANGED": 4, "CAPACITY_REACHED": 8}


async def test_capacity_never_drops_below_places_that_are_just_taken(db: str):
    campaign = await data.campaign(capacity=20)
    people = [await data.influencer((INSTAGRAM, 10)) for _ in range(20)]
    joins = [
        mutate("apply", "outcome userErrors { code }", creator(p.pk), campaignId=gid(campaign))
        for p in people
    ]
    drops = [
        mutate("updateCampaign", "userErrors { code }", id=gid(campaign), capacity=capacity)
        for capacity in (5, 10, 15)
    ]
    await asyncio.gather(*joins[:10], *drops, *joins[10:])
    await campaign.refresh_from_db()
    joined = await Participation.filter(campaign_id=campaign.pk, status=JOINED).count()
    assert campaign.capacity is not None
    assert campaign.places_taken == joined <= campaign.capacity


async def test_marks_see_followers_either_before_or_after_an_update(db: str):
    campaign = await data.campaign(selection=True, followers_min=100)
    people = [await data.influencer() for _ in range(10)]
    await upserted(*(said(p.external_id, f"ig-{p.pk}", followers=100) for p in people))
    mark = mutate(
        "markJoined",
        "results { outcome error { code } participation { status } }",
        campaignId=gid(campaign),
        influencerIds=[gid(person) for person in people],
    )
    shrink = upserted(*(said(p.external_id, f"ig-{p.pk}", followers=99) for p in reversed(people)))
    payload, update = await asyncio.gather(mark, shrink)
    assert update["updated"] == 10
    seen = {result["outcome"] for result in payload["results"]}
    assert len(seen) == 1  # all before, or all after
    copies = await Participation.filter(campaign_id=campaign.pk).values_list("followers", flat=True)
    assert set(copies) <= {99}


async def test_the_same_new_influencers_upserted_at_once_are_created_once(db: str):
    crowd = [said(f"a-{number}", f"ig-{number}") for number in range(20)]
    turns = [crowd if turn % 2 else crowd[::-1] for turn in range(6)]
    payloads = await asyncio.gather(*(upserted(*turn) for turn in turns))
    assert [payload["userErrors"] for payload in payloads] == [[]] * 6
    assert sum(payload["created"] for payload in payloads) == 20
    assert sum(payload["updated"] for payload in payloads) == 0
    assert await Influencer.all().count() == await SocialAccount.all().count() == 20
