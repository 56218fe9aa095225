"""Taking plans back: what nobody has touched is as it was, what somebody has touched stays."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from resolvers.plans import applying
from tests import data, engine
from tests.data import NOW
from tests.engine import creator, gids
from tests.resolvers.plans.planning import (
    applied,
    created,
    items,
    key_of,
    look,
    mutate,
    people,
    undone,
)
from workflow.decisions import CELLS
from workflow.enums import Action, ParticipationStatus, Platform

INSTAGRAM = Platform.INSTAGRAM


async def _one(**given: Any) -> tuple[Campaign, Influencer]:
    return await data.campaign(**given), await data.influencer((INSTAGRAM, 10))


async def _status(campaign: Campaign, person: Influencer) -> str | None:
    found = await Participation.filter(campaign_id=campaign.id, influencer_id=person.id)
    return found[0].status.value if found else None


async def test_a_mistaken_force_join_is_taken_back(db: str) -> None:
    campaign, person = await _one(capacity=1)
    plan = await applied(await created(campaign.id, "MARK_JOINED"))

    undo = await undone(plan, reason="a mistake", message="sorry")
    assert (undo["action"], undo["status"], undo["reason"]) == ("REMOVE", "READY", "a mistake")
    assert undo["undoes"] == {"id": plan["id"]}
    assert undo["summary"] == {"changed": 1, "unchanged": 0, "refused": 0}
    assert await _status(campaign, person) == "JOINED"
    undo = await applied(undo)

    assert await _status(campaign, person) == "REMOVED"
    await campaign.refresh_from_db()
    assert campaign.places_taken == 0
    assert (await look(plan["id"]))["undoneBy"] == {"id": undo["id"]}
    last = await ParticipationEvent.all().order_by("-id").first()
    assert last is not None
    assert (last.action, last.reason, last.message) == (Action.REMOVE, "a mistake", "sorry")
    assert last.plan_id == key_of(undo["id"])


async def test_the_newest_come_first(db: str) -> None:
    campaign = await data.campaign()
    everyone = [await data.influencer((INSTAGRAM, 100 - number)) for number in range(3)]
    plan = await applied(await created(campaign.id, "MARK_JOINED"))

    undo = await undone(plan)

    assert people(await items(undo)) == gids("Influencer", *reversed(everyone))


REMARK = "A removal is not taken back. Mark them as joined by a new plan."
REOPEN = "They were undecided before the rejection. Reopen them by a new plan."
REJECT = "They were undecided before the approval. Reject them by a new plan, then reopen them."
BACK = [
    ("SET_REVIEWING", "APPLIED", "SET_APPLIED", None),
    ("SET_APPLIED", "REVIEWING", "SET_REVIEWING", None),
    ("APPROVE", "REJECTED", "REJECT", None),
    ("REJECT", "APPROVED", "APPROVE", None),
    ("REOPEN", "REJECTED", "REJECT", None),
    ("APPROVE", "APPLIED", "REJECT", REJECT),
    ("APPROVE", "REVIEWING", "REJECT", REJECT),
    ("REJECT", "APPLIED", "APPROVE", REOPEN),
    ("REJECT", "REVIEWING", "APPROVE", REOPEN),
    ("REMOVE", "WAITING", "MARK_JOINED", REMARK),
    ("REMOVE", "APPROVED", "MARK_JOINED", REMARK),
]
"""An action, the status before it, what takes it back, and the message where no way leads back."""


@pytest.mark.parametrize(("action", "before", "back", "refusal"), BACK)
async def test_an_action_is_taken_back_where_a_way_leads_back(
    db: str, action: str, before: str, back: str, refusal: str | None
) -> None:
    campaign, person = await _one(selection=True)
    await data.participation(campaign, person, ParticipationStatus(before))
    plan = await applied(await created(campaign.id, action, reason="why"))
    after = await _status(campaign, person)

    undo = await undone(plan)

    assert undo["action"] == back
    [item] = await items(undo)
    told = {"code": "TRANSITION_IRREVERSIBLE", "message": refusal}
    assert item["error"] == (told if refusal else None)
    await applied(undo)
    assert await _status(campaign, person) == (before if refusal is None else after)


async def test_an_undo_can_be_undone(db: str) -> None:
    campaign, person = await _one(selection=True)
    await data.participation(campaign, person, ParticipationStatus.APPLIED)
    plan = await applied(await created(campaign.id, "SET_REVIEWING"))
    undo = await applied(await undone(plan))
    assert await _status(campaign, person) == "APPLIED"

    again = await applied(await undone(undo))

    assert (again["action"], again["undoes"]) == ("SET_REVIEWING", {"id": undo["id"]})
    assert await _status(campaign, person) == "REVIEWING"


async def test_a_plan_tells_which_one_was_made_last_to_take_it_back(db: str) -> None:
    campaign, _ = await _one()
    plan = await applied(await created(campaign.id, "MARK_JOINED"))
    first, second = await undone(plan), await undone(plan)

    assert (await look(plan["id"]))["undoneBy"] == {"id": second["id"]}
    assert (first["undoes"], first["undoneBy"]) == ({"id": plan["id"]}, None)
    await applied(first)
    assert (await applied(second))["progress"]["drifted"] == 1


async def test_a_removal_by_an_undo_is_not_taken_back(db: str) -> None:
    campaign, person = await _one()
    undo = await applied(await undone(await applied(await created(campaign.id, "MARK_JOINED"))))

    again = await applied(await undone(undo))

    assert again["refusals"] == [{"code": "TRANSITION_IRREVERSIBLE", "count": 1}]
    assert await _status(campaign, person) == "REMOVED"


async def test_what_was_cancelled_midway_is_taken_back_as_far_as_it_came(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    campaign = await data.campaign()
    await data.crowd(5)
    plan = await created(campaign.id, "MARK_JOINED")
    await mutate("applyPlan", id=plan["id"])
    await applying.apply_chunk(key_of(plan["id"]))
    await mutate("cancelPlan", id=plan["id"])

    undo = await undone(plan)

    assert people(await items(undo)) == people(await items(plan))[1::-1]
    await applied(undo)
    assert {part.status for part in await Participation.all()} == {ParticipationStatus.REMOVED}


async def test_what_drifted_was_not_done_and_is_not_taken_back(db: str) -> None:
    campaign = await data.campaign()
    one, other = [await data.influencer((INSTAGRAM, 10 - number)) for number in range(2)]
    plan = await created(campaign.id, "MARK_JOINED")
    await _mark(campaign, other)
    plan = await applied(plan)

    assert people(await items(await undone(plan))) == gids("Influencer", one)


async def _mark(campaign: Campaign, person: Influencer) -> None:
    await engine.mutate(
        "markJoined",
        "summary { changed }",
        campaignId=encode("Campaign", campaign.id),
        influencerIds=gids("Influencer", person),
    )


async def _post(campaign: Campaign, person: Influencer) -> None:
    [part] = await Participation.filter(campaign_id=campaign.id, influencer_id=person.id)
    payload = await engine.mutate(
        "submitPost",
        "outcome",
        creator(person.id),
        participationId=encode("Participation", part.id),
        url=f"https://www.instagram.com/p/abc{person.id}/",
    )
    assert payload["outcome"] == "CHANGED"


async def _rejoin(campaign: Campaign, person: Influencer) -> None:
    [part] = await Participation.filter(campaign_id=campaign.id, influencer_id=person.id)
    payload = await engine.mutate(
        "removeParticipants",
        "summary { changed }",
        participationIds=gids("Participation", part),
        reason="why",
    )
    assert payload["summary"]["changed"] == 1
    await _mark(campaign, person)


async def _select(campaign: Campaign, person: Influencer) -> None:
    """Override the influencer's availability: the one thing that touches no participation."""
    payload = await engine.mutate(
        "setAvailability",
        "summary { changed }",
        campaignId=encode("Campaign", campaign.id),
        influencerIds=gids("Influencer", person),
        availability="AVAILABLE",
    )
    assert payload["summary"]["changed"] == 1


@pytest.mark.parametrize("happens", [_post, _rejoin])
async def test_whoever_something_has_happened_to_since_stays(
    db: str, happens: Callable[[Campaign, Influencer], Any]
) -> None:
    campaign, person = await _one()
    plan = await applied(await created(campaign.id, "MARK_JOINED"))
    await happens(campaign, person)

    undo = await undone(plan)

    assert undo["refusals"] == [{"code": "DRIFTED", "count": 1}]
    await applied(undo)
    assert await _status(campaign, person) == "JOINED"


@pytest.mark.parametrize("happens", [_post, _rejoin])
async def test_so_does_whoever_it_happens_to_before_the_undo_is_applied(
    db: str, happens: Callable[[Campaign, Influencer], Any]
) -> None:
    """Even where they are in the same status again."""
    campaign, person = await _one()
    undo = await undone(await applied(await created(campaign.id, "MARK_JOINED")))
    assert undo["summary"]["changed"] == 1
    await happens(campaign, person)

    undo = await applied(undo)

    assert await _status(campaign, person) == "JOINED"
    [item] = await items(undo)
    assert item["state"] == "DRIFTED"


async def test_whoever_it_happens_to_drifts_by_the_closing_of_the_campaign(db: str) -> None:
    campaign, person = await _one()
    undo = await undone(await applied(await created(campaign.id, "MARK_JOINED")))
    later = await applied(await created(campaign.id, "REMOVE", reason="why"))
    assert later["progress"]["changed"] == 1
    await applied(await created(campaign.id, "MARK_JOINED"))
    await engine.mutate(
        "updateCampaign",
        "userErrors { code }",
        id=encode("Campaign", campaign.id),
        status="COMPLETED",
    )

    undo = await applied(undo)

    [item] = await items(undo)
    assert (item["state"], item["stateError"]["code"]) == ("DRIFTED", "CAMPAIGN_CLOSED")
    assert await _status(campaign, person) == "JOINED"


async def test_an_override_of_availability_is_no_reason_to_stay(db: str) -> None:
    campaign = await data.campaign()
    person = await data.influencer()
    plan = await applied(await created(campaign.id, "MARK_JOINED"))
    assert await _status(campaign, person) == "WAITING"
    await _select(campaign, person)

    await applied(await undone(plan))

    assert await _status(campaign, person) == "REMOVED"


async def test_taking_a_force_join_back_demands_a_reason(db: str) -> None:
    campaign, _ = await _one(selection=True)
    plan = await applied(await created(campaign.id, "MARK_JOINED"))

    payload = await mutate("undoPlan", id=plan["id"])

    assert payload["plan"] is None
    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == ("REASON_REQUIRED", ["input", "reason"])
    await data.participation(campaign, await data.influencer(), ParticipationStatus.APPLIED)
    approve = await applied(await created(campaign.id, "APPROVE"))
    assert (await mutate("undoPlan", id=approve["id"]))["userErrors"] == []


# Random plans, with others at work in between

STATUSES = [None, *ParticipationStatus]
PLANS: list[tuple[str, bool]] = [
    ("MARK_JOINED", True),
    ("REMOVE", True),
    ("SET_REVIEWING", False),
    ("SET_APPLIED", False),
    ("APPROVE", False),
    ("REJECT", False),
    ("REOPEN", False),
]
BACK_FROM: dict[str, set[str | None]] = {
    "MARK_JOINED": {None, "REMOVED"},
    "REMOVE": set(),
    "SET_REVIEWING": {"APPLIED"},
    "SET_APPLIED": {"REVIEWING"},
    "APPROVE": {"REJECTED"},
    "REJECT": {"APPROVED"},
    "REOPEN": {"REJECTED"},
}
"""By action, the statuses before it to which a way leads back."""


@pytest.mark.parametrize("seed", range(6))
async def test_what_nobody_touched_is_as_before_and_what_somebody_touched_is_untouched(
    db: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 4)
    dice = random.Random(seed)
    campaign = await _crowded(dice)
    for action, _ in dice.sample(PLANS, 4):
        before = await _everyone()
        plan = await applied(await created(campaign.id, action, reason="why"))
        done = people(await items(plan, state=["DONE"]))
        sources = {i["influencer"]["id"]: i["from"] for i in await items(plan)}
        touched = await _touch_some(dice, campaign, done)
        between = await _everyone()
        undo = await undone(plan)
        touched |= await _touch_some(dice, campaign, done)
        between |= {gid: status for gid, status in (await _everyone()).items() if gid in touched}
        codes = await _codes()
        await applied(undo)
        after = await _everyone()
        for gid, status in after.items():
            is_mine = gid in done and gid not in touched
            is_back = is_mine and sources[gid] in BACK_FROM[action]
            expected = before.get(gid) if is_back else between[gid]
            assert status in (expected, expected or "REMOVED"), (action, gid)
        assert codes.items() <= (await _codes()).items()
        await _check_places(campaign)
    await _check_histories()


async def _crowded(dice: random.Random) -> Campaign:
    given = {"selection": dice.random() < 0.7, "capacity": dice.choice([None, 8])}
    codes = [f"code {number}" for number in range(dice.choice([3, 30]))]
    has_codes = dice.random() < 0.5
    campaign = await (
        data.referral_campaign(*codes, **given) if has_codes else data.campaign(**given)
    )
    stored = [s for s in STATUSES if _occurs(campaign, s)]
    for _ in range(14):
        accounts = [(INSTAGRAM, 10), (Platform.TIKTOK, 5)][: dice.randint(0, 2)]
        person = await data.influencer(*accounts)
        status = dice.choice(stored)
        if status in ("APPROVED", "JOINED") and campaign.places_taken == 8:
            continue
        if status is not None:
            await data.participation(campaign, person, status)
    return campaign


def _occurs(campaign: Campaign, status: ParticipationStatus | None) -> bool:
    if status in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED"):
        return campaign.selection
    return status != "JOINED" or not campaign.selection


async def _everyone() -> dict[str, str]:
    parts = await Participation.all()
    return {encode("Influencer", part.influencer_id): part.status.value for part in parts}


async def _codes() -> dict[int, int]:
    """Return which code each participation was given, if any."""
    parts = await Participation.filter(referral_code_id__isnull=False)
    return {part.id: part.referral_code_id or 0 for part in parts}


async def _touch_some(dice: random.Random, campaign: Campaign, done: list[str]) -> set[str]:
    """Have colleagues do something to some of them; return whom it changed."""
    touched = set[str]()
    for gid in dice.sample(done, min(2, len(done))):
        [part] = await Participation.filter(influencer_id=int(gid.rpartition("/")[2]))
        field, given = dice.choice(OTHERS)
        payload = await engine.mutate(
            field,
            "results { outcome }",
            participationIds=gids("Participation", part),
            **given,
        )
        if payload["results"][0]["outcome"] == "CHANGED":
            touched.add(gid)
    return touched


OTHERS: list[tuple[str, dict[str, Any]]] = [
    *(
        ("setApplicantStatus", {"status": status})
        for status in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED")
    ),
    ("reopenApplications", {}),
    ("removeParticipants", {"reason": "why"}),
]


async def _check_places(campaign: Campaign) -> None:
    await campaign.refresh_from_db()
    holding = [ParticipationStatus.APPROVED, ParticipationStatus.JOINED]
    assert campaign.places_taken == await Participation.filter(status__in=holding).count()


async def _check_histories() -> None:
    """Each history is a path in the table of rules, and ends in the status that is stored."""
    for part in await Participation.all():
        events = await ParticipationEvent.filter(participation_id=part.id).order_by("id")
        for place, event in enumerate(events, start=1):
            following = events[place] if place < len(events) else None
            cells = [
                cell.row
                for (action, source, _, _), every in CELLS.items()
                if (action, source) == (event.action, event.from_status)
                for cell in every
            ]
            assert any(row and row.target == event.to_status for row in cells), event.action
            reached = following.from_status if following else part.status
            assert event.to_status == reached
        assert events == sorted(events, key=lambda event: event.occurred_at)
        assert part.updated_at >= NOW
