"""What all mutations share: a repeated request gets the payload that its first run committed."""

from typing import Any

from execution.idempotency import Claim, IdempotencyKeys
from models.participation import Participation, ParticipationEvent
from resolvers.context import Context, Replay
from resolvers.ids import encode
from tests import data
from tests.engine import STAFF, execute, gids
from workflow.enums import Platform

TWICE = """
mutation Twice($first: MarkJoinedInput!, $second: MarkJoinedInput!) {
    first: markJoined(input: $first) { results { outcome participation { createdAt } } }
    second: markJoined(input: $second) { results { outcome } }
}
"""
DRY = TWICE.replace("(input: $", "(dryRun: true, input: $")


async def test_a_repeat_gets_what_was_committed_field_by_field(db: str):
    given = await two_marks()
    data_first = await run(given, await claim())
    assert outcomes(data_first) == ["CHANGED", "CHANGED"]
    again = await run(given, await claim())
    assert again == data_first
    assert await ParticipationEvent.all().count() == 2
    assert outcomes(await run(given, None)) == ["UNCHANGED", "UNCHANGED"]


async def test_a_run_that_was_overtaken_commits_nothing(db: str):
    given = await two_marks()
    overtaken = await claim()
    await overtaken.release()
    assert outcomes(await run(given, await claim())) == ["CHANGED", "CHANGED"]
    await Participation.all().update(status="REMOVED")
    response = await execute(TWICE, given, in_run(overtaken))
    codes = [error["extensions"]["code"] for error in response["errors"]]
    assert codes
    assert set(codes) == {"UNAVAILABLE"}
    assert await ParticipationEvent.all().count() == 2


async def test_a_dry_run_keeps_and_gives_no_payload(db: str):
    given = await two_marks()
    held = await claim()
    for _ in range(2):
        response = await execute(DRY, given, in_run(held))
        assert outcomes(response["data"]) == ["CHANGED", "CHANGED"]
    assert await Participation.all().count() == 0
    assert held.kept("first") is None


async def test_no_field_of_a_dry_run_sees_what_another_would_have_changed(db: str):
    given = await two_marks(capacity=1)
    assert outcomes(await run(given, None, DRY)) == ["CHANGED", "CHANGED"]
    assert outcomes(await run(given, None)) == ["CHANGED", "REFUSED"]


async def two_marks(capacity: int | None = None) -> dict[str, Any]:
    campaign = await data.campaign(capacity=capacity)
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(2)]
    return {
        name: {
            "campaignId": encode("Campaign", campaign.pk),
            "influencerIds": gids("Influencer", person),
        }
        for name, person in zip(("first", "second"), people, strict=True)
    }


async def claim() -> Claim:
    """The key, held for one more run."""
    held = await IdempotencyKeys().claim(STAFF, "a-key", "a-digest")
    assert isinstance(held, Claim)
    return held


async def run(given: dict[str, Any], replay: Replay | None, text: str = TWICE) -> Any:
    response = await execute(text, given, in_run(replay))
    assert "errors" not in response, response["errors"]
    if isinstance(replay, Claim):
        await replay.release()
    return response["data"]


def in_run(replay: Replay | None) -> Context:
    """Return the context of a run that holds its key."""
    return Context(caller=STAFF, clock=lambda: data.NOW, replay=replay)


def outcomes(answer: Any) -> list[str]:
    return [answer[name]["results"][0]["outcome"] for name in ("first", "second")]
