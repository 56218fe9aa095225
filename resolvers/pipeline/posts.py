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
from resolvers.pipeline.unit_of_work import Evaluation, UnitOfWork
from resolvers.posts_sql import live_sql
from workflow.decisions import Decision, PostDecisionResult
from workflow.enums import Action, Outcome, Rule
from workflow.facts import moment_of, post_state
from workflow.findings import Decided
from workflow.post_addresses import digest
from workflow.receipts import StoredReceipt, make_post_receipt
from workflow.table import PostFacts, PostState, is_live

HeldUrl = tuple[int, str]
"""A campaign's id, and what is compared of a URL."""


class Holder(NamedTuple):
    """The live post that holds a URL, and its participation."""

    post: int
    participation: int


async def find_holders(urls: Collection[HeldUrl]) -> dict[HeldUrl, Holder]:
    """Return the live posts that hold these URLs."""
    found = await rows(_HOLDERS, urls=dumps(list(urls)))
    return {(campaign, address): Holder(post, part) for post, part, campaign, address in found}


_HOLDERS = f"""SELECT q.id, q.participation_id, q.campaign_id, q.url_digest
FROM json_array_elements(:urls::json) AS j(value)
JOIN post q ON q.campaign_id = (j.value->>0)::bigint AND q.url_digest = j.value->>1
    AND {live_sql("q")}"""


@dataclass(slots=True)
class LockedPost:
    """A post whose campaign and influencer are locked, as it is after what has been decided."""

    id: int
    candidate: LockedCandidate
    url: str
    address: str
    "The digest by which its URL is compared, unchanged after its creator was erased; another text"
    " if an older live post had the same URL (migration 0007)."
    state: PostState
    decided: Decided
    heard_at: datetime | None
    "When the last finding came, whatever came of it."

    @property
    def held_url(self) -> HeldUrl:
        """Return the URL, which it holds while it is live."""
        return self.candidate.campaign.id, self.address

    @property
    def is_live(self) -> bool:
        """Return whether it holds its URL."""
        return is_live(self.state.status, self.state.warning)


class LockedPosts:
    """The posts of one call: decided one after the other, and written together."""

    def __init__(self, posts: Mapping[int, LockedPost], holders: Mapping[HeldUrl, Holder]) -> None:
        self._posts = posts
        self._holders = {url: holder.post for url, holder in holders.items()}
        self._changed = dict[int, LockedPost]()
        self._confirmed = list[LockedPost]()

    def get(self, key: int | None) -> LockedPost | None:
        """Return a post by its id."""
        return None if key is None else self._posts.get(key)

    def facts(self, post: LockedPost) -> PostFacts:
        """Return what decides about a post."""
        campaign = post.candidate.facts
        return PostFacts(
            campaign_status=campaign.campaign_status,
            post_tracking=campaign.post_tracking,
            state=post.state,
            url_is_taken=not post.is_live and post.held_url in self._holders,
        )

    def change(
        self, unit: UnitOfWork, action: Action, post: LockedPost, decision: PostDecisionResult
    ) -> None:
        """Change a post as was decided, and record it."""
        receipt = _receipt(post, self.facts(post), action, decision)
        if post.is_live:
            self._holders.pop(post.held_url, None)
        post.state = decision.state
        if post.is_live:
            self._holders[post.held_url] = post.id
        else:
            _, post.address = _url_to_hold(post)
        self._changed[post.id] = post
        # The participation keeps its status.
        kept = Decision(outcome=Outcome.CHANGED, target=post.candidate.facts.status)
        unit.record(post.candidate, action, Evaluation(kept, receipt=receipt), post_id=post.id)

    def confirm(self, post: LockedPost) -> None:
        """Keep that staff set a post to what it was: nothing changes, but when they last did."""
        self._confirmed.append(post)

    async def write(self, unit: UnitOfWork) -> None:
        """Write the posts and the history."""
        changed = self._changed.values()
        # Those that lose their URL first: another may hold it now.
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
    return LockedPosts(posts, await find_holders({*map(_url_to_hold, posts.values())}))


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
    *states, decided_at, heard_at = columns
    decided = Decided(post_state(*states[3:]), moment_of(decided_at))
    return LockedPost(
        key, candidate, url, address, post_state(*states[:3]), decided, moment_of(heard_at)
    )


def _receipt(
    post: LockedPost, facts: PostFacts, action: Action, decision: PostDecisionResult
) -> StoredReceipt:
    """Return the receipt of a post's new status."""
    of = post.candidate
    return make_post_receipt(
        of.campaign.row, of.accounts, of.facts, Rule(action), facts, decision.state
    )


def _url_to_hold(post: LockedPost) -> HeldUrl:
    """Return the URL that the post holds, or would hold."""
    campaign, address = post.held_url
    return campaign, address if len(address) == _DIGEST_LENGTH else digest(post.url)


def _row(post: LockedPost) -> dict[str, Any]:
    return {
        "id": post.id,
        "url_digest": post.address,
        "status": post.state.status,
        "warning": post.state.warning,
        "reason": post.state.reason,
        "decided_status": post.decided.state.status,
        "decided_warning": post.decided.state.warning,
        "decided_reason": post.decided.state.reason,
        "decided_at": post.decided.at,
        "updated_at": max(post.candidate.now, post.decided.at or post.candidate.now),
    }
