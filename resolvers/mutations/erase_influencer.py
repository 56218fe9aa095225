"""`eraseInfluencer`: delete the personal data of an influencer, and keep the history.

docs/rules.md#erased-influencers says what is kept, and why. The order of the steps matters: the
triggers on the history allow its change only after the influencer is marked as erased, and the
removals are written last, so that their reasons stay.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from database.bulk import update
from database.session import locked_rows, rows, run
from database.transactions import wait_for_others
from models import profiles
from models.influencer import ERASED, erased_id
from models.participation import Post
from models.text import fold
from resolvers.availability.writers import hold_rules_lock, track_changes
from resolvers.context import Context
from resolvers.ids import decode, encode
from resolvers.mutations.connecting import in_use
from resolvers.mutations.stored_answers import erase_answers
from resolvers.pipeline.bulk import not_found
from resolvers.pipeline.loading import Pair, lock_pairs, lock_with_campaigns
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import SYSTEM, UnitOfWork
from resolvers.pipeline.validation import Form
from resolvers.queries.text_search import INFLUENCER_TEXTS
from workflow.decisions import sources_of
from workflow.enums import Action, Outcome, Role, platform_of
from workflow.post_addresses import without_name
from workflow.table import Command

OTHERS_SECONDS = 2
"""Seconds that transactions may take which were open when the erasure was committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseInfluencerOutcome(MutationOutcome):
    """The influencer, and the participations that were removed."""

    influencer: int | None = None
    removed: Sequence[int] = ()
    texts: Collection[str] = ()
    "The texts by which stored answers about the influencer are found. Not for clients."


async def erase_influencer(
    context: Context, *, influencer_id: str, reason: str
) -> EraseInfluencerOutcome:
    """Erase an influencer. A repeated call erases data that was stored since.

    The number of statements does not grow with that of participations, posts or events.
    """
    form = Form()
    cleaned_reason = form.reason(reason, "reason")
    if form.refusals or cleaned_reason is None:
        return EraseInfluencerOutcome(user_errors=form.refusals)
    key = decode(influencer_id, "Influencer") or 0
    await hold_rules_lock()
    plans = await _lock_plans(key)
    locked, pairs = await lock_with_campaigns({key}, sources_of(Action.ERASE))
    if key not in locked:
        refusal = not_found("influencer", "influencerId").refusal
        return EraseInfluencerOutcome(user_errors=[refusal] if refusal else ())
    now = context.tick()
    texts = await _texts_of(key, plans)
    async with track_changes({key}):
        if not locked[key].is_erased:
            await _erase_profile(key, now, caller_in(context).subject, cleaned_reason)
        await run(_ACCOUNTS, influencer=key, name=ERASED, folded=fold(ERASED), now=now)
        await profiles.refresh({key})
    await INFLUENCER_TEXTS.forget_deleted()
    await _erase_posts(key)
    await run(_EVENTS, influencer=key)
    await run(_DELIVERIES, influencer=key)
    # Again, without waiting: others may have become theirs since, when it is too late to wait.
    await run(_PLANS, ids=await _lock_plans(key, at_once=True))
    await erase_answers(key, texts)
    removed = await _remove(context, pairs, cleaned_reason)
    return EraseInfluencerOutcome(influencer=key, removed=removed, texts=texts)


async def erase_late(influencer_id: str, texts: Collection[str]) -> None:
    """Erase, after the commit, the data that other transactions have read before it and stored.

    It does nothing unless the influencer is erased. `texts` are those of the outcome, which a
    repeated call does not have any more.
    """
    influencer = decode(influencer_id, "Influencer") or 0
    if not await rows(_IS_ERASED, influencer=influencer):
        return
    await wait_for_others(OTHERS_SECONDS)
    await run(_DELIVERIES, influencer=influencer)
    await run(_PLANS, ids=[plan for [plan] in await rows(_THEIR_PLANS, influencer=influencer)])
    await erase_answers(influencer, {*texts, encode("Influencer", influencer)})


async def _remove(context: Context, pairs: Collection[Pair], reason: str) -> list[int]:
    """Remove the influencer from these campaigns; return the ids of the participations."""
    unit = UnitOfWork(SYSTEM, reason=reason)
    removed = list[int]()
    for candidate in (await lock_pairs(context, pairs)).values():
        evaluation = unit.decide(candidate, Command(action=Action.ERASE, role=Role.SYSTEM))
        if evaluation.outcome is Outcome.CHANGED and candidate.participation_id:
            removed.append(candidate.participation_id)
    await unit.write()
    return removed


async def _lock_plans(key: int, *, at_once: bool = False) -> list[int]:
    """Lock the plans whose texts are about nobody but the influencer; return their ids."""
    lock = "FOR UPDATE NOWAIT" if at_once else "FOR UPDATE"
    return [plan for [plan] in await locked_rows(_THEIR_PLANS, lock, influencer=key)]


async def _erase_profile(key: int, now: datetime, staff: str, reason: str) -> None:
    [[external_id]] = await rows("SELECT external_id FROM influencer WHERE id = :id", id=key)
    await run(
        _PROFILE,
        influencer=key,
        external_id=erased_id(external_id),
        name=ERASED,
        folded=fold(ERASED),
        now=now,
        staff=staff,
        reason=reason,
    )


async def _erase_posts(key: int) -> None:
    """Remove the name from the URLs of posts. Their digests stay, so that no other can use them."""
    found = await rows(_URLS, influencer=key)
    changed = [(post, without_name(url), url) for post, url in found]
    await update(Post, [{"id": post, "url": new} for post, new, old in changed if new != old])
    await run(_POSTS, influencer=key)


async def _texts_of(key: int, plans: Collection[int]) -> set[str]:
    """Return the texts by which a stored answer is recognized as about the influencer."""
    texts = {text for [text] in await rows(_TEXTS, influencer=key, plans=list(plans))}
    urls = {url for _, url in await rows(_URLS, influencer=key) if without_name(url) != url}
    handles = await rows(_HANDLES, influencer=key)
    refusals = {in_use(platform_of(number), handle) for number, handle in handles}
    return (texts | urls | refusals | {encode("Influencer", key)}) - {ERASED}


_IS_ERASED = "SELECT 1 FROM influencer WHERE id = :influencer AND erased_at IS NOT NULL"
# A delivery that is being sent does not store its payload afterwards either (delivery/outbox.py).
_DELIVERIES = """
UPDATE delivery SET payload = NULL, last_error = NULL, is_erased = TRUE
WHERE influencer_id = :influencer"""
_PROFILE = """
UPDATE influencer SET external_id = :external_id, name = :name, name_key = :folded, email = NULL,
    country = NULL, categories = '[]', category_mask = 0, category_overflow = '',
    avatar_url = NULL, erased_at = :now::timestamptz, erased_by = :staff, erased_reason = :reason,
    updated_at = CASE WHEN updated_at > :now::timestamptz THEN updated_at ELSE :now::timestamptz END
WHERE id = :influencer"""
_ACCOUNTS = """
UPDATE social_account SET handle = :name, handle_key = :folded, followers = 0,
    external_id = 'erased:' || id,
    disconnected_at = CASE WHEN disconnected_at IS NOT NULL THEN disconnected_at
        WHEN connected_at > :now::timestamptz THEN connected_at ELSE :now::timestamptz END
WHERE influencer_id = :influencer"""
_URLS = """
SELECT q.id, q.url FROM post q JOIN participation p ON p.id = q.participation_id
WHERE p.influencer_id = :influencer ORDER BY q.id"""
_POSTS = """
UPDATE post SET reason = NULL, decided_reason = NULL
WHERE participation_id IN (SELECT p.id FROM participation p WHERE p.influencer_id = :influencer)
    AND (reason IS NOT NULL OR decided_reason IS NOT NULL)"""
_EVENTS = """
UPDATE participation_event SET reason = NULL, message = NULL,
    actor_name = CASE WHEN actor_role = 'INFLUENCER' THEN NULL ELSE actor_name END
WHERE influencer_id = :influencer AND action <> 'ERASE' AND (reason IS NOT NULL
    OR message IS NOT NULL OR actor_role = 'INFLUENCER' AND actor_name IS NOT NULL)"""
# The texts of a plan are about many, unless it is about nobody else, or has changed nobody else.
# One that is being applied may change others yet (`resolvers/plans/expiry.py`).
_THEIR_PLANS = """
SELECT id FROM plan WHERE status <> 'APPLYING' AND changed = 1 AND id IN (
        SELECT plan_id FROM participation_event WHERE influencer_id = :influencer)
    OR changes + unchanged + refused = 1 AND EXISTS (
        SELECT 1 FROM plan_item x WHERE x.plan_id = plan.id AND x.influencer_id = :influencer)
ORDER BY id"""
_PLANS = "UPDATE plan SET reason = NULL, message = NULL WHERE id = ANY(:ids)"
_HANDLES = "SELECT platform, handle FROM social_account WHERE influencer_id = :influencer"
_TEXTS = """
SELECT value FROM (
    SELECT name AS value FROM influencer WHERE id = :influencer
    UNION SELECT external_id FROM influencer WHERE id = :influencer
    UNION SELECT email FROM influencer WHERE id = :influencer
    UNION SELECT avatar_url FROM influencer WHERE id = :influencer
    UNION SELECT handle FROM social_account WHERE influencer_id = :influencer
    UNION SELECT external_id FROM social_account WHERE influencer_id = :influencer
    UNION SELECT q.reason FROM post q JOIN participation p ON p.id = q.participation_id
        WHERE p.influencer_id = :influencer
    UNION SELECT reason FROM participation_event WHERE influencer_id = :influencer
    UNION SELECT message FROM participation_event WHERE influencer_id = :influencer
    UNION SELECT reason FROM plan WHERE id = ANY(:plans)
    UNION SELECT message FROM plan WHERE id = ANY(:plans)
    UNION SELECT actor_name FROM participation_event
        WHERE influencer_id = :influencer AND actor_role = 'INFLUENCER') AS each
WHERE value IS NOT NULL"""
