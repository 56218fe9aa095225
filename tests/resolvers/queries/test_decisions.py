"""`ParticipationEvent.decision`: the facts on which an event was decided, for staff."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from database.session import connection, rows
from delivery.selections import Selections
from delivery.sequencer import catch_up
from models.campaign import Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from resolvers.ids import encode
from schema import schema
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, SERVICE, STAFF, answer, creator, gids, mutate
from workflow.enums import (
    Action,
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    Platform,
    PostStatus,
)

DECISION = """decision {
  rule campaignType affiliateKind selection postTracking campaignStatus campaignPlatforms
  unavailableReasons availabilityOverride deadlinePassed placesLeft codesLeft
  relevantCount qualifyingCount accounts { account { id handle } followers qualifies }
  origin selectionWasLost hasLivePost selectedAccount { id } selectedPlatforms availability
  post { platform from fromWarning to toWarning urlIsTaken } }"""
FEED = f"{{ participationEvents {{ nodes {{ id action {DECISION} }} }} }}"
MARKED = f"""results {{ outcome error {{ code }} participation {{
  events {{ nodes {{ id {DECISION} }} }} }} }}"""


async def decisions() -> list[dict[str, Any] | None]:
    """Those of all events, in the order in which they happened."""
    found = await answer(FEED)
    return [event["decision"] for event in found["participationEvents"]["nodes"]]


async def last() -> dict[str, Any]:
    decision = (await decisions())[-1]
    assert decision is not None
    return decision


async def mark(campaign: Campaign, *people: Influencer, dry: bool = False) -> list[Any]:
    payload = await mutate(
        "markJoined",
        MARKED,
        dry=dry,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", *people),
    )
    return payload["results"]


async def accounts_of(person: Influencer) -> list[SocialAccount]:
    return await SocialAccount.filter(influencer_id=person.pk).order_by("id")


def part_of(decision: Mapping[str, Any], *names: str) -> list[Any]:
    return [decision[name] for name in names]


async def test_a_forced_join_keeps_all_that_decided_it(db: str):
    campaign = await data.campaign(selection=True, capacity=3, places_taken=1, followers_min=50)
    person = await data.influencer(
        (Platform.INSTAGRAM, 40), (Platform.TIKTOK, 60), (Platform.LINE, 9_999)
    )
    small, large, _ = await accounts_of(person)

    [marked] = await mark(campaign, person)
    await SocialAccount.filter(influencer_id=person.pk).update(followers=1, handle="new")
    await Campaign.filter(id=campaign.pk).update(capacity=None, status=CampaignStatus.COMPLETED)

    kept = await last()
    assert kept == {
        "rule": "MARK_JOINED_TO_APPROVED",
        "campaignType": "SOCIAL",
        "affiliateKind": None,
        "selection": True,
        "postTracking": True,
        "campaignStatus": "ONGOING",
        "campaignPlatforms": ["INSTAGRAM", "TIKTOK"],
        "unavailableReasons": [],
        "availabilityOverride": None,
        "deadlinePassed": False,
        "placesLeft": 2,
        "codesLeft": None,
        "relevantCount": 2,
        "qualifyingCount": 1,
        "accounts": [
            {"account": account_now(large), "followers": 60, "qualifies": True},
            {"account": account_now(small), "followers": 40, "qualifies": False},
        ],
        "origin": None,
        "selectionWasLost": False,
        "hasLivePost": False,
        "selectedAccount": {"id": encode("SocialAccount", large.pk)},
        "selectedPlatforms": [],
        "availability": None,
        "post": None,
    }
    [told] = marked["participation"]["events"]["nodes"]
    assert told["decision"]["rule"] == kept["rule"]


def account_now(account: SocialAccount) -> dict[str, str]:
    return {"id": encode("SocialAccount", account.pk), "handle": "new"}


async def test_places_and_codes_are_those_left_by_the_items_before(db: str):
    campaign = await data.referral_campaign("A", "B", "C", capacity=5)
    people = [await data.influencer((Platform.TIKTOK, 10)) for _ in range(3)]
    waits = await data.influencer()

    await mark(campaign, people[0], waits, *people[1:])

    left = [part_of(one or {}, "placesLeft", "codesLeft", "rule") for one in await decisions()]
    assert left == [
        [5, 3, "MARK_JOINED_TO_JOINED"],
        [4, None, "MARK_JOINED_TO_WAITING"],
        [4, 2, "MARK_JOINED_TO_JOINED"],
        [3, 1, "MARK_JOINED_TO_JOINED"],
    ]


async def test_a_trial_run_shows_what_would_be_kept_and_keeps_nothing(db: str):
    campaign, person = await data.campaign(), await data.influencer((Platform.TIKTOK, 10))

    [tried] = await mark(campaign, person, dry=True)
    [done] = await mark(campaign, person)

    [event], [real] = (one["participation"]["events"]["nodes"] for one in (tried, done))
    assert "preview:" in event["id"]
    assert event["decision"] == real["decision"]
    assert real["decision"]["rule"] == "MARK_JOINED_TO_JOINED"
    assert await ParticipationEvent.all().count() == 1


async def test_an_override_is_kept_as_it_was_and_as_it_became(db: str):
    campaign = await data.campaign(countries=["TH"])
    person = await data.influencer((Platform.TIKTOK, 10), country="JP")
    for availability in ("AVAILABLE", "UNAVAILABLE", None):
        await mutate(
            "setAvailability",
            "userErrors { code }",
            campaignId=encode("Campaign", campaign.pk),
            influencerIds=gids("Influencer", person),
            availability=availability,
        )

    names = ("availabilityOverride", "availability", "unavailableReasons", "qualifyingCount")
    assert [part_of(one or {}, *names) for one in await decisions()] == [
        [None, "AVAILABLE", ["COUNTRY"], 1],
        ["AVAILABLE", "UNAVAILABLE", [], 1],
        ["UNAVAILABLE", None, ["HIDDEN_BY_STAFF"], 1],
    ]


async def test_an_account_that_moves_somebody_on_is_kept_whoever_connects_it(db: str):
    campaign = await data.campaign(capacity=1)
    person = await data.influencer(external_id="them")
    await mark(campaign, person)

    account = {"platform": "TIKTOK", "externalId": "1", "handle": "h", "followers": 77}
    given = {"externalId": "them", "name": "them", "accounts": [account]}
    await mutate("upsertInfluencers", "userErrors { code }", influencers=[given])

    waited, moved = await decisions()
    assert waited is not None
    assert part_of(waited, "relevantCount", "placesLeft") == [0, 1]
    assert moved is not None
    assert part_of(moved, "rule", "origin") == ["CONNECT_ACCOUNT_TO_JOINED", "FORCED"]
    [shown] = moved["accounts"]
    assert shown["followers"] == 77
    assert shown["account"]["id"] == moved["selectedAccount"]["id"]
    event = await ParticipationEvent.all().order_by("-id").first()
    assert event is not None
    assert event.actor_role == "SYSTEM"


async def test_social_media_that_were_selected_are_kept(db: str):
    campaign = await data.campaign(type=CampaignType.AFFILIATE, post_tracking=False)
    person = await data.influencer()
    part = await data.participation(campaign, person, ParticipationStatus.JOINED)

    gid = encode("Participation", part.pk)
    await mutate("selectSocialMedia", "outcome", participationId=gid, platforms=["TIKTOK"])

    names = ("rule", "campaignType", "affiliateKind", "postTracking", "selectedPlatforms")
    assert part_of(await last(), *names) == [
        "SELECT_SOCIAL_MEDIA",
        "AFFILIATE",
        "URL_TRACKING",
        False,
        ["TIKTOK"],
    ]


async def joined() -> tuple[Participation, Influencer]:
    person = await data.influencer((Platform.TIKTOK, 10))
    campaign = await data.campaign()
    return await data.participation(campaign, person, ParticipationStatus.JOINED), person


async def test_a_post_is_kept_with_its_status_before_and_after(db: str):
    part, person = await joined()
    url = "https://www.tiktok.com/@a/video/1"
    gid = encode("Participation", part.pk)
    await mutate("submitPost", "outcome", creator(person.pk), url=url, participationId=gid)
    post = await Post.get(participation_id=part.pk)
    found = {"postId": encode("Post", post.pk), "observedAt": NOW.isoformat()}
    await mutate("recordFindings", OUTCOME, SERVICE, findings=[{**found, "finding": "AD_FRAUD"}])
    await review(post, "WARNING", warning="OTHER", reason="look")
    await mutate(
        "recordPosts", OUTCOME, SERVICE, posts=[{"participationId": gid, "url": f"{url}2"}]
    )

    kept = [(one or {})["post"] for one in await decisions()]
    names = ("platform", "from", "fromWarning", "to", "toWarning")
    assert [part_of(one, *names) for one in kept] == [
        ["TIKTOK", None, None, "SUBMITTED", None],
        [None, "SUBMITTED", None, "WARNING", "AD_FRAUD"],
        [None, "WARNING", "AD_FRAUD", "WARNING", "OTHER"],
        ["TIKTOK", None, None, "SUBMITTED", None],
    ]
    assert [(one or {})["rule"] for one in await decisions()] == [
        "SUBMIT_POST",
        "RECORD_FINDING",
        "SET_POST_STATUS",
        "RECORD_POST",
    ]


OUTCOME = "results { outcome }"


async def review(post: Post, status: str, **given: Any) -> None:
    ids = gids("Post", post)
    payload = await mutate("setPostStatus", OUTCOME, postIds=ids, status=status, **given)
    assert payload["results"] == [{"outcome": "CHANGED"}]


async def test_a_post_that_lost_its_url_says_so(db: str):
    part, _ = await joined()
    url = "https://www.tiktok.com/@a/video/1"
    dead = await data.post(part, PostStatus.WARNING, warning="DELETED_POST", reason="x", url=url)
    await data.post(part, url=url)

    await review(dead, "WARNING", warning="DELETED_POST", reason="another")

    decision = await last()
    assert decision["post"]["urlIsTaken"] is True
    assert decision["hasLivePost"] is True


async def test_it_is_for_staff_alone(db: str):
    campaign, person = await data.campaign(), await data.influencer((Platform.TIKTOK, 10))
    await mark(campaign, person)
    event = await ParticipationEvent.get(campaign_id=campaign.pk)
    query = "query($id: ID!) { node(id: $id) { ... on ParticipationEvent { decision { rule } } } }"

    seen = {
        caller.role: (await answer(query, caller, id=encode("ParticipationEvent", event.pk)))[
            "node"
        ]
        for caller in (STAFF, ADVERTISER, creator(person.pk))
    }

    assert seen == {
        "STAFF": {"decision": {"rule": "MARK_JOINED_TO_JOINED"}},
        "ADVERTISER": {"decision": None},
        "INFLUENCER": {"decision": None},
    }


async def test_what_was_decided_before_it_was_kept_or_is_not_read_here_has_none(db: str):
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.WAITING
    )
    await data.event(part, Action.MARK_JOINED)
    await data.event(part, Action.REMOVE, decision="[99,1]")

    assert await decisions() == [None, None]


async def test_an_erasure_has_none_and_leaves_those_of_before(db: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((Platform.TIKTOK, 10), name="Aiko")
    [account] = await accounts_of(person)
    them = creator(person.pk)
    await mutate("apply", "outcome", them, campaignId=encode("Campaign", campaign.pk))
    [before] = await decisions()

    gid = encode("Influencer", person.pk)
    await mutate("eraseInfluencer", "userErrors { code }", influencerId=gid, reason="asked for")

    applied, erased = await decisions()
    assert before is not None
    assert applied == before | {
        "accounts": [
            {
                "account": {"id": encode("SocialAccount", account.pk), "handle": "Erased"},
                "followers": 10,
                "qualifies": True,
            }
        ]
    }
    assert erased is None


async def test_it_names_nobody_and_is_small(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.TIKTOK, 123_456), (Platform.INSTAGRAM, 654_321))
    for _ in range(12):
        await data.account(person, Platform.TIKTOK, 99_999_999)
    await mark(campaign, person)

    [(receipt,)] = await rows("SELECT decision FROM participation_event")
    numbers = orjson.loads(receipt)
    assert all(value is None or type(value) is int for value in numbers)
    assert len(receipt) < 400
    if connection().capabilities.dialect == "postgres":
        [(size,)] = await rows("SELECT pg_column_size(decision) FROM participation_event")
        assert size < 400


async def test_webhooks_and_the_feed_read_it_as_well(db: str):
    campaign, person = await data.campaign(), await data.influencer((Platform.TIKTOK, 10))
    await mark(campaign, person)
    await catch_up()
    [(position,)] = await rows("SELECT position FROM feed")
    selection = "{ event { decision { rule accounts { account { id } followers } } } }"
    selections = Selections(schema)

    assert selections.problem_of(selection) is None
    payload = orjson.loads((await selections.render(selection, [position]))[position])

    [account] = await accounts_of(person)
    told = payload["data"]["participationChanged"]["event"]["decision"]
    assert told == {
        "rule": "MARK_JOINED_TO_JOINED",
        "accounts": [{"account": {"id": encode("SocialAccount", account.pk)}, "followers": 10}],
    }


async def test_a_deadline_and_a_disconnected_account_are_kept(db: str):
    campaign = await data.campaign(application_deadline=NOW - timedelta(days=1))
    person = await data.influencer((Platform.TIKTOK, 10), (Platform.INSTAGRAM, 20))
    lost, other = await accounts_of(person)
    part = await data.participation(
        campaign, person, ParticipationStatus.JOINED, selected_account_id=lost.pk
    )
    await SocialAccount.filter(id=lost.pk).update(disconnected_at=NOW)

    await mutate(
        "selectAccount",
        "outcome",
        creator(person.pk),
        participationId=encode("Participation", part.pk),
        accountId=encode("SocialAccount", other.pk),
    )

    names = ("rule", "deadlinePassed", "selectionWasLost", "relevantCount")
    assert part_of(await last(), *names) == ["SELECT_ACCOUNT_AGAIN", True, True, 1]
