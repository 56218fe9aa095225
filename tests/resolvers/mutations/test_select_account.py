"""`selectAccount` and `withdraw`: what creators do with a participation of theirs."""

from typing import Any

import pytest

from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import STAFF, creator, mutate, operation, refusal
from workflow.enums import CampaignStatus, ParticipationStatus, Platform, PostStatus

INSTAGRAM, TIKTOK, YOUTUBE = Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE
WAITING = ParticipationStatus.WAITING
PAYLOAD = """
    outcome
    participation { status version selectedAccount { id platform } requiredAction { type } }
    userErrors { code message field }
"""


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def account_on(person: Influencer, platform: Platform) -> SocialAccount:
    return await SocialAccount.get(influencer_id=person.pk, platform=platform.number)


async def selected(
    person: Influencer, part: Participation | str, account: SocialAccount | str
) -> dict[str, Any]:
    return await mutate(
        "selectAccount",
        PAYLOAD,
        creator(person.pk),
        participationId=part if isinstance(part, str) else gid(part),
        accountId=account if isinstance(account, str) else gid(account),
    )


async def withdrawn(person: Influencer, part: Participation | str, **more: Any) -> dict[str, Any]:
    given = part if isinstance(part, str) else gid(part)
    return await mutate("withdraw", PAYLOAD, creator(person.pk), participationId=given, **more)


def refused(payload: dict[str, Any]) -> tuple[str, str]:
    """Code and field of the only refusal."""
    [error] = payload["userErrors"]
    assert payload["outcome"] == "REFUSED"
    _, *path = error["field"]
    return error["code"], ".".join(path)


@pytest.mark.parametrize(
    ("selection", "status", "places"), [(True, "APPLIED", 0), (False, "JOINED", 1)]
)
async def test_selecting_moves_on_who_waits(db: str, selection: bool, status: str, places: int):
    campaign = await data.campaign(selection=selection)
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    part = await data.participation(campaign, person, WAITING)
    payload = await selected(person, part, await account_on(person, TIKTOK))
    assert payload["outcome"] == "CHANGED"
    assert payload["participation"]["status"] == status
    assert payload["participation"]["version"] == 2
    assert payload["participation"]["selectedAccount"]["platform"] == "TIKTOK"
    await campaign.refresh_from_db()
    assert campaign.places_taken == places
    [event] = await ParticipationEvent.all()
    assert (event.action, event.from_status, event.to_status) == ("SELECT_ACCOUNT", WAITING, status)


async def test_selecting_again_changes_nothing_and_another_is_refused(db: str):
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    part = await data.participation(await data.campaign(), person, WAITING)
    await selected(person, part, await account_on(person, TIKTOK))
    payload = await selected(person, part, await account_on(person, TIKTOK))
    assert payload["outcome"] == "UNCHANGED"
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert refused(payload) == ("TRANSITION_NOT_ALLOWED", "participationId")
    assert await ParticipationEvent.all().count() == 1


async def test_a_lost_account_is_replaced_without_moving(db: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10), disconnected=(TIKTOK,))
    lost = await account_on(person, TIKTOK)
    part = await data.participation(
        campaign, person, ParticipationStatus.APPROVED, selected_account_id=lost.pk
    )
    payload = await selected(person, part, lost)
    assert refused(payload) == ("ACCOUNT_NOT_RELEVANT", "accountId")
    assert payload["participation"]["requiredAction"]["type"] == "SELECT_ACCOUNT"
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert payload["participation"]["status"] == "APPROVED"
    assert payload["participation"]["selectedAccount"]["platform"] == "INSTAGRAM"
    await campaign.refresh_from_db()
    assert campaign.places_taken == 1


async def test_accounts_and_participations_of_others_are_not_there(db: str):
    person = await data.influencer((INSTAGRAM, 10))
    other = await data.influencer((INSTAGRAM, 10))
    campaign = await data.campaign()
    mine = await data.participation(campaign, person, WAITING)
    theirs = await data.participation(campaign, other, WAITING)
    account = await account_on(person, INSTAGRAM)
    foreign = await account_on(other, INSTAGRAM)
    for given in (foreign, gid(campaign), "nonsense", "gid://joinery/SocialAccount/999999"):
        assert refused(await selected(person, mine, given)) == ("NOT_FOUND", "accountId")
    for given in (theirs, gid(campaign), "nonsense", "gid://joinery/Participation/999999"):
        payload = await selected(person, given, account)
        assert refused(payload) == ("NOT_FOUND", "participationId")
        assert payload["participation"] is None
        assert refused(await withdrawn(person, given)) == ("NOT_FOUND", "participationId")


async def test_accounts_are_judged_as_they_are_now(db: str):
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 500), (YOUTUBE, 500))
    part = await data.participation(await data.campaign(followers_min=100), person, WAITING)
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert refused(payload) == ("ACCOUNT_NOT_QUALIFYING", "accountId")
    payload = await selected(person, part, await account_on(person, YOUTUBE))
    assert refused(payload) == ("ACCOUNT_NOT_RELEVANT", "accountId")


async def test_rules_that_change_while_they_wait_move_nobody_but_decide(db: str):
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 20))
    campaign = await data.campaign(platforms=(INSTAGRAM,), followers_min=100)
    part = await data.participation(campaign, person, WAITING)
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert refused(payload) == ("ACCOUNT_NOT_QUALIFYING", "accountId")
    assert payload["participation"]["requiredAction"]["type"] == "CONNECT_ACCOUNT"
    changed = await mutate(
        "updateCampaign",
        "userErrors { code }",
        id=gid(campaign),
        followersMin=20,
        platforms=["INSTAGRAM", "TIKTOK"],
        countries=["TH"],  # hides it from them, but they take part already
    )
    assert changed["userErrors"] == []
    await part.refresh_from_db()
    assert part.status == WAITING
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert refused(payload) == ("ACCOUNT_NOT_QUALIFYING", "accountId")
    assert payload["participation"]["requiredAction"]["type"] == "SELECT_ACCOUNT"
    payload = await selected(person, part, await account_on(person, TIKTOK))
    assert payload["participation"]["status"] == "JOINED"


async def test_without_a_place_they_go_on_waiting_until_there_is_one(db: str):
    person = await data.influencer((INSTAGRAM, 10))
    campaign = await data.campaign(capacity=0)
    part = await data.participation(campaign, person, WAITING)
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert refused(payload) == ("CAPACITY_REACHED", "participationId")
    assert payload["participation"]["status"] == "WAITING"
    await mutate("updateCampaign", "userErrors { code }", id=gid(campaign), capacity=1)
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert payload["participation"]["status"] == "JOINED"


@pytest.mark.parametrize("status", [CampaignStatus.COMPLETED, CampaignStatus.CANCELLED])
async def test_nothing_moves_in_a_closed_campaign(db: str, status: CampaignStatus):
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(await data.campaign(status=status), person, WAITING)
    payload = await selected(person, part, await account_on(person, INSTAGRAM))
    assert refused(payload) == ("CAMPAIGN_CLOSED", "participationId")
    assert refused(await withdrawn(person, part)) == ("CAMPAIGN_CLOSED", "participationId")


async def test_withdrawing_gives_the_place_back_and_tells_why(db: str):
    campaign = await data.campaign(capacity=1)
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(campaign, person, ParticipationStatus.JOINED)
    payload = await withdrawn(person, part, reason="  No time  ")
    assert payload["outcome"] == "CHANGED"
    assert payload["participation"]["status"] == "REMOVED"
    await campaign.refresh_from_db()
    assert campaign.places_taken == 0
    [event] = await ParticipationEvent.all()
    assert (event.action, event.reason, event.occurred_at) == ("WITHDRAW", "No time", NOW)
    assert (await withdrawn(person, part))["outcome"] == "UNCHANGED"
    assert await ParticipationEvent.all().count() == 1


@pytest.mark.parametrize("status", ["WAITING", "APPLIED", "REVIEWING"])
async def test_undecided_ones_can_be_withdrawn(db: str, status: str):
    person = await data.influencer()
    campaign = await data.campaign(selection=True)
    part = await data.participation(campaign, person, ParticipationStatus(status))
    assert (await withdrawn(person, part))["participation"]["status"] == "REMOVED"


@pytest.mark.parametrize("status", ["APPROVED", "REJECTED"])
async def test_decided_ones_cannot(db: str, status: str):
    person = await data.influencer()
    campaign = await data.campaign(selection=True)
    part = await data.participation(campaign, person, ParticipationStatus(status))
    payload = await withdrawn(person, part)
    assert refused(payload) == ("TRANSITION_NOT_ALLOWED", "participationId")


async def test_a_live_post_stands_in_the_way_and_an_ineffective_one_does_not(db: str):
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(await data.campaign(), person, ParticipationStatus.JOINED)
    post = await data.post(part)
    payload = await withdrawn(person, part)
    assert refused(payload) == ("TRANSITION_NOT_ALLOWED", "participationId")
    post.status = PostStatus.INEFFECTIVE
    await post.save()
    assert (await withdrawn(person, part))["outcome"] == "CHANGED"


async def test_a_reason_has_its_length(db: str):
    person = await data.influencer()
    part = await data.participation(await data.campaign(), person, WAITING)
    for reason in ("x" * 2001, "a\0b"):
        assert refused(await withdrawn(person, part, reason=reason)) == ("INVALID_INPUT", "reason")
    assert (await withdrawn(person, part, reason="x" * 2000))["outcome"] == "CHANGED"


async def test_staff_neither_select_nor_withdraw(db: str):
    given = {"participationId": "x", "accountId": "y"}
    assert await refusal(operation("selectAccount", "outcome"), STAFF, input=given) == "FORBIDDEN"
    given = {"participationId": "x"}
    assert await refusal(operation("withdraw", "outcome"), STAFF, input=given) == "FORBIDDEN"
