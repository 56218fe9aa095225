"""Rows of a trial run: their ids are none that a real row has, before or after."""

import asyncio

import pytest

from database.bulk import insert
from database.transactions import transacted
from database.trial import FIRST_ID, TrialIds, trial_ids
from models.campaign import AvailabilityOverride
from models.influencer import Influencer
from tests import data


async def test_rows_of_a_trial_run_have_ids_of_their_own_and_cost_none_of_the_others(db: str):
    campaign, people = await data.campaign(), [(await data.influencer()).pk for _ in range(3)]

    async def work() -> list[int]:
        row = {"campaign_id": campaign.pk, "availability": "AVAILABLE", "set_at": data.NOW}
        return await insert(AvailabilityOverride, [{**row, "influencer_id": one} for one in people])

    tried = [await transacted(work, undo=True) for _ in range(2)]
    assert await AvailabilityOverride.all().count() == 0
    assert all(key >= FIRST_ID for ids in tried for key in ids)
    assert tried[0] == sorted(tried[0])
    assert not {*tried[0]} & {*tried[1]}
    assert await transacted(work) == [1, 2, 3]


async def test_a_trial_run_is_one_until_it_ends_for_whoever_runs_it_alone(db: str):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        assert trial_ids() is not None
        entered.set()
        await leave.wait()
        raise LookupError("no")

    trying = asyncio.create_task(transacted(work, undo=True))
    await entered.wait()
    assert trial_ids() is None
    leave.set()
    with pytest.raises(LookupError):
        await trying
    with pytest.raises(LookupError):
        await transacted(work, undo=True)
    assert trial_ids() is None
    await data.influencer()
    assert (await Influencer.get()).pk < FIRST_ID


def test_ids_rise_and_fit_into_a_bigint():
    for _ in range(1_000):
        ids = TrialIds()
        taken = [*ids.take(2), *ids.take(0), *ids.take(3)]
        assert taken == list(range(taken[0], taken[0] + 5))
        assert FIRST_ID <= taken[0] < 2**63 - 2**20
