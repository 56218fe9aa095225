"""The badges of the Select influencer tab, kept and estimated, against a count of everyone."""

from typing import Any

import pytest

from models.availability import EVERYONE, AvailabilityCount, AvailabilityDelta
from models.campaign import Campaign
from models.influencer import Influencer
from resolvers.availability import worker as availability_worker
from resolvers.ids import encode
from resolvers.queries import candidate_counts
from tests import data
from tests.engine import answer, mutate
from tests.resolvers.crowd import filters, gather
from workflow.enums import CampaignStatus, CandidateStatus, ParticipationStatus, Platform

COUNTS = """query Counts($id: ID!, $filter: CandidateFilter) {
    campaign(id: $id) { candidateCounts(filter: $filter) { status count exact } } }"""

TOTAL = """query Total($id: ID!, $statuses: [CandidateStatus!]) {
    campaign(id: $id) { candidates(filter: {status: $statuses}) { totalCount } } }"""


async def badges(campaign: Campaign, **asked: Any) -> dict[str, tuple[int, bool]]:
    """Count and exactness by status."""
    found = await answer(COUNTS, id=encode("Campaign", campaign.pk), filter=asked)
    rows = found["campaign"]["candidateCounts"]
    return {row["status"]: (row["count"], row["exact"]) for row in rows}


async def counted(campaign: Campaign, **asked: Any) -> dict[str, tuple[int, bool]]:
    """The same by counting everyone, as it is done where nothing is kept."""
    kept = await AvailabilityCount.all().values()
    await AvailabilityCount.all().delete()
    found = await badges(campaign, **asked)
    await AvailabilityCount.bulk_create(AvailabilityCount(**row) for row in kept)
    return found


async def total(campaign: Campaign, *statuses: str) -> int:
    """How many rows the tab has in these statuses."""
    found = await answer(TOTAL, id=encode("Campaign", campaign.pk), statuses=statuses)
    return found["campaign"]["candidates"]["totalCount"]


async def totals(campaign: Campaign) -> list[int]:
    """Of each status, of none in particular, and of two."""
    each = [await total(campaign, status.value) for status in CandidateStatus]
    return [*each, await total(campaign), await total(campaign, "UNAVAILABLE", "JOINED")]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three influencers are too many to look at one by one."""
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 2)


async def test_what_is_kept_is_what_a_count_of_everyone_tells(db: str) -> None:
    crowd = await gather(seed=7, people=60)
    expected = [await badges(campaign) for campaign in crowd.campaigns]
    expected_totals = [await totals(campaign) for campaign in crowd.campaigns]

    await availability_worker.refresh()
    await Influencer.all().update(country="XX")  # which only those see who look at everyone

    assert [await badges(campaign) for campaign in crowd.campaigns] == expected
    assert [await totals(campaign) for campaign in crowd.campaigns] == expected_totals
    assert await AvailabilityCount.all().count() == 7 + 1  # of the open ones, and of everyone


async def test_an_edited_rule_is_inexact_until_it_is_counted(db: str, large: None) -> None:
    campaign = await data.campaign()
    for country in ("JP", "JP", "TH"):
        await data.influencer(country=country)
    await availability_worker.refresh()
    assert (await badges(campaign))["AVAILABLE"] == (3, True)

    edit: dict[str, Any] = {"id": encode("Campaign", campaign.pk), "countries": ["TH"]}
    await mutate("updateCampaign", "userErrors { code }", **edit)
    assert await total(campaign, "AVAILABLE") == 1  # which has no way to say that it is inexact
    assert await total(campaign, "UNAVAILABLE") == 2
    stale = await badges(campaign)
    assert stale["AVAILABLE"] == (3, False)
    assert stale["UNAVAILABLE"] == (0, False)
    assert stale["WAITING"] == (0, True)

    await availability_worker.refresh()
    fresh = await badges(campaign)
    assert fresh["AVAILABLE"] == (1, True)
    assert fresh["UNAVAILABLE"] == (2, True)


async def test_where_there_are_few_a_stale_number_is_not_told(db: str) -> None:
    campaign = await data.campaign()
    await data.influencer(country="JP")
    await availability_worker.refresh()
    edit: dict[str, Any] = {"id": encode("Campaign", campaign.pk), "countries": ["TH"]}
    await mutate("updateCampaign", "userErrors { code }", **edit)
    assert (await badges(campaign))["AVAILABLE"] == (0, True)


@pytest.mark.parametrize(
    ("status", "edit"),
    [
        (CampaignStatus.ONGOING, {"title": "Another"}),
        (CampaignStatus.UPCOMING, {"status": "ONGOING"}),
    ],
)
async def test_an_edit_that_opens_it_to_nobody_else_leaves_the_number_alone(
    db: str, large: None, status: CampaignStatus, edit: dict[str, Any]
) -> None:
    campaign = await data.campaign(status=status)
    for _ in range(3):
        await data.influencer()
    await availability_worker.refresh()
    edit = {"id": encode("Campaign", campaign.pk), **edit}
    await mutate("updateCampaign", "userErrors { code }", **edit)
    assert (await badges(campaign))["AVAILABLE"] == (3, True)


async def test_a_tried_out_edit_leaves_the_number_alone(db: str, large: None) -> None:
    campaign = await data.campaign()
    for _ in range(3):
        await data.influencer()
    await availability_worker.refresh()
    edit: dict[str, Any] = {"id": encode("Campaign", campaign.pk), "countries": ["TH"]}
    await mutate("updateCampaign", "userErrors { code }", dry=True, **edit)
    assert (await badges(campaign))["AVAILABLE"] == (3, True)


async def test_a_campaign_that_opens_is_counted_and_one_that_closes_is_available_to_nobody(
    db: str, large: None
) -> None:
    campaign = await data.campaign(status=CampaignStatus.DRAFT)
    for _ in range(3):
        await data.influencer()
    await availability_worker.refresh()
    gid = encode("Campaign", campaign.pk)
    assert (await badges(campaign))["AVAILABLE"] == (0, True)

    await mutate("updateCampaign", "userErrors { code }", id=gid, status="ONGOING")
    assert (await badges(campaign))["AVAILABLE"] == (3, True)  # counted: there was no number yet
    await availability_worker.refresh()
    assert (await badges(campaign))["AVAILABLE"] == (3, True)

    await mutate("updateCampaign", "userErrors { code }", id=gid, status="COMPLETED")
    closed = await badges(campaign)
    assert closed["AVAILABLE"] == (0, True)
    assert closed["UNAVAILABLE"] == (3, True)


async def test_a_fold_leaves_the_number_as_it_is(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = await data.campaign()
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(5)]
    await availability_worker.refresh()
    for person in people[:3]:
        await mutate(
            "markJoined",
            "results { outcome }",
            campaignId=encode("Campaign", campaign.pk),
            influencerIds=[encode("Influencer", person.pk)],
        )
    before = await badges(campaign)
    assert await AvailabilityDelta.filter(campaign_id=campaign.pk).count() == 3

    monkeypatch.setattr(availability_worker, "COMPACT_THRESHOLD", 3)
    await availability_worker.refresh()

    assert await badges(campaign) == before == await counted(campaign)
    assert before["AVAILABLE"] == (2, True)
    assert await AvailabilityDelta.all().count() == 0


async def test_the_erased_are_in_no_number(db: str) -> None:
    campaign = await data.campaign()
    for status in (None, ParticipationStatus.JOINED):
        for erased in (None, data.NOW):
            person = await data.influencer(erased_at=erased)
            if status:
                await data.participation(campaign, person, status)
    expected = await badges(campaign)
    await availability_worker.refresh()
    assert await badges(campaign) == expected
    assert expected["JOINED"] == expected["AVAILABLE"] == (1, True)
    assert (await AvailabilityCount.get(campaign_id=EVERYONE)).available == 2


async def test_under_a_filter_few_are_counted_and_of_many_a_sample_is_scaled(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = await gather(seed=9, people=80)
    await availability_worker.refresh()
    for number, asked in enumerate(filters(4, 40, list(CandidateStatus))):
        campaign = crowd.campaigns[number % 8]
        monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 10_000)
        expected = await badges(campaign, **asked)
        assert all(exact for _, exact in expected.values())
        monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 79)
        found = await badges(campaign, **asked)
        for status, (count, exact) in expected.items():
            if found[status][1]:
                assert (status, asked, found[status]) == (status, asked, (count, exact))
            else:
                assert status in ("AVAILABLE", "UNAVAILABLE")
                assert abs(found[status][0] - count) <= 2


async def test_a_rare_text_is_counted_exactly_among_many(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await data.campaign()
    for number in range(10):
        await data.influencer(name=f"number {number}")
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 4)
    assert (await badges(campaign, search="number 3"))["AVAILABLE"] == (1, True)
    assert (await badges(campaign, search="number"))["AVAILABLE"] == (10, False)
    assert (await badges(campaign, countries=["JP"]))["AVAILABLE"] == (10, False)
