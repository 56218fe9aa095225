"""Connecting accounts: what `connectAccount` and `upsertInfluencers` share.

Locks are taken in the order of `resolvers/pipeline/loading.py`: the campaigns in which one of the
influencers waits, the influencers, their participations.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from database.bulk import insert, update
from database.session import dumps, locked_rows, rows
from models import profiles
from models.influencer import SocialAccount
from models.text import fold
from resolvers.audience_sql import MAX_FOLLOWERS
from resolvers.availability.writers import hold_rules_lock
from resolvers.context import Context
from resolvers.pipeline.loading import (
    LockedCandidate,
    LockedInfluencer,
    accounts_of,
    lock_pairs,
    lock_with_campaigns,
    refuse_erased,
)
from resolvers.pipeline.unit_of_work import Actor, UnitOfWork
from resolvers.pipeline.validation import MAX_NAME, Form, Refusal
from workflow.enums import Action, ErrorCode, Outcome, ParticipationStatus, Platform
from workflow.facts import moment_of
from workflow.table import Command


@dataclass(frozen=True, slots=True)
class Claim:
    """An account that an influencer is said to have."""

    platform: Platform
    external_id: str
    handle: str
    followers: int

    @property
    def key(self) -> tuple[int, str]:
        """Return what identifies the account across platforms."""
        return self.platform.number, self.external_id


def checked_claim(form: Form, claim: Claim, *path: str | int) -> Claim:
    """Return the claim with its texts trimmed; refuse what is out of bounds."""
    check_followers(form, claim.followers, *path, "followers")
    return Claim(
        claim.platform,
        form.identifier(claim.external_id, MAX_NAME, *path, "externalId"),
        form.identifier(claim.handle, MAX_NAME, *path, "handle"),
        claim.followers,
    )


def check_followers(form: Form, followers: int, *path: str | int) -> None:
    """Refuse a number of followers that cannot be stored."""
    if not 0 <= followers <= MAX_FOLLOWERS:
        message = f"Give the number of followers, from 0 to {MAX_FOLLOWERS:,}."
        form.refuse(ErrorCode.INVALID_INPUT, message, *path)


def in_use(platform: Platform, handle: str) -> str:
    """Return the message for an account that is connected to another influencer."""
    return f"The {platform} account {handle} is connected to someone else."


@dataclass(slots=True)
class Connections:
    """The accounts of some claims: loaded together, claimed one by one, written together."""

    now: datetime
    known: Mapping[tuple[int, str], Sequence["KnownAccount"]]
    counts: Counter[int]
    "Connected accounts, by influencer."
    _owners: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    _new: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _changed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    connected: set[int] = field(default_factory=set[int])
    "Ids of the accounts that were connected, or connected again."
    touched: set[int] = field(default_factory=set[int])
    "Influencers with a changed account."

    def refusal(self, influencer: int | None, claim: Claim) -> Refusal | None:
        """Return why this influencer (None: a new one) cannot have the account, if so."""
        owner = self._owners.get(claim.key) or self._connected_owner(claim)
        if owner is not None and owner != influencer:
            return Refusal(ErrorCode.ACCOUNT_IN_USE, in_use(claim.platform, claim.handle))
        return None

    def count_with(self, influencer: int, claims: Sequence[Claim]) -> int:
        """Return how many connected accounts the influencer would have with these."""
        gained = [claim for claim in claims if self._connected_owner(claim) != influencer]
        return self.counts[influencer] + len(gained)

    def reserve(self, influencer: int, claims: Sequence[Claim]) -> None:
        """Refuse these accounts to others; a new influencer has a negative number."""
        self._owners.update((claim.key, influencer) for claim in claims)

    def claim(self, influencer: int, claim: Claim) -> Outcome:
        """Give the account to the influencer; call it only if `refusal` returns None."""
        account = self._own(influencer, claim)
        if account is None:
            self._new.append(self._row(influencer, claim))
            self.counts[influencer] += 1
        elif account.is_connected and account.matches(claim):
            return Outcome.UNCHANGED
        else:
            self._changed.append(self._change(account, claim))
            if not account.is_connected:
                self.connected.add(account.id)
                self.counts[influencer] += 1
        self.touched.add(influencer)
        return Outcome.CHANGED

    async def write(self) -> None:
        """Write the accounts, and what influencers repeat of them.

        Call it within `track_changes` of the touched influencers (`resolvers/availability`).
        """
        self.connected |= set(await insert(SocialAccount, self._new))
        await update(SocialAccount, self._changed)
        await profiles.refresh(self.touched)

    def _connected_owner(self, claim: Claim) -> int | None:
        known = self.known.get(claim.key, ())
        return next((account.influencer for account in known if account.is_connected), None)

    def _own(self, influencer: int, claim: Claim) -> "KnownAccount | None":
        """Return their account: the connected one, else the last one they had."""
        own = [a for a in self.known.get(claim.key, ()) if a.influencer == influencer]
        return max(own, key=lambda account: (account.is_connected, account.id), default=None)

    def _row(self, influencer: int, claim: Claim) -> dict[str, Any]:
        return {
            "influencer_id": influencer,
            "platform": claim.platform.number,
            "external_id": claim.external_id,
            "handle": claim.handle,
            "handle_key": fold(claim.handle),
            "followers": claim.followers,
            "connected_at": self.now,
        }

    def _after(self, account: "KnownAccount") -> datetime:
        """Return now; not before it was disconnected, if another machine's clock was ahead."""
        return max(self.now, account.disconnected_at or self.now)

    def _change(self, account: "KnownAccount", claim: Claim) -> dict[str, Any]:
        return {
            "id": account.id,
            "handle": claim.handle,
            "handle_key": fold(claim.handle),
            "followers": claim.followers,
            "connected_at": account.connected_at if account.is_connected else self._after(account),
            "disconnected_at": None,
        }


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as it is stored."""

    id: int
    influencer: int
    handle: str
    followers: int
    connected_at: Any
    "As the database returns it."
    disconnected_at: datetime | None

    @property
    def is_connected(self) -> bool:
        """Return whether it has not been disconnected."""
        return self.disconnected_at is None

    def matches(self, claim: Claim) -> bool:
        """Return whether handle and followers are those of the claim."""
        return (self.handle, self.followers) == (claim.handle, claim.followers)


async def connections(
    claims: Collection[Claim], influencers: Collection[int], now: datetime
) -> Connections:
    """Lock and load the claimed accounts, and count those of these influencers, who are locked."""
    found = await locked_rows(
        _KNOWN, "FOR UPDATE OF t", pairs=dumps([claim.key for claim in claims])
    )
    known = defaultdict[tuple[int, str], list[KnownAccount]](list)
    for platform, external_id, disconnected_at, *columns in found:
        number, influencer, handle, followers, connected_at = columns
        known[platform, external_id].append(
            KnownAccount(
                number, influencer, handle, followers, connected_at, moment_of(disconnected_at)
            )
        )
    counts = Counter[int]({row[0]: row[1] for row in await rows(_COUNTS, ids=list(influencers))})
    return Connections(now, known, counts)


@dataclass(slots=True)
class Waiting:
    """Influencers locked for writing, and their candidates with the status WAITING."""

    influencers: dict[int, LockedInfluencer]
    candidates: Sequence[LockedCandidate]


async def lock_waiting(context: Context, influencers: Collection[int]) -> Waiting:
    """Lock these influencers, after the campaigns in which they wait."""
    await hold_rules_lock()
    locked, pairs = await lock_with_campaigns(influencers, {ParticipationStatus.WAITING})
    for influencer in locked.values():
        refuse_erased(context, influencer)
    candidates = await lock_pairs(context, pairs)
    return Waiting(locked, list(candidates.values()))


async def advance(waiting: Waiting, connected: Collection[int], actor: Actor) -> list[int]:
    """Advance influencers who waited for an account and have one now; return participation ids.

    The one account must be newly connected: an account that qualifies by a mere change of
    followers advances nobody.
    """
    if not connected:
        return []
    accounts = await accounts_of(waiting.influencers)
    unit = UnitOfWork(actor)
    advanced: list[int] = []
    for before in waiting.candidates:
        candidate = before.with_accounts(accounts[before.influencer.id])
        earlier = before.facts.qualifying | (candidate.facts.qualifying - set(connected))
        command = Command(
            action=Action.CONNECT_ACCOUNT, role=actor.role, qualifying_before=len(earlier)
        )
        evaluation = unit.decide(candidate, command)
        if evaluation.outcome is Outcome.CHANGED and candidate.participation_id:
            advanced.append(candidate.participation_id)
    await unit.write()
    return advanced


_KNOWN = """
SELECT t.platform, t.external_id, t.disconnected_at,
    t.id, t.influencer_id, t.handle, t.followers, t.connected_at
FROM social_account t JOIN json_array_elements(:pairs::json) AS j(value)
ON t.platform = (j.value->>0)::int AND t.external_id = j.value->>1 ORDER BY t.id"""
_COUNTS = """
SELECT influencer_id, count(*) FROM social_account
WHERE influencer_id = ANY(:ids) AND disconnected_at IS NULL GROUP BY influencer_id"""
