"""What influencers' rows repeat of their accounts."""

from models import profiles
from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Participation
from tests import data
from tests.data import NOW
from workflow.enums import ParticipationStatus, Platform

INSTAGRAM, TIKTOK, YOUTUBE = Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE


async def search_text(person: Influencer) -> str:
    return (await InfluencerSearch.get(influencer_id=person.id)).text


async def test_the_largest_connected_account_of_each_platform_counts(db: str):
    person = await data.influencer((INSTAGRAM, 10), (INSTAGRAM, 30), (YOUTUBE, 20))
    assert (person.followers, person.multi) == (30, True)
    assert person.platforms == INSTAGRAM.bit | YOUTUBE.bit
    assert (person.f1, person.f2, person.f3) == (30, None, 20)


async def test_a_disconnected_account_is_forgotten_everywhere(db: str):
    person = await data.influencer((INSTAGRAM, 10), (INSTAGRAM, 30), name="Tanaka")
    other = await data.influencer((TIKTOK, 7))
    part = await data.participation(await data.campaign(), person, ParticipationStatus.WAITING)
    largest = await SocialAccount.get(influencer_id=person.id, followers=30)
    assert largest.handle_key in await search_text(person)

    await SocialAccount.filter(id=largest.id).update(disconnected_at=NOW)
    await profiles.refresh([person.id])

    await person.refresh_from_db()
    assert (person.followers, person.f1, person.multi) == (10, 10, False)
    assert largest.handle_key not in await search_text(person)
    assert (await Participation.get(id=part.id)).followers == 10
    await other.refresh_from_db()
    assert (other.followers, other.f2) == (7, 7)


async def test_someone_without_accounts_has_no_followers_and_is_found_by_name(db: str):
    person = await data.influencer(name="田中 Éva")
    assert (person.followers, person.platforms, person.multi, person.f1) == (0, 0, False, None)
    assert await search_text(person) == "田中 éva"


async def test_nobody_to_refresh_is_nothing_to_do(db: str):
    await profiles.refresh([])
