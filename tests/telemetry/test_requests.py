"""What a request is recorded with, and what is counted of it."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from resolvers.ids import encode
from telemetry import metrics
from telemetry.requests import Record, current_request
from telemetry.series import Counter
from tests import data
from tests.engine import answer, gids, mutate, operation
from workflow.enums import Platform


@contextmanager
def recorded() -> Generator[Record]:
    """Record a request, as the server does."""
    record = Record("1")
    token = current_request.set(record)
    try:
        yield record
    finally:
        current_request.reset(token)


def numbers(counter: Counter) -> dict[tuple[str, ...], float]:
    return {labels: values[0] for _, labels, values in counter.samples()}


async def test_decisions_are_counted_once_they_are_committed(db: str) -> None:
    campaign = await data.campaign(countries=["JP"])
    people = [
        await data.influencer((Platform.TIKTOK, 10)),
        await data.influencer((Platform.TIKTOK, 10), country="TH"),
    ]
    given: dict[str, Any] = {
        "campaignId": encode("Campaign", campaign.pk),
        "influencerIds": gids("Influencer", *people),
    }
    before = numbers(metrics.TRANSITIONS)
    with recorded():
        await mutate("markJoined", "summary { changed }", dry=True, **given)
        assert numbers(metrics.TRANSITIONS) == before
        await mutate("markJoined", "summary { changed }", **given)
        await mutate("markJoined", "summary { changed }", **given)
    after = numbers(metrics.TRANSITIONS)
    counted = {
        outcome: after.get(("MARK_JOINED", outcome), 0) - before.get(("MARK_JOINED", outcome), 0)
        for outcome in ("CHANGED", "UNCHANGED", "REFUSED")
    }
    assert counted == {"CHANGED": 1, "UNCHANGED": 1, "REFUSED": 2}


async def test_the_statements_of_a_request_are_recorded_without_values(db: str) -> None:
    await data.campaign(title="Nobody shall read this")
    with recorded() as record:
        await answer('{ campaigns(filter: { search: "Nobody shall" }) { nodes { title } } }')
        reads = list(record.statements)
        document = operation("createCampaign", "campaign { id }")
        await answer(
            document,
            input={"title": "Nor this", "brand": "B", "type": "SOCIAL", "platforms": ["TIKTOK"]},
        )
        await data.campaign()  # by Tortoise itself
    assert [(each.rows, each.milliseconds > 0) for each in reads] == [(1, True)]
    assert "FROM campaign t" in reads[0].sql
    assert record.queued > 0
    own, tortoise = "INSERT INTO campaign ", 'INSERT INTO "campaign" '
    assert any(each.sql.startswith(own) for each in record.statements)
    assert any(each.sql.startswith(tortoise) for each in record.statements)
    assert not any("Nobody" in each.sql or "Nor this" in each.sql for each in record.statements)
