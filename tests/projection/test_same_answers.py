"""What the server answers is what graphql-core's own completion of the same rows answers."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from graphql import parse
from hypothesis import given, note, settings

from delivery.sequencer import catch_up
from models.campaign import Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from models.plan import Plan
from models.referral_code import ReferralCode
from resolvers.caller import Caller
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, STAFF, creator
from tests.projection.answers import check
from tests.projection.operations import EXTERNAL_ID, Operation, operations
from tests.projection.reference import reference
from tests.projection.world import World
from tests.resolvers.crowd import gather
from tests.tokens import SECRET, token
from transport.app import create_app
from transport.settings import Settings
from workflow.enums import (
    Action,
    CampaignStatus,
    CampaignType,
    ErrorCode,
    ParticipationOrigin,
    ParticipationStatus,
    PlanItemOutcome,
    PlanStatus,
    Platform,
    PostStatus,
    PostWarning,
    Role,
    Rule,
)

EXAMPLES = 90
"""Operations made for each role. Each is asked as every role."""
WIDE = """
query Wide($id: ID!, $with: Boolean! = true, $without: Boolean! = false,
    $first: Int = 3, $most: Int = 5, $rules: WhatIfRules! = {}) {
  __typename
  campaign(id: $id) {
    __typename ...Facts name: title again: title
    applicants(first: $first) @skip(if: $without) {
      __typename totalCount again: totalCount
      pageInfo { __typename hasNextPage hasPreviousPage startCursor }
      edges { __typename cursor node { id } other: node { status } }
      nodes { ...Part }
      mine: nodes { round }
    }
    whatIf(rules: $rules) {
      __typename available { count exact margin } gained { __typename count }
      again: gained { exact }
      lost @include(if: $with) { count }
      gainedCandidates(first: $first, orderBy: NAME_ASC) { ...Rows }
      lostCandidates(last: $first) { ...Rows edges { cursor node { influencer { name } } } }
    }
  }
  everywhere: participations(first: $most) {
    nodes {
      ...Part
      campaign { id ...Facts }
      influencer { participations(first: 2) { totalCount nodes { id campaign { title } } } }
      influencer { accounts { handle } all: accounts(includeDisconnected: true) { id handle } }
    }
  }
}
fragment Rows on CandidateConnection {
  totalCount pageInfo { hasNextPage startCursor }
  nodes { id status unavailableReasons campaign { countries } participation { id } }
}
fragment Facts on Campaign {
  title status type platforms countries categories hashtags postTracking followersMin
  createdAt updatedAt applicationDeadline
  ... @include(if: $without) { description }
  brand @skip(if: $without)
}
fragment Part on Participation {
  id status candidateStatus applicantStatus origin round version selectedPlatforms referralCode
  selectedAccount { id platform }
  requiredAction { __typename type message platforms accounts { id followers } blockedBy }
  availableActions
  ... on Node { id }
  posts @include(if: $with) { id url status warning submittedAt participation { id } }
  events(first: 2) { totalCount nodes { action from to actorRole actorName reason message
    occurredAt post { id } campaign { id }
    decision { __typename rule placesLeft accounts { account { id handle } followers qualifies }
      selectedAccount { id } post { from to } } } }
  influencer { id name country followers email externalId categories }
}
"""

RULES: list[dict[str, Any]] = [
    {},
    {"countries": [], "categories": None},
    {"countries": ["JP", " TH"], "followersMin": 10},
    {"categories": ["CATEGORY 01", "unknown"], "followersMax": None},
    {"categories": ["unknown"]},
    {"followersMin": 100, "followersMax": 10},
    {"countries": None, "categories": [], "followersMin": None, "followersMax": None},
    {"countries": ["jp"]},
]


@dataclass
class Asked:
    """The server, and what there is to ask it about."""

    http: httpx.AsyncClient
    world: World
    callers: list[Caller]

    async def compare(self, query: str, caller: Caller, variables: Mapping[str, Any]) -> None:
        """Fails where the server's answer, as it is sent, differs from the reference's."""
        document = parse(query)
        answer = await self.http.post(
            "/graphql",
            content=orjson.dumps({"query": query, "variables": variables}),
            headers={"Content-Type": "application/json", "Authorization": _bearer(caller)},
        )
        found = orjson.loads(answer.content)
        assert "data" in found, found
        expected = reference(document, self.world, caller, variables)
        check(found, expected)


@pytest.fixture
async def asked(db: str, own_logs: None) -> AsyncGenerator[Asked]:
    """A server in this process, and a crowd with posts and histories around its campaigns."""
    await _populate()
    await catch_up()
    world = await World.load(datetime.now(UTC))
    who = next(p for p in world.all("Influencer") if p.erased_at is None and p.pk > 2)
    app = create_app(Settings(database_url=db, auth_secret=SECRET, log_level="error"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://joinery") as http:
        yield Asked(http, world, [STAFF, ADVERTISER, creator(who.pk)])


def _bearer(caller: Caller) -> str:
    made = token(
        caller.role,
        sub=caller.subject,
        name=caller.name,
        advertiser=caller.advertiser_id,
    )
    return f"Bearer {made}"


@pytest.mark.slow
async def test_a_wide_operation(asked: Asked) -> None:
    for caller in asked.callers:
        for number in range(2, 10):
            variables: dict[str, Any] = {"id": encode("Campaign", number), "first": number % 4}
            variables["rules"] = RULES[number % len(RULES)]
            ways = {"with": number % 2 == 0, "without": caller.role is Role.INFLUENCER}
            await asked.compare(WIDE, caller, {**variables, **ways})


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.STAFF, Role.ADVERTISER, Role.INFLUENCER])
async def test_any_operation(asked: Asked, role: Role) -> None:
    async def compare(operation: Operation) -> None:
        for caller in asked.callers:
            await asked.compare(operation.text, caller, operation.variables)
            if caller.role is role:
                await asked.compare(operation.text, caller, operation.other_way)

    loop = asyncio.get_running_loop()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    @given(operations(role))
    def property_(operation: Operation) -> None:
        note(f"{operation.text}\n{operation.variables}")
        asyncio.run_coroutine_threadsafe(compare(operation), loop).result()

    # Hypothesis knows no coroutines: it runs beside the loop.
    await asyncio.to_thread(property_)


# What there is to be asked for


async def _populate() -> None:
    """A crowd around campaigns of all types and statuses, with everything that may be there."""
    await gather(seed=11, people=20)
    dice = random.Random(12)
    people = await Influencer.all().order_by("id")
    for person in people:
        await Influencer.filter(id=person.pk).update(external_id=EXTERNAL_ID.format(person.pk))
    for campaign in await _more_campaigns():
        for person in dice.sample(people, 8):
            status = dice.choice([*ParticipationStatus])
            accounts = await SocialAccount.filter(influencer_id=person.pk)
            await data.participation(
                campaign,
                person,
                status,
                origin=dice.choice([*ParticipationOrigin]),
                selected_account_id=dice.choice([None, *(account.pk for account in accounts)]),
                selected_platforms=dice.choice([0, 3, 5]),
                updated_at=NOW - timedelta(minutes=dice.randint(0, 3)),
                version=dice.randint(1, 9),
            )
    code = await ReferralCode.get(number=1)
    part = await Participation.filter(campaign_id=code.campaign_id).order_by("id").first()
    assert part is not None
    await Participation.filter(id=part.pk).update(referral_code_id=code.pk)
    await Campaign.filter(id=code.campaign_id).update(codes_given=1)
    plans = await _plans(people)
    for part in await Participation.all().order_by("id"):
        await _history(dice, part, plans)
    for person in people[:3]:
        await ParticipationEvent.create(
            campaign_id=2,
            influencer_id=person.pk,
            action=Action.SET_AVAILABILITY,
            actor_role=Role.STAFF,
            actor_id="s",
            occurred_at=NOW,
        )


async def _plans(people: list[Influencer]) -> list[int]:
    """Plans in every status, one that takes another back, with lists; return their ids."""
    dice = random.Random(13)
    campaigns = await Campaign.filter(id__in=[2, 3]).order_by("id")
    before = None
    for status in [*PlanStatus, PlanStatus.APPLIED]:
        size = 0 if status is PlanStatus.FAILED else 6
        is_frozen = status not in (PlanStatus.PREPARING, PlanStatus.FAILED)
        is_over = status is PlanStatus.APPLIED
        counts = {"changes": 2, "unchanged": 2, "refused": 2} if is_frozen else {}
        before = await data.plan(
            dice.choice(campaigns),
            status=status,
            undoes_id=before.id if before and is_over else None,
            reason=dice.choice([None, "why"]),
            created_by_name=dice.choice([None, "Mika Sato"]),
            applied_by_id="staff-2" if is_over else None,
            refusals='{"NOT_FOUND": 1, "CAPACITY_REACHED": 1}' if is_frozen else None,
            error=ErrorCode.TOO_MANY_ITEMS if status is PlanStatus.FAILED else None,
            applied_through=dice.choice([3, 6]) if is_frozen else 0,
            **({"changed": 1, "drifted": 1} if is_over else {}),
            **counts,
        )
        for place, person in enumerate(dice.sample(people, size), start=1):
            await _plan_item(before, place, person)
    return [plan.id for plan in await Plan.all()]


async def _plan_item(plan: Plan, place: int, person: Influencer) -> None:
    outcome = [*PlanItemOutcome][place % 3]
    is_refused = outcome is PlanItemOutcome.REFUSED
    await data.plan_item(
        plan,
        place,
        person.pk,
        outcome,
        source=[None, ParticipationStatus.WAITING][place % 2],
        target=None if is_refused else ParticipationStatus.JOINED,
        error=ErrorCode.CAPACITY_REACHED if is_refused else None,
        drift=ErrorCode.DRIFTED if place == 3 else None,
    )


async def _more_campaigns() -> list[Campaign]:
    """Of the types and in the states that the crowd's are not."""
    past, future = datetime(2001, 2, 3, tzinfo=UTC), datetime(2201, 2, 3, 4, 5, 6, tzinfo=UTC)
    return [
        await data.campaign(
            title="Öffentlich ＡＢＣ",
            description='First line\nsecond "line"',
            cover_image_url="https://example.com/a.png?b=1&c=</script>",
            reward="100 € \\ \u2028",
            hashtags=["#one", "#ふたつ"],
            mentions=["@brand"],
            application_deadline=past,
            starts_at=past,
            ends_at=future,
            created_at=NOW - timedelta(days=1),
        ),
        await data.campaign(
            type=CampaignType.AFFILIATE,
            post_tracking=False,
            capacity=20,
            application_deadline=future,
            advertiser_id="other",
            platforms=(Platform.LINE, Platform.INSTAGRAM),
        ),
        await data.campaign(selection=True, capacity=9, advertiser_id=None),
        await data.referral_campaign("FIRST", "SECOND"),
        await data.campaign(status=CampaignStatus.CANCELLED, followers_min=50),
    ]


async def _receipt(dice: random.Random, part: Participation) -> str:
    """A receipt of any kind, with some of their accounts."""
    accounts = await SocialAccount.filter(influencer_id=part.influencer_id)
    shown = dice.sample(accounts, dice.randint(0, len(accounts)))
    rule, asked = dice.choice(
        [
            (Rule.MARK_JOINED_TO_JOINED, 0),
            (Rule.SELECT_SOCIAL_MEDIA, 5),
            (Rule.SET_AVAILABILITY, 2),
            (Rule.SUBMIT_POST, [2]),
            (Rule.SET_POST_STATUS, [1, 0, 3, 2, 0]),
        ]
    )
    return data.receipt(*shown, rule=rule, asked=asked)


_ACTIONS = (Action.APPLY, Action.APPROVE, Action.SET_AVAILABILITY, Action.SET_POST_STATUS)


async def _history(dice: random.Random, part: Participation, plans: list[int]) -> None:
    posts = list[Post]()
    if part.status in (ParticipationStatus.APPROVED, ParticipationStatus.JOINED):
        for number in range(dice.randint(0, 3)):
            status = dice.choice([*PostStatus])
            judged: dict[str, Any] = {"warning": PostWarning.OTHER, "reason": "look"}
            given = judged if status is PostStatus.WARNING else {}
            if dice.random() < 0.3:
                given = {**given, "url": f"https://vm.tiktok.com/ZS{part.pk}x{number}/"}
            account = part.selected_account_id
            at = NOW - timedelta(hours=dice.randint(0, 2))
            made = await data.post(part, status, account_id=account, submitted_at=at, **given)
            posts.append(made)
    for number in range(dice.randint(0, 4)):
        await data.event(
            part,
            dice.choice([*_ACTIONS]),
            decision=dice.choice([None, await _receipt(dice, part)]),
            actor_role=dice.choice([Role.STAFF, Role.ADVERTISER, Role.INFLUENCER]),
            post_id=dice.choice([None, *(post.pk for post in posts)]),
            plan_id=dice.choice([None, *plans]),
            occurred_at=NOW + timedelta(seconds=number),
        )
