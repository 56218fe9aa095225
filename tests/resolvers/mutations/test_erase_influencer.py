"""`eraseInfluencer`: the personal data are deleted, and the history stays."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tortoise.models import Model

from models.campaign import AvailabilityOverride
from models.influencer import Influencer, InfluencerSearch, SocialAccount, erased_id
from models.participation import Participation, ParticipationEvent, Post
from models.webhook import Delivery, DeliveryStatus
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.engine import (
    ADVERTISER,
    SERVICE,
    answer,
    creator,
    execute,
    gids,
    mutate,
    operation,
    refusal,
)
from workflow.enums import (
    Action,
    CampaignStatus,
    ParticipationStatus,
    Platform,
    PostStatus,
    Role,
)

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
STATUS = ParticipationStatus
REMOVED_FROM = {STATUS.WAITING, STATUS.APPLIED, STATUS.REVIEWING}
PAYLOAD = """isDryRun influencer { id name externalId email country categories avatarUrl followers
    accounts { id } } removed { id status version } userErrors { code field }"""
LATER = data.NOW + timedelta(hours=1)


async def erased(person: Influencer, reason: str = "asked for", **more: Any) -> dict[str, Any]:
    gid = encode("Influencer", person.pk)
    return await mutate("eraseInfluencer", PAYLOAD, influencerId=gid, reason=reason, **more)


async def values(model: type[Model], **where: Any) -> list[dict[str, Any]]:
    """The rows, with all columns, in the order in which they were made."""
    key = model._meta.pk_attr  # pyright: ignore[reportPrivateUsage]
    return [dict(row) for row in await model.filter(**where).order_by(key).values()]


async def test_nothing_of_the_person_is_left_in_their_profile(db: str):
    person = await data.influencer(
        (INSTAGRAM, 500),
        disconnected=(TIKTOK,),
        name="Mika Satō",
        avatar_url="https://example.com/mika.png",
        categories=["Food"],
    )

    payload = await erased(person)

    assert payload == {
        "isDryRun": False,
        "influencer": {
            "id": encode("Influencer", person.pk),
            "name": "Erased",
            "externalId": erased_id(person.external_id),
            "email": None,
            "country": None,
            "categories": [],
            "avatarUrl": None,
            "followers": 0,
            "accounts": [],
        },
        "removed": [],
        "userErrors": [],
    }
    [row] = await values(Influencer)
    assert (row["erased_by"], row["erased_reason"]) == ("staff-1", "asked for")
    assert row["erased_at"] == row["updated_at"] == data.NOW
    assert row["created_at"] == data.NOW
    assert (row["platforms"], row["multi"], row["f1"]) == (0, False, None)
    assert [row["text"] for row in await values(InfluencerSearch)] == ["erased"]


async def test_accounts_are_disconnected_and_stay_where_they_were_selected(db: str):
    person = await data.influencer((INSTAGRAM, 500), disconnected=(TIKTOK,))
    [before, gone] = await values(SocialAccount)
    part = await data.participation(
        await data.campaign(), person, STATUS.JOINED, selected_account_id=before["id"]
    )

    await erased(person)

    [row, other] = await values(SocialAccount)
    for each, was in ((row, before), (other, gone)):
        assert (each["handle"], each["handle_key"], each["followers"]) == ("Erased", "erased", 0)
        assert each["external_id"] == f"erased:{each['id']}"
        assert each["disconnected_at"] == data.NOW
        for column in ("platform", "connected_at", "influencer_id"):
            assert each[column] == was[column]
    await part.refresh_from_db()
    assert (part.selected_account_id, part.followers) == (before["id"], 0)


@pytest.mark.parametrize("status", STATUS)
@pytest.mark.parametrize("of_campaign", CampaignStatus)
async def test_who_is_undecided_leaves_and_who_is_in_keeps_the_place(
    db: str, status: ParticipationStatus, of_campaign: CampaignStatus
):
    campaign = await data.campaign(selection=status not in (STATUS.WAITING, STATUS.JOINED))
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(campaign, person, status, version=3)
    await type(campaign).filter(id=campaign.pk).update(status=of_campaign)
    await campaign.refresh_from_db()

    payload = await erased(person, "asked for")

    leaves = status in REMOVED_FROM
    gid = encode("Participation", part.pk)
    left = [{"id": gid, "status": "REMOVED", "version": 4}] if leaves else []
    assert payload["removed"] == left
    now = await Participation.get(id=part.pk)
    assert now.status == (STATUS.REMOVED if leaves else status)
    assert (now.round, now.origin, now.version) == (part.round, part.origin, 3 + leaves)
    again = await type(campaign).get(id=campaign.pk)
    assert again.places_taken == campaign.places_taken
    events = await values(ParticipationEvent)
    told = ("action", "from_status", "to_status", "actor_role", "actor_id", "actor_name", "reason")
    removal = ("ERASE", status, "REMOVED", "SYSTEM", "joinery", None, "asked for")
    assert [tuple(e[column] for column in told) for e in events] == ([removal] if leaves else [])


async def test_what_happened_stays_in_the_history_without_texts_and_the_name(db: str):
    person, other = await data.influencer(), await data.influencer()
    campaign = await data.campaign()
    part = await data.participation(campaign, person, STATUS.JOINED)
    neighbour = await data.participation(campaign, other, STATUS.JOINED)
    own = {"actor_role": Role.INFLUENCER, "actor_id": encode("Influencer", person.pk)}
    await data.event(part, Action.MARK_JOINED, reason="an old friend", message="hello Mika")
    await data.event(part, Action.SET_AVAILABILITY, reason="Mika asked", message=None)
    await data.event(part, Action.WITHDRAW, actor_name="Mika", reason="I moved", **own)
    await data.event(neighbour, Action.MARK_JOINED)
    before = await values(ParticipationEvent)

    await erased(person)

    blank = {"reason": None, "message": None}
    after = await values(ParticipationEvent)
    assert after == [
        before[0] | blank,
        before[1] | blank,
        before[2] | blank | {"actor_name": None},
        before[3],
    ]


async def test_a_post_keeps_an_address_without_the_name_which_stays_taken(db: str):
    url, odd = "https://x.com/mika/status/17", "https://x.com/mika/odd/address?of=mika"
    campaign, person = await data.campaign(platforms=[Platform.X]), await data.influencer()
    part = await data.participation(campaign, person, STATUS.JOINED)
    texts = {"reason": "Mika, mind the tag", "decided_reason": "Mika, mind the tag"}
    for each in (url, odd):
        await data.post(part, PostStatus.EFFECTIVE, url=each, **texts)
    before = await values(Post)

    await erased(person)

    blank = {"reason": None, "decided_reason": None}
    assert await values(Post) == [
        before[0] | blank | {"url": "https://x.com/i/web/status/17"},
        before[1] | blank | {"url": "https://x.com/"},
    ]
    thief = await data.influencer()
    theirs = await data.participation(campaign, thief, STATUS.JOINED)
    for each in (url, "https://twitter.com/i/status/17", odd):
        refused = await mutate(
            "submitPost",
            "userErrors { code }",
            creator(thief.pk),
            participationId=encode("Participation", theirs.pk),
            url=each,
        )
        assert refused["userErrors"] == [{"code": "URL_IN_USE"}]


async def test_staff_still_decide_posts_whose_addresses_are_no_longer_known(db: str):
    """Two such posts of one campaign, of which only the platform is left, do not conflict."""
    campaign, person = await data.campaign(platforms=[Platform.X]), await data.influencer()
    part = await data.participation(campaign, person, STATUS.JOINED)
    posts = [
        await data.post(part, PostStatus.EFFECTIVE, url=f"https://x.com/mika/odd/{name}")
        for name in ("one", "other")
    ]
    await erased(person)
    kept = [post.url_digest for post in posts]
    changes: list[dict[str, Any]] = [
        {"status": "WARNING", "warning": "DELETED_POST"},
        {"status": "EFFECTIVE"},
    ]
    for change in changes:
        payload = await mutate(
            "setPostStatus",
            "results { outcome }",
            postIds=gids("Post", *posts),
            reason="seen",
            **change,
        )
        assert payload["results"] == [{"outcome": "CHANGED"}] * 2
        assert [row["url_digest"] for row in await values(Post)] == kept


TABS = """query($campaign: ID!, $person: ID!, $external: [String!], $search: String) {
    influencers(filter: { search: $search }) { totalCount }
    known: influencers(filter: { externalIds: $external }) { totalCount }
    campaign(id: $campaign) {
        candidates(filter: { search: $search }) { totalCount }
        candidate(influencerId: $person) { id }
        candidateCounts { status count exact }
        applicants(filter: { search: $search }) { totalCount }
        posts(filter: { search: $search }) { totalCount }
    }
}"""


async def test_who_is_erased_is_on_no_select_tab_and_in_no_search(db: str):
    campaign = await data.campaign(selection=True)
    open_to_all = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10), name="Mika Sato")
    await data.influencer((INSTAGRAM, 10), name="Mika Mori")
    await data.participation(campaign, person, STATUS.APPROVED)
    await data.override(open_to_all, person, "AVAILABLE")

    async def shown(search: str | None) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {
            "external": [person.external_id],
            "person": encode("Influencer", person.pk),
        }
        return [
            await answer(TABS, search=search, campaign=encode("Campaign", of.pk), **asked)
            for of in (campaign, open_to_all)
        ]

    [before, _] = await shown("Sato")
    assert before["campaign"]["applicants"] == before["campaign"]["posts"] == {"totalCount": 1}
    assert before["influencers"] == before["known"] == {"totalCount": 1}
    await erased(person)
    for search in ("Sato", "Erased", "erased"):
        for each in await shown(search):
            assert each["influencers"] == each["known"] == {"totalCount": 0}
            for tab in ("candidates", "applicants", "posts"):
                assert each["campaign"][tab] == {"totalCount": 0}, (tab, search)
    [kept, open_one] = await shown(None)
    # The place is kept, so the row of the other tabs is there.
    assert kept["campaign"]["applicants"] == kept["campaign"]["posts"] == {"totalCount": 1}
    for each in (kept, open_one):
        assert each["campaign"]["candidate"] is None
        assert each["campaign"]["candidates"] == {"totalCount": 1}
        counts = {one["status"]: one["count"] for one in each["campaign"]["candidateCounts"]}
        assert {status: count for status, count in counts.items() if count} == {"AVAILABLE": 1}


async def test_erasing_again_changes_nothing_unless_something_came_in(db: str):
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(campaign, person, STATUS.WAITING)
    await erased(person, "first")
    tables = (Influencer, SocialAccount, Participation, ParticipationEvent, AvailabilityOverride)
    before = [await values(table) for table in tables]

    again = await erased(person, "second")

    assert (again["removed"], again["userErrors"]) == ([], [])
    assert again["influencer"]["name"] == "Erased"
    assert [await values(table) for table in tables] == before
    await data.event(part, Action.REMOVE, reason="written since", message="by mistake")
    await erased(person, "third")
    reasons = {row["action"]: row["reason"] for row in await values(ParticipationEvent)}
    assert reasons == {"ERASE": "first", "REMOVE": None}


@pytest.mark.parametrize("key", ["gid://joinery/Influencer/999", "gid://joinery/Campaign/1", ""])
async def test_who_is_not_there_cannot_be_erased(db: str, key: str):
    payload = await mutate("eraseInfluencer", PAYLOAD, influencerId=key, reason="asked for")
    error = {"code": "NOT_FOUND", "field": ["input", "influencerId"]}
    assert payload == {"isDryRun": False, "influencer": None, "removed": [], "userErrors": [error]}


@pytest.mark.parametrize("reason", ["", " ", "\u200b"])
async def test_without_a_reason_nobody_is_erased(db: str, reason: str):
    person = await data.influencer()
    before = await values(Influencer)
    payload = await erased(person, reason)
    assert payload["userErrors"] == [{"code": "REASON_REQUIRED", "field": ["input", "reason"]}]
    assert await values(Influencer) == before


async def test_only_staff_erase(db: str):
    person = await data.influencer()
    text = """mutation($id: ID!) { eraseInfluencer(input: { influencerId: $id, reason: "why" })
        { isDryRun } }"""
    for caller in (ADVERTISER, SERVICE, creator(person.pk)):
        assert await refusal(text, caller, id=encode("Influencer", person.pk)) == "FORBIDDEN"
    assert await Influencer.filter(erased_at=None).count() == 1


async def test_an_upsert_of_the_external_id_is_refused_and_others_may_have_the_accounts(db: str):
    person = await data.influencer((INSTAGRAM, 10), external_id="mika@example.com")
    account = await SocialAccount.get(influencer_id=person.pk)
    await erased(person)
    claimed = {
        "platform": "INSTAGRAM",
        "externalId": account.external_id,
        "handle": account.handle,
        "followers": 5,
    }

    payload = await mutate(
        "upsertInfluencers",
        "created updated influencers { name } userErrors { code field message }",
        influencers=[
            {"externalId": "mika@example.com", "name": "Mika"},
            {"externalId": "erased:someone", "name": "Odd", "accounts": []},
            {"externalId": "new", "name": "New", "accounts": [claimed]},
        ],
    )

    assert (payload["created"], payload["updated"]) == (2, 0)
    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == (
        "INVALID_INPUT",
        ["input", "influencers", "0", "externalId"],
    )
    assert "has been erased, and stays so" in error["message"]
    assert (await Influencer.get(id=person.pk)).name == "Erased"
    connected = await SocialAccount.get(disconnected_at=None)
    assert (connected.external_id, connected.handle) == (account.external_id, account.handle)


@pytest.mark.parametrize("erased_before", [False, True])
async def test_calls_of_staff_on_who_is_erased_find_nobody(db: str, erased_before: bool):
    person, campaign = await data.influencer((INSTAGRAM, 10)), await data.campaign()
    if erased_before:
        await erased(person)
    payload = await mutate(
        "markJoined",
        "results { outcome error { code } }",
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=[encode("Influencer", person.pk)],
    )
    [result] = payload["results"]
    assert result["error"] == ({"code": "NOT_FOUND"} if erased_before else None)


CREATORS: Sequence[tuple[str, dict[str, Any]]] = [
    ("apply", {"campaignId": "Campaign"}),
    ("withdraw", {"participationId": "Participation"}),
    ("selectAccount", {"participationId": "Participation", "accountId": "SocialAccount"}),
    ("submitPost", {"participationId": "Participation", "url": "https://x.com/a/status/1"}),
    ("disconnectAccount", {"accountId": "SocialAccount"}),
    ("connectAccount", {"platform": "X", "externalId": "n", "handle": "mika", "followers": 1}),
]


@pytest.mark.parametrize(("field", "given"), CREATORS)
async def test_a_call_that_was_under_way_does_nothing_any_more(
    db: str, field: str, given: dict[str, Any]
):
    """The caller was accepted, and then erased while the call waited for the lock."""
    person, campaign = await data.influencer((INSTAGRAM, 10)), await data.campaign()
    part = await data.participation(campaign, person, STATUS.JOINED)
    account = await SocialAccount.get(influencer_id=person.pk)
    await erased(person)
    rows = {"Campaign": campaign, "Participation": part, "SocialAccount": account}
    ids = {kind: encode(kind, row.pk) for kind, row in rows.items()}
    tables = (Influencer, SocialAccount, Participation, ParticipationEvent, Post)
    before = [await values(table) for table in tables]
    variables = {"input": {name: ids.get(value, value) for name, value in given.items()}}
    context = Context(caller=creator(person.pk), clock=lambda: LATER, plain_accounts=True)

    response = await execute(operation(field, "outcome"), variables, context)

    [error] = response["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert [await values(table) for table in tables] == before


async def test_deliveries_keep_no_payload(db: str):
    person, other = await data.influencer((INSTAGRAM, 10)), await data.influencer((INSTAGRAM, 10))
    webhook, campaign = await data.webhook(), await data.campaign()
    for place, who in enumerate((person, other)):
        part = await data.participation(campaign, who, STATUS.JOINED)
        event = await data.event(part, Action.MARK_JOINED)
        text = f'{{"name":"{who.name}"}}'
        given = {"status": DeliveryStatus.FAILED, "payload": text, "last_error": "It failed."}
        await data.delivery(webhook, event, place + 1, **given)

    await erased(person)

    gone, kept = await Delivery.all().order_by("position")
    assert (gone.payload, gone.last_error, gone.is_erased) == (None, None, True)
    assert (kept.payload, kept.is_erased) == (f'{{"name":"{other.name}"}}', False)
    assert gone.status is DeliveryStatus.FAILED
