"""How many statements a mutation runs does not depend on how much it is about."""

import logging
from collections.abc import Callable, Generator
from typing import Any

import pytest

from database.bulk import insert, update
from database.session import capabilities, rows
from database.tracing import traced
from models.influencer import SocialAccount
from models.participation import Participation, Post
from resolvers.ids import encode
from tests import data
from tests.engine import SERVICE, mutate
from workflow.enums import ParticipationStatus, Platform

MARKED = """
    campaign { placesTaken }
    results {
        outcome candidateStatus
        candidate { status influencer { name } events { totalCount nodes { action } } }
        participation { status requiredAction { type } selectedAccount { handle } }
    }
"""
CHANGED = "summary { changed } results { outcome participation { id status } error { code } }"
DECIDED = "results { outcome participation { status influencer { name accounts { handle } } } }"


@pytest.fixture
def statements(caplog: pytest.LogCaptureFixture) -> Generator[Callable[[], int]]:
    """Count and forget the statements that were run, beside BEGIN and COMMIT.

    Those of `database/statement.py` are traced, Tortoise logs all others.
    """
    caplog.set_level(logging.DEBUG, logger="tortoise.db_client")
    with traced() as trace:

        def count() -> int:
            found = len(trace.statements) + len(caplog.records)
            trace.statements.clear()
            caplog.clear()
            return found

        yield count


async def test_marking_a_thousand_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    people = await data.crowd(1_000)
    counts = list[int]()
    for some in (people[:2], people):
        campaign = await data.campaign(capacity=5_000)
        ids = [encode("Influencer", person) for person in some]
        statements()
        payload = await mutate(
            "markJoined", MARKED, campaignId=encode("Campaign", campaign.pk), influencerIds=ids
        )
        counts.append(statements())
        all_changed(payload, len(some))
        assert payload["campaign"]["placesTaken"] == len(some)
    assert counts[0] == counts[1] > 0


async def test_giving_a_thousand_codes_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    people = await data.crowd(1_000)
    for some in (people[:2], people):
        codes = [f"C{number}" for number in range(len(some))]
        campaign = await data.referral_campaign(*codes)
        ids = [encode("Influencer", person) for person in some]
        statements()
        payload = await mutate(
            "markJoined", CHANGED, campaignId=encode("Campaign", campaign.pk), influencerIds=ids
        )
        assert statements() == expected_statements()
        all_changed(payload, len(some))
        parts = await Participation.filter(campaign=campaign).prefetch_related("referral_code")
        given = {part.influencer_id: part.referral_code for part in parts}
        assert [(code := given[person]) and code.code for person in some] == codes


async def test_adding_ten_thousand_codes_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    campaign = encode("Campaign", (await data.referral_campaign()).pk)
    counts = list[int]()
    for codes in (["A", "B"], [f"C{number}" for number in range(10_000)]):
        statements()
        payload = await mutate("addReferralCodes", "added", campaignId=campaign, codes=codes)
        counts.append(statements())
        assert payload == {"added": len(codes)}
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("size", [1, 500])
async def test_marking_takes_three_statements(db: str, statements: Callable[[], int], size: int):
    people = await data.crowd(size)
    campaign = encode("Campaign", (await data.campaign(capacity=5_000)).pk)
    ids = [encode("Influencer", person) for person in people]
    statements()
    payload = await mutate("markJoined", CHANGED, campaignId=campaign, influencerIds=ids)
    assert statements() == expected_statements()
    all_changed(payload, size)


@pytest.mark.parametrize("size", [1, 500])
async def test_deciding_takes_three_statements(db: str, statements: Callable[[], int], size: int):
    parts = await participations(await data.crowd(size), "APPLIED")
    ids = [encode("Participation", part) for part in parts]
    statements()
    payload = await mutate("setApplicantStatus", CHANGED, participationIds=ids, status="APPROVED")
    assert statements() == expected_statements()
    all_changed(payload, size)


def expected_statements() -> int:
    """What locks, what reads and what writes, which on SQLite is each part by itself.

    What the payload tells of the participations is what was written.
    """
    return 3 if capabilities().dialect == "postgres" else 7


async def test_hiding_from_a_thousand_takes_no_more_statements_than_from_two(
    db: str, statements: Callable[[], int]
):
    people = await data.crowd(1_000)
    counts = list[int]()
    for some in (people[:2], people[2:]):
        campaign = await data.campaign()
        for availability in ("AVAILABLE", "UNAVAILABLE"):
            ids = [encode("Influencer", person) for person in some]
            statements()
            payload = await mutate(
                "setAvailability",
                "results { outcome candidate { status } }",
                campaignId=encode("Campaign", campaign.pk),
                influencerIds=ids,
                availability=availability,
            )
            counts.append(statements())
            all_changed(payload, len(some))
    assert counts[:2] == counts[2:]


async def test_erasing_who_takes_part_in_a_thousand_takes_no_more_statements_than_in_two(
    db: str, statements: Callable[[], int]
):
    counts = list[int]()
    for size in (2, 1_000):
        person = await data.influencer((Platform.INSTAGRAM, 10))
        await takes_part_in(size, person.pk)
        statements()
        payload = await mutate(
            "eraseInfluencer",
            "removed { status campaign { title } } userErrors { code }",
            influencerId=encode("Influencer", person.pk),
            reason="why",
        )
        counts.append(statements())
        assert len(payload["removed"]) == size / 2
    assert counts[0] == counts[1] > 0


async def takes_part_in(size: int, person: int) -> None:
    """Make an influencer `WAITING` in half of these campaigns, and `JOINED` in the others."""
    await rows(
        """INSERT INTO campaign (title, title_key, brand, search_key, description, hashtags,
            mentions, type, status, post_tracking, platforms, countries, categories, category_mask,
            category_overflow, places_taken, created_at, updated_at)
        SELECT 't', 't', 'b', 't', '', '[]', '[]', 'SOCIAL', 'ONGOING', true, 1, '', '[]', 0, '',
            0, :now::timestamptz, :now::timestamptz
        FROM unnest(:numbers::bigint[]) AS j(value) WHERE true""",
        now=data.NOW,
        numbers=list(range(size)),
    )
    found = await rows("SELECT id FROM campaign ORDER BY id DESC LIMIT :size", size=size)
    statuses = ["WAITING", "JOINED"]
    given: list[dict[str, Any]] = [
        {
            "campaign_id": key,
            "influencer_id": person,
            "status": statuses[place % 2],
            "selected_platforms": 0,
            "origin": "FORCED",
            "round": 1,
            "version": 1,
            "followers": 10,
            "created_at": data.NOW,
            "updated_at": data.NOW,
        }
        for place, [key] in enumerate(found)
    ]
    parts = await insert(Participation, given)
    joined = [
        post_of(part, one["campaign_id"])
        for part, one in zip(parts, given, strict=True)
        if one["status"] == "JOINED"
    ]
    await insert(Post, joined)


@pytest.mark.parametrize(
    ("field", "source", "given"),
    [
        ("setApplicantStatus", "APPLIED", {"status": "APPROVED"}),
        ("reopenApplications", "REJECTED", {"reason": "why"}),
        ("removeParticipants", "WAITING", {"reason": "why"}),
    ],
)
async def test_deciding_a_thousand_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int], field: str, source: str, given: dict[str, Any]
):
    people = await data.crowd(1_000)
    parts = await participations(people, source)
    counts = list[int]()
    for some in (parts[:2], parts[2:]):
        ids = [encode("Participation", part) for part in some]
        statements()
        payload = await mutate(field, DECIDED, participationIds=ids, **given)
        counts.append(statements())
        all_changed(payload, len(some))
    assert counts[0] == counts[1] > 0


async def test_judging_a_thousand_posts_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    parts = await participations(await data.crowd(1_000), "APPROVED")
    campaign = (await Participation.get(id=parts[0])).campaign_id
    posts = await insert(Post, [post_of(part, campaign) for part in parts])
    counts = list[int]()
    for some in (posts[:2], posts[2:]):
        ids = [encode("Post", post) for post in some]
        statements()
        payload = await mutate(
            "setPostStatus", "results { outcome post { status } }", postIds=ids, status="APPROVED"
        )
        counts.append(statements())
        all_changed(payload, len(some))
    assert counts[0] == counts[1] > 0


async def test_recording_a_thousand_posts_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    people = await data.crowd(1_000)
    parts = await participations(people, "APPROVED")
    accounts = dict(await SocialAccount.all().values_list("influencer_id", "id"))
    await update(
        Participation,
        [
            {"id": part, "selected_account_id": accounts[person]}
            for part, person in zip(parts, people, strict=True)
        ],
    )
    counts = list[int]()
    for start, some in ((0, parts[:2]), (2, parts[2:])):
        posts: list[dict[str, Any]] = []
        for number, part in enumerate(some, start):
            url = f"https://www.instagram.com/p/{number}"
            by_account = {"platform": "INSTAGRAM", "accountExternalId": f"crowd-{people[number]}"}
            by_id = {"participationId": encode("Participation", part)}
            posts.append({"url": url, **(by_account if number % 2 else by_id)})
        statements()
        payload = await mutate(
            "recordPosts", "results { outcome posts { status } }", SERVICE, posts=posts
        )
        counts.append(statements())
        all_changed(payload, len(some))
    assert counts[0] == counts[1] > 0


async def test_recording_a_thousand_findings_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    parts = await participations(await data.crowd(1_000), "APPROVED")
    campaign = (await Participation.get(id=parts[0])).campaign_id
    posts = await insert(Post, [post_of(part, campaign) for part in parts])
    counts = list[int]()
    for some in (posts[:2], posts[2:]):
        findings = [
            {
                "postId": encode("Post", post),
                "finding": "AD_FRAUD",
                "observedAt": data.NOW.isoformat(),
            }
            for post in some
        ]
        statements()
        payload = await mutate(
            "recordFindings", "results { outcome post { status } }", SERVICE, findings=findings
        )
        counts.append(statements())
        all_changed(payload, len(some))
    assert counts[0] == counts[1] > 0


def all_changed(payload: dict[str, Any], size: int) -> None:
    assert [result["outcome"] for result in payload["results"]] == ["CHANGED"] * size


async def participations(people: list[int], status: str) -> list[int]:
    """A participation of each in one Selection campaign."""
    campaign = await data.campaign(selection=True, capacity=5_000)
    return await insert(
        Participation,
        [
            {
                "campaign_id": campaign.pk,
                "influencer_id": person,
                "status": status,
                "selected_platforms": 0,
                "origin": "SELF",
                "round": 1,
                "version": 1,
                "followers": 10,
                "created_at": data.NOW,
                "updated_at": data.NOW,
            }
            for person in people
        ],
    )


def post_of(part: int, campaign: int) -> dict[str, Any]:
    return {
        "campaign_id": campaign,
        "participation_id": part,
        "url": f"https://www.instagram.com/p/{part}",
        "url_digest": f"{part}",
        "status": "SUBMITTED",
        "round": 1,
        "submitted_at": data.NOW,
        "updated_at": data.NOW,
    }


async def test_upserting_a_thousand_takes_no_more_statements_than_two(
    db: str, statements: Callable[[], int]
):
    waits = await data.campaign()
    for number in (0, 1, 2):
        person = await data.influencer(external_id=f"known-{number}")
        await data.participation(waits, person, ParticipationStatus.WAITING)

    async def upsert(known: list[int], new: range) -> int:
        names = [f"known-{number}" for number in known] + [f"new-{number}" for number in new]
        influencers = [
            {
                "externalId": name,
                "name": name,
                "categories": ["Food"],
                "accounts": [
                    {"platform": platform, "externalId": name, "handle": name, "followers": 9}
                    for platform in ("INSTAGRAM", "YOUTUBE")
                ],
            }
            for name in names
        ]
        statements()
        payload = await mutate(
            "upsertInfluencers",
            "created updated advanced { id } influencers { name accounts { handle } }",
            influencers=influencers,
        )
        assert (payload["created"], payload["updated"]) == (len(new), len(known))
        assert len(payload["advanced"]) == len(known)
        return statements()

    await upsert([0], range(1))  # names the category
    assert await upsert([1], range(1, 2)) == await upsert([2], range(2, 1_001)) > 0
