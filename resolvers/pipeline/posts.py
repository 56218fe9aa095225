"""Posts, locked with all that decides about them, and their statuses written together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from database.bulk import update
from database.session import dumps, locked_rows, rows
from models.participation import Post
from resolvers.context import Context
from resolvers.pipeline.loading import LockedCandidate, lock_participations
from resolvers.pipeline.unit_of_work import UnitOfWork
from resolvers.posts_sql import live_sql
from workflow.decisions import Decision, PostDecisionResult
from workflow.enums import Action, Outcome, PostStatus, PostWarning
from workflow.facts import moment_of
from workflow.findings import Decided
from workflow.post_addresses import digest
from workflow.table import PostFacts, Standing, is_live

Place = tuple[int, str]
"""A campaign's id, and what is compared of a URL."""


class Holder(NamedTuple):
    """The live post that has a place, and its participation."""

    post: int
    participation: int


async def find_holders(places: Collection[Place]) -> dict[Place, Holder]:
    """Return the live posts that have these places."""
    found = await rows(_HOLDERS, places=dumps(list(places)))
    return {(campaign, address): Holder(post, part) for post, part, campaign, address in found}


_HOLDERS = f"""SELECT q.id, q.participation_id, q.campaign_id, q.url_digest
FROM json_array_elements(:places::json) AS j(value)
JOIN post q ON q.campaign_id = (j.value->>0)::bigint AND q.url_digest = j.value->>1
    AND {live_sql("q")}"""


@dataclass(slots=True)
class LockedPost:
    """A post whose campaign and influencer are locked, as it is after what has been decided."""

    id: int
    candidate: LockedCandidate
    url: str
    address: str
    "What is compared of its URL; something else where an older live post had it (migration 0007)."
    standing: Standing
    decided: Decided
    heard_at: datetime | None
    "When the last finding came, whatever came of it."

    @property
    def place(self) -> Place:
        """Return the place, which it has while it is live."""
        return self.candidate.campaign.id, self.address

    @property
    def is_live(self) -> bool:
        """Return whether it has its place."""
        return is_live(self.standing.status, self.standing.warning)


class LockedPosts:
    """The posts of one call: decided one after the other, and written together."""

    def __init__(self, posts: Mapping[int, LockedPost], holders: Mapping[Place, Holder]) -> None:
        self._posts = posts
        self._holders = {place: holder.post for place, holder in holders.items()}
        self._changed = dict[int, LockedPost]()
        self._confirmed = list[LockedPost]()

    def get(self, key: int | None) -> LockedPost | None:
        """Return a post by its id."""
        return None if key is None else self._posts.get(key)

    def facts(self, post: LockedPost) -> PostFacts:
        """Return what decides about a post."""
        campaign = post.candidate.facts
        status, warning, reason = post.standing
        return PostFacts(
            campaign_status=campaign.campaign_status,
            post_tracking=campaign.post_tracking,
            status=status,
            warning=warning,
            reason=reason,
            url_is_taken=not post.is_live and post.place in self._holders,
        )

    def change(
        self, unit: UnitOfWork, action: Action, post: LockedPost, decision: PostDecisionResult
    ) -> None:
        """Change a post as was decided, and record it."""
        if post.is_live:
            self._holders.pop(post.place, None)
        post.standing = Standing(decision.target, decision.warning, decision.reason)
        if post.is_live:
            self._holders[post.place] = post.id
        else:
            post.address = digest(post.url)
        self._changed[post.id] = post
        # The participation keeps its status.
        kept = Decision(outcome=Outcome.CHANGED, target=post.candidate.facts.status)
        unit.record(post.candidate, action, kept, post_id=post.id)

    def confirm(self, post: LockedPost) -> None:
        """Keep that staff set a post to what it was: nothing changes, but when they last did."""
        self._confirmed.append(post)

    async def write(self, unit: UnitOfWork) -> None:
        """Write the posts and the history."""
        changed = self._changed.values()
        # Those that lose their place first: another may have it now.
        await update(Post, [_row(post) for post in changed if not post.is_live])
        await update(Post, [_row(post) for post in changed if post.is_live])
        await update(
            Post, [{"id": post.id, "decided_at": post.decided.at} for post in self._confirmed]
        )
        await unit.write()


async def lock_posts(context: Context, ids: Collection[int]) -> LockedPosts:
    """Lock and load posts, without those of participations that are out of the caller's reach."""
    found = await rows(_OWNERS, ids=list(ids))
    owners: dict[int, int] = {row[0]: row[1] for row in found}
    candidates = await lock_participations(context, set(owners.values()))
    locked = await locked_rows(_POSTS, "FOR UPDATE", ids=list(owners))
    posts = {
        row[0]: _post(candidate, *row) for row in locked if (candidate := candidates.get(row[1]))
    }
    return LockedPosts(posts, await find_holders({*map(_place_to_have, posts.values())}))


_OWNERS = "SELECT id, participation_id FROM post WHERE id = ANY(:ids)"
_POSTS = """SELECT p.id, p.participation_id, p.url, p.url_digest, p.status, p.warning, p.reason,
    p.decided_status, p.decided_warning, p.decided_reason, p.decided_at,
    (SELECT max(f.received_at) FROM post_finding f WHERE f.post_id = p.id)
FROM post p WHERE p.id = ANY(:ids) ORDER BY p.id"""
_DIGEST_LENGTH = 64


def _post(
    candidate: LockedCandidate, key: int, _: int, url: str, address: str, *columns: Any
) -> LockedPost:
    """Return the post in a row of `_POSTS`."""
    *standings, decided_at, heard_at = columns
    decided = Decided(_standing(*standings[3:]), moment_of(decided_at))
    return LockedPost(
        key, candidate, url, address, _standing(*standings[:3]), decided, moment_of(heard_at)
    )


def _standing(status: str, warning: str | None, reason: str | None) -> Standing:
    return Standing(PostStatus(status), PostWarning(warning) if warning else None, reason)


def _place_to_have(post: LockedPost) -> Place:
    """Return the place that the post has, or would have."""
    campaign, address = post.place
    return campaign, address if len(address) == _DIGEST_LENGTH else digest(post.url)


def _row(post: LockedPost) -> dict[str, Any]:
    return {
        "id": post.id,
        "url_digest": post.address,
        "status": post.standing.status,
        "warning": post.standing.warning,
        "reason": post.standing.reason,
        "decided_status": post.decided.standing.status,
        "decided_warning": post.decided.standing.warning,
        "decided_reason": post.decided.standing.reason,
        "decided_at": post.decided.at,
        "updated_at": max(post.candidate.now, post.decided.at or post.candidate.now),
    }
