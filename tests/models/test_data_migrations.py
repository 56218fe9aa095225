"""Migrations of rows that an earlier version stored."""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest
from tortoise.models import Model

from database.connection import connected
from database.migrations import migrate
from database.session import rows, run
from models import categories, profiles
from models.availability import AvailabilityCount
from models.campaign import Campaign
from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Post
from models.text import fold
from resolvers.availability.worker import refresh
from tests import data
from tests.databases import Databases
from tests.migrating import forget, schema_of
from workflow.categories import numbers_in
from workflow.enums import (
    Action,
    AffiliateKind,
    CampaignType,
    ParticipationStatus,
    Platform,
    PostSource,
    PostStatus,
    PostWarning,
)
from workflow.post_addresses import digest


@pytest.fixture(autouse=True)
def warnings_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    """Keep what migrations warn of, whatever level another test has left."""
    caplog.set_level("WARNING")


async def migrate_again(url: str, migration: str) -> None:
    """Run this migration and those after it on the rows that are there."""
    async with connected(url):
        await forget(migration)
    assert (await migrate(url))[0] == migration


async def test_counts_that_a_restore_may_have_spoilt_are_counted_anew(databases: Databases) -> None:
    with databases.lend() as at:
        async with connected(at):
            campaign = await data.campaign()
            await AvailabilityCount.create(
                campaign_id=campaign.pk, available=99, is_stale=False, version=4
            )
            await run("ALTER TABLE availability_delta ADD COLUMN xid BIGINT NOT NULL DEFAULT 0")
        await migrate_again(at, "0006_deltas")
        async with connected(at):
            assert (await AvailabilityCount.get()).is_stale
            await refresh()
            assert (await AvailabilityCount.get(campaign_id=campaign.pk)).available == 0


async def test_of_posts_that_turn_out_to_be_one_the_oldest_holds_the_address(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [
        "https://youtu.be/dQw4w9WgXcQ",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ?si=x",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.instagram.com/aiko",
        "https://www.instagram.com/p/AbC",
    ]
    with databases.lend() as at:
        async with connected(at):
            campaign = await data.campaign()
            part = await data.participation(
                campaign, await data.influencer(), ParticipationStatus.JOINED
            )
            posts = [await data.post(part, url=url, url_digest=_before(url)) for url in urls]
            later = posts[0].submitted_at.replace(year=2027)
            await Post.filter(id=posts[0].pk).update(submitted_at=later)
            other = await data.participation(
                await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
            )
            elsewhere = await data.post(other, url=urls[1], url_digest=_before(urls[1]))
        await migrate_again(at, "0007_post_addresses")
        async with connected(at):
            digests = {post.pk: post.url_digest for post in await Post.all()}

    assert [digests.pop(post.pk) == digest(post.url) for post in [*posts, elsewhere]] == [
        *(False, True, False, True, True),
        True,
    ]
    assert digests == {}
    told = f"campaign {campaign.pk}: post {{}} ({{}}) is the same as post {posts[1].pk} ({urls[1]})"
    assert [report.partition(", which")[0] for report in _reports(caplog)] == [
        told.format(posts[2].pk, urls[2]),
        told.format(posts[0].pk, urls[0]),
    ]


async def test_posts_get_their_rounds_and_those_without_an_address_get_it_back(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    gone, held = "https://www.instagram.com/p/gone", "https://www.instagram.com/p/held"
    with databases.lend() as at:
        async with connected(at):
            part = await data.participation(
                await data.campaign(), await data.influencer(), ParticipationStatus.JOINED, round=3
            )
            dead = await data.post(part, PostStatus.INEFFECTIVE, url=gone)
            back = await data.post(part, url=gone, url_digest="post 2")
            await data.post(part, url=held)
            lost = await data.post(part, url=held, url_digest="post 4")
            faded = await data.post(part, PostStatus.INEFFECTIVE, url=held, url_digest="post 5")
            younger = await data.post(part, url=gone, url_digest="post 6")
            other = await data.participation(
                await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
            )
            await data.post(other, url=gone)
            for round_ in (2, 3):
                await data.event(part, Action.SUBMIT_POST, post_id=back.pk, round=round_)
        await migrate_again(at, "0011_live_posts")
        async with connected(at):
            posts = {post.pk: post for post in await Post.all()}
    assert (posts[back.pk].round, posts[dead.pk].round) == (2, 3)
    assert posts[back.pk].url_digest == posts[dead.pk].url_digest == digest(gone)
    assert posts[lost.pk].url_digest == "post 4", "another live post has it"
    assert posts[younger.pk].url_digest == "post 6", "an older one has it"
    assert posts[faded.pk].url_digest == digest(held), "it is not live"
    assert _reports(caplog) == [f"post {back.pk} has its address again: no live post held it"]


async def test_what_staff_set_is_the_status_that_posts_have_since_they_last_set_one(
    databases: Databases,
) -> None:
    hours = [data.NOW + timedelta(hours=number) for number in range(4)]
    with databases.lend() as at:
        async with connected(at):
            part = await data.participation(
                await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
            )
            other = await data.participation(
                await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
            )
            new = await data.post(part)
            warned = await data.post(
                part, PostStatus.WARNING, warning=PostWarning.OTHER, reason="odd"
            )
            old = await data.post(part, PostStatus.EFFECTIVE, updated_at=hours[3])
            for post, of, hour in ((warned, part, 1), (warned, part, 2), (new, other, 3)):
                await data.event(
                    of, Action.SET_POST_STATUS, post_id=post.pk, occurred_at=hours[hour]
                )
            await data.event(part, Action.SUBMIT_POST, post_id=new.pk)
        await migrate_again(at, "0013_services")
        async with connected(at):
            posts = {post.pk: post for post in await Post.all()}

    def decided(post: Post) -> tuple[Any, ...]:
        now = posts[post.pk]
        return now.decided_status, now.decided_warning, now.decided_reason, now.decided_at

    assert decided(new) == (PostStatus.SUBMITTED, None, None, None)
    assert decided(warned) == (PostStatus.WARNING, PostWarning.OTHER, "odd", hours[2])
    assert decided(old) == (PostStatus.EFFECTIVE, None, None, hours[3]), "its event is lost"
    assert {post.source for post in posts.values()} == {PostSource.CREATOR}


def _reports(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelname == "WARNING"]


def _before(url: str) -> str:
    return sha256(url.encode()).hexdigest()


async def test_stored_texts_are_found_by_what_is_seen(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    with databases.lend() as at:
        async with connected(at):
            campaign, person = await store_as_before()
        await migrate_again(at, "0008_folded_text")
        async with connected(at):
            person, campaign = (
                await Influencer.get(id=person.pk),
                await Campaign.get(id=campaign.pk),
            )
            [account] = await SocialAccount.filter(influencer_id=person.pk)
            search = await InfluencerSearch.get(influencer_id=person.pk)
            found = await rows("SELECT k.is_stale FROM availability_count k")
            numbers = await categories.numbers_of(["food", "sake"])

    assert _reports(caplog) == []
    assert (person.name, person.name_key) == ("葛\U000e0100〜\u200b", "葛~")
    assert (person.external_id, account.external_id, account.handle) == ("crm-1", "tt-1", "aiko")
    assert search.text == f"{fold(person.name)}\n{account.handle_key}" == "葛~\naiko"
    assert (campaign.title_key, campaign.search_key) == ("a~b", "a~b\nacme")
    assert campaign.advertiser_id == "acme"
    assert person.categories == ["Food", "Sake"]
    rows_with: list[Any] = [person, campaign]
    for row in rows_with:
        assert numbers_in(row.category_mask, row.category_overflow) == set(numbers.values())
    assert all(bool(row[0]) for row in found)


async def test_an_external_id_that_another_has_stays_and_is_told(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    with databases.lend() as at:
        async with connected(at):
            first = await data.influencer(external_id="crm-1")
            second = await data.influencer(external_id="crm-\u200b1")
        await migrate_again(at, "0008_folded_text")
        async with connected(at):
            stored = (await Influencer.get(id=second.pk)).external_id

    assert stored == "crm-\u200b1"
    assert _reports(caplog) == [
        f"influencer {second.pk} has the external id of {first.pk}: 'crm-1'",
    ]


async def store_as_before() -> tuple[Campaign, Influencer]:
    """Store what an earlier version folded and cleaned less."""
    for key in ("food", *(f"other {number}" for number in range(62)), "fo\u200bod", "sake\ufe0f"):
        await run("INSERT INTO category (key) VALUES (:key)", key=key)
    known = await rows("SELECT id FROM category WHERE id > 62 AND key NOT LIKE 'other%'")
    named = ["Food", "Fo\u200bod", "Sake"]
    overflow = "".join(f",{row[0]}" for row in known) + ","
    in_category: Mapping[str, Any] = {"category_mask": 1, "category_overflow": overflow}
    person = await data.influencer(name="葛\U000e0100〜\u200b", external_id="crm-\u200b1")
    account = await data.account(person, Platform.TIKTOK, 10, handle="ai\u200bko")
    await _set(account, handle_key="ai\u200bko", external_id="tt\u2060-1")
    await _set(person, name_key=_folded_before(person.name), categories=named, **in_category)
    await profiles.refresh([person.pk])
    campaign = await data.campaign(title="A〜b", brand="Ac\u200bme", advertiser_id="ac\u200bme")
    keys = {"title_key": "a〜b", "search_key": "a〜b\nac\u200bme"}
    await _set(campaign, categories=named, **keys, **in_category)
    await run(
        "INSERT INTO availability_count (campaign_id, is_stale, version) VALUES (7, false, 0)"
    )
    return campaign, person


async def _set(row: Model, **values: Any) -> None:
    await type(row).filter(pk=row.pk).update(**values)


def _folded_before(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", folded)


async def test_campaigns_of_each_type_go_on_in_the_words_of_the_second_edition(
    databases: Databases,
) -> None:
    with databases.lend() as at, databases.lend() as fresh:
        async with connected(at):
            was = {
                "NORMAL": await data.campaign(),
                "SELECTION": await data.campaign(selection=True),
                "AFFILIATE": await data.campaign(type=CampaignType.AFFILIATE, post_tracking=False),
            }
            for campaign in was.values():
                person = await data.influencer()
                await data.participation(campaign, person, ParticipationStatus.WAITING)
        await migrate_again(at, "0010_selection")
        async with connected(at):
            now = {name: await Campaign.get(id=campaign.pk) for name, campaign in was.items()}
            wrong = "UPDATE campaign SET affiliate_kind = 'ECOMMERCE' WHERE type = 'SOCIAL'"
            with pytest.raises((sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)):
                await rows(wrong)
        schemas = [await schema_of(url) for url in (at, fresh)]

    assert {
        name: (campaign.type, campaign.selection, campaign.affiliate_kind, campaign.post_tracking)
        for name, campaign in now.items()
    } == {
        "NORMAL": (CampaignType.SOCIAL, False, None, True),
        "SELECTION": (CampaignType.SOCIAL, True, None, True),
        "AFFILIATE": (CampaignType.AFFILIATE, False, AffiliateKind.URL_TRACKING, False),
    }
    assert schemas[0] == schemas[1]


async def test_events_of_before_receipts_have_none_and_take_none(databases: Databases) -> None:
    with databases.lend() as at, databases.lend() as fresh:
        async with connected(at):
            person = await data.influencer(erased_at=data.NOW)
            campaign = await data.campaign()
            part = await data.participation(campaign, person, ParticipationStatus.WAITING)
            await data.event(part, Action.MARK_JOINED)
        await migrate_again(at, "0018_receipts")
        async with connected(at):
            with pytest.raises((sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)):
                await rows("UPDATE participation_event SET decision = '[1]', reason = NULL")
            assert [
                tuple(row) for row in await rows("SELECT decision FROM participation_event")
            ] == [(None,)]
        assert await schema_of(at) == await schema_of(fresh)
