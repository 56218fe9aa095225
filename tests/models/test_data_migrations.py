"""What migrations make of rows that an earlier version stored."""

from hashlib import sha256

import pytest

from database.connection import connected, migrate
from database.session import run
from models.availability import AvailabilityCount
from models.participation import Post
from resolvers.availability.worker import refresh
from tests import data
from tests.databases import Databases
from workflow.enums import ParticipationStatus
from workflow.post_addresses import digest


async def migrate_again(url: str, migration: str) -> None:
    """Run this migration and those after it on the rows that are there."""
    async with connected(url):
        await run("DELETE FROM tortoise_migrations WHERE name >= :name", name=migration)
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
    reports = [message.partition(", which") for message in caplog.messages]
    assert [report[0] for report in reports if report[1]] == [
        told.format(posts[2].pk, urls[2]),
        told.format(posts[0].pk, urls[0]),
    ]


def _before(url: str) -> str:
    return sha256(url.encode()).hexdigest()
