"""The Applicant tab's mutations: `setApplicantStatus` and `reopenApplications`."""

from typing import Any

import pytest

from models.campaign import Campaign
from models.influencer import SocialAccount
from models.participation import Participation, ParticipationEvent
from resolvers.caller import Caller
from tests import data
from tests.engine import (
    ADVERTISER,
    STAFF,
    STRANGER,
    creator,
    gids,
    mutate,
    operation,
    refusal,
)
from workflow.enums import Action, ApplicantStatus, ParticipationStatus, Platform

WAITING, APPLIED, REVIEWING, APPROVED, REJECTED, REMOVED = (
    ParticipationStatus.WAITING,
    ParticipationStatus.APPLIED,
    ParticipationStatus.REVIEWING,
    ParticipationStatus.APPROVED,
    ParticipationStatus.REJECTED,
    ParticipationStatus.REMOVED,
)
RESULTS = """
    results {
        participationId outcome status
        participation { status round version }
        error { code message field }
    }
    summary { changed unchanged refused }
    userErrors { code field }
"""
# From each status to each: CHANGED, UNCHANGED, or the refusal's code.
MOVES = {
    APPLIED: "UNCHANGED CHANGED CHANGED CHANGED",
    REVIEWING: "CHANGED UNCHANGED CHANGED CHANGED",
    APPROVED: "TRANSITION_IRREVERSIBLE TRANSITION_IRREVERSIBLE UNCHANGED CHANGED",
    REJECTED: "TRANSITION_IRREVERSIBLE TRANSITION_IRREVERSIBLE CHANGED UNCHANGED",
    WAITING: " ".join(["TRANSITION_NOT_ALLOWED"] * 4),
    REMOVED: " ".join(["TRANSITION_NOT_ALLOWED"] * 4),
}


@pytest.mark.parametrize("caller", [STAFF, ADVERTISER], ids=["staff", "advertiser"])
async def test_every_move_and_what_refuses_it(db: str, caller: Caller):
    campaign = await data.campaign(selection=True, capacity=50)
    for source, expected in MOVES.items():
        for target, outcome in zip(ApplicantStatus, expected.split(), strict=True):
            part = await applicant(campaign, source)
            payload = await decide(target, part, caller=caller)
            [result] = payload["results"]
            error = result["error"]["code"] if result["error"] else result["outcome"]
            assert (source, target, error) == (source, target, outcome)
            moved = outcome == "CHANGED"
            assert result["status"] == (target if moved else source)
            assert result["participation"]["version"] == 1 + moved
            assert await ParticipationEvent.filter(participation_id=part.pk).count() == moved
    held = await Participation.filter(status=APPROVED).count()
    await campaign.refresh_from_db()
    assert campaign.places_taken == held


async def test_decisions_keep_who_why_and_the_message(db: str):
    part = await applicant(await data.campaign(selection=True), APPLIED)
    await decide(ApplicantStatus.REJECTED, part, reason="too loud", message="Not this time")
    [event] = await ParticipationEvent.all()
    assert event.action is Action.REJECT
    assert (event.from_status, event.to_status) == (APPLIED, REJECTED)
    assert (event.reason, event.message) == ("too loud", "Not this time")
    assert (event.actor_role, event.actor_id, event.actor_name) == (
        "STAFF",
        "staff-1",
        "Mika Sato",
    )


async def test_applications_of_several_campaigns_are_decided_at_once(db: str):
    first, second = [await data.campaign(selection=True, capacity=1) for _ in range(2)]
    other = await data.campaign()
    parts = [
        await applicant(second, APPLIED),
        await applicant(first, REVIEWING),
        await applicant(second, APPLIED),
        await applicant(other, ParticipationStatus.JOINED),
    ]
    payload = await decide(ApplicantStatus.APPROVED, *parts)
    codes = [(r["outcome"], r["error"] and r["error"]["code"]) for r in payload["results"]]
    assert codes == [
        ("CHANGED", None),
        ("CHANGED", None),
        ("REFUSED", "CAPACITY_REACHED"),
        ("REFUSED", "NOT_A_SELECTION_CAMPAIGN"),
    ]
    assert payload["summary"] == {"changed": 2, "unchanged": 0, "refused": 2}
    taken = [campaign.places_taken for campaign in await Campaign.all().order_by("id")]
    assert taken == [1, 1, 1]


async def test_a_rejection_gives_the_place_to_the_next(db: str):
    campaign = await data.campaign(selection=True, capacity=1)
    first, second = await applicant(campaign, APPROVED), await applicant(campaign, APPLIED)
    await decide(ApplicantStatus.REJECTED, first)
    [result] = (await decide(ApplicantStatus.APPROVED, second))["results"]
    assert result["status"] == "APPROVED"


async def test_a_stale_screen_overturns_nobody(db: str):
    campaign = await data.campaign(selection=True)
    applied, rejected = await applicant(campaign, APPLIED), await applicant(campaign, REJECTED)
    given: dict[str, Any] = {"ifStatus": ["APPLIED", "REVIEWING"]}
    payload = await decide(ApplicantStatus.APPROVED, applied, rejected, **given)
    assert [result["status"] for result in payload["results"]] == ["APPROVED", "REJECTED"]
    assert payload["results"][1]["error"]["code"] == "STALE_STATUS"
    payload = await decide(ApplicantStatus.REJECTED, applied, ifVersion=1)
    assert payload["results"][0]["error"]["code"] == "STALE_VERSION"
    payload = await decide(ApplicantStatus.REJECTED, applied, ifVersion=2, ifStatus=[])
    assert payload["results"][0]["status"] == "REJECTED"
    payload = await decide(ApplicantStatus.REJECTED, applied, ifVersion=1)
    assert payload["results"][0]["outcome"] == "UNCHANGED", "a repeat comes before a stale version"
    payload = await decide(ApplicantStatus.REJECTED, applied, rejected, ifVersion=1)
    assert payload["userErrors"] == [{"code": "INVALID_INPUT", "field": ["input", "ifVersion"]}]


async def test_others_participations_are_not_there(db: str):
    part = await applicant(await data.campaign(selection=True), APPLIED)
    ids = [*gids("Participation", part), "gid://joinery/Participation/999", "nonsense"]
    given: dict[str, Any] = {"participationIds": ids, "status": "APPROVED"}
    payload = await mutate("setApplicantStatus", RESULTS, STRANGER, **given)
    for result in payload["results"]:
        assert result["error"]["code"] == "NOT_FOUND"
        assert result["participation"] is None
        assert result["status"] is None
    text = operation("setApplicantStatus", "summary { changed }")
    assert await refusal(text, creator(1), input=given) == "FORBIDDEN"
    await part.refresh_from_db()
    assert part.status is APPLIED


async def test_reopening_starts_a_round_and_keeps_the_rejection_in_the_history(db: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((Platform.INSTAGRAM, 10))
    [account] = await person_accounts(person.pk)
    part = await data.participation(campaign, person, APPLIED, selected_account_id=account)
    await decide(ApplicantStatus.REJECTED, part)
    payload = await reopen(part)
    [result] = payload["results"]
    assert result["participation"] == {"status": "APPLIED", "round": 2, "version": 3}
    await part.refresh_from_db()
    assert part.selected_account_id == account
    events = await ParticipationEvent.all().order_by("id")
    assert [(event.action, event.round) for event in events] == [
        (Action.REJECT, 1),
        (Action.REOPEN, 2),
    ]
    assert (await reopen(part))["summary"] == {"changed": 0, "unchanged": 1, "refused": 0}


async def test_what_was_not_rejected_is_not_reopened(db: str):
    campaign = await data.campaign(selection=True)
    parts = [
        await applicant(campaign, source) for source in (REVIEWING, APPROVED, WAITING, REMOVED)
    ]
    payload = await reopen(*parts)
    assert {result["error"]["code"] for result in payload["results"]} == {"TRANSITION_NOT_ALLOWED"}
    joined = await applicant(await data.campaign(), ParticipationStatus.JOINED)
    [result] = (await reopen(joined))["results"]
    assert result["error"]["code"] == "NOT_A_SELECTION_CAMPAIGN"


async def test_reopening_needs_staff_and_no_reason(db: str):
    part = await applicant(await data.campaign(selection=True), REJECTED)
    payload = await reopen(part, reason="  ")
    assert payload["summary"]["changed"] == 1
    [event] = await ParticipationEvent.all()
    assert event.reason is None
    given = {"participationIds": gids("Participation", part), "reason": "second look"}
    text = operation("reopenApplications", "summary { changed }")
    assert await refusal(text, ADVERTISER, input=given) == "FORBIDDEN"


async def applicant(campaign: Campaign, status: ParticipationStatus) -> Participation:
    await campaign.refresh_from_db()
    return await data.participation(campaign, await data.influencer(), status)


async def person_accounts(influencer: int) -> list[int]:
    return [row.pk for row in await SocialAccount.filter(influencer_id=influencer)]


async def decide(
    status: ApplicantStatus, *parts: Participation, caller: Caller = STAFF, **given: Any
):
    ids = gids("Participation", *parts)
    return await mutate(
        "setApplicantStatus", RESULTS, caller, participationIds=ids, status=status.value, **given
    )


async def reopen(*parts: Participation, reason: str = "second look"):
    ids = gids("Participation", *parts)
    return await mutate("reopenApplications", RESULTS, participationIds=ids, reason=reason)
