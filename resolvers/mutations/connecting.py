"""Connecting accounts: what `connectAccount` and `upsertInfluencers` have in common.

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
from resolvers.availability.counts import rely_on_rules
from resolvers.pipeline.loading import (
    Case,
    LockedInfluencer,
    Pair,
    accounts_of,
    lock_campaigns,
    lock_influencers,
    of_pairs,
)
from resolvers.pipeline.unit_of_work import Actor, Ledger
from workflow.decisions import Command
from workflow.enums import Action, ErrorCode, Outcome, ParticipationStatus, Platform

MAX_ACCOUNTS = 50
"""Connected accounts of an influencer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An account that somebody says an influencer has."""

    platform: Platform
    external_id: str
    handle: str
    followers: int

    @property
    def key(self) -> tuple[int, str]:
        """What tells accounts apart, on all platforms."""
        return self.platform.number, self.external_id


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a claim cannot be met."""

    code: ErrorCode
    message: str


@dataclass(slots=True)
class Connections:
    """What claims come to: looked up for all at once, judged one by one, written all at once."""

    now: datetime
    known: Mapping[tuple[int, str], Sequence["KnownAccount"]]
    counts: Counter[int]
    "Connected accounts of each influencer."
    _owners: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    _new: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _changed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    connected: set[int] = field(default_factory=set[int])
    "Ids of accounts that were connected, or connected again."
    touched: set[int] = field(default_factory=set[int])
    "Influencers whose accounts changed in anything."

    def refusal(self, influencer: int | None, claim: Claim) -> Refusal | None:
        """Why this influencer (None: a new one) cannot have the account; None: they can."""
        owner = self._owners.get(claim.key) or self._connected_owner(claim)
        if owner is not None and owner != influencer:
            return Refusal(
                ErrorCode.ACCOUNT_IN_USE,
                f"The {claim.platform} account {claim.handle} is connected to someone else.",
            )
        return None

    def count_with(self, influencer: int, claims: Sequence[Claim]) -> int:
        """How many accounts they would have connected."""
        gained = [claim for claim in claims if self._connected_owner(claim) != influencer]
        return self.counts[influencer] + len(gained)

    def promise(self, influencer: int, claims: Sequence[Claim]) -> None:
        """Keep these accounts for the influencer (a negative number for one who is new)."""
        self._owners.update((claim.key, influencer) for claim in claims)

    def claim(self, influencer: int, claim: Claim) -> Outcome:
        """Give the account to the influencer, to whom nothing refuses it."""
        account = self._own(influencer, claim)
        if account is None:
            self._new.append(self._row(influencer, claim))
            self.counts[influencer] += 1
        elif account.is_connected and account.says(claim):
            return Outcome.UNCHANGED
        else:
            self._changed.append(self._change(account, claim))
            if not account.is_connected:
                self.connected.add(account.id)
                self.counts[influencer] += 1
        self.touched.add(influencer)
        return Outcome.CHANGED

    async def write(self) -> None:
        """Write the accounts, and what is repeated of them elsewhere.

        Within `changing` those who are touched (`resolvers/availability/counts.py`).
        """
        self.connected |= set(await insert(SocialAccount, self._new))
        await update(SocialAccount, self._changed)
        await profiles.refresh(self.touched)

    def _connected_owner(self, claim: Claim) -> int | None:
        known = self.known.get(claim.key, ())
        return next((account.influencer for account in known if account.is_connected), None)

    def _own(self, influencer: int, claim: Claim) -> "KnownAccount | None":
        """Theirs, connected or, of those they once had, the last."""
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

    def _change(self, account: "KnownAccount", claim: Claim) -> dict[str, Any]:
        return {
            "id": account.id,
            "handle": claim.handle,
            "handle_key": fold(claim.handle),
            "followers": claim.followers,
            "connected_at": account.connected_at if account.is_connected else self.now,
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
    "A moment, in the database's own form."
    is_connected: bool

    def says(self, claim: Claim) -> bool:
        """Whether the claim says nothing new."""
        return (self.handle, self.followers) == (claim.handle, claim.followers)


async def connections(
    claims: Collection[Claim], influencers: Collection[int], now: datetime
) -> Connections:
    """What is known of the claimed accounts and of these influencers, who are locked."""
    found = await locked_rows(
        _KNOWN, "FOR UPDATE OF t", pairs=dumps([claim.key for claim in claims])
    )
    known = defaultdict[tuple[int, str], list[KnownAccount]](list)
    for platform, external_id, disconnected_at, *columns in found:
        number, influencer, handle, followers, connected_at = columns
        known[platform, external_id].append(
            KnownAccount(
                number, influencer, handle, followers, connected_at, disconnected_at is None
            )
        )
    counts = Counter[int]({row[0]: row[1] for row in await rows(_COUNTS, ids=list(influencers))})
    return Connections(now, known, counts)


@dataclass(slots=True)
class Waiting:
    """Influencers locked for writing, and the campaigns in which they wait for an account."""

    influencers: dict[int, LockedInfluencer]
    cases: Sequence[Case]


async def lock_waiting(influencers: Collection[int], now: datetime) -> Waiting:
    """Lock these influencers, after the campaigns in which they wait."""
    await rely_on_rules()
    campaigns = _campaigns(await _waiting_pairs(influencers))
    await lock_campaigns(campaigns)
    locked = await lock_influencers(influencers, writing=True)
    # Whoever was marked in between is found now; nobody can be marked any more.
    pairs = await _waiting_pairs(influencers)
    # It is too late to wait for these: who holds one may be waiting for an influencer.
    await lock_campaigns(_campaigns(pairs) - campaigns, at_once=True)
    cases = await of_pairs(pairs, now)
    return Waiting(locked, list(cases.values()))


async def advance(
    waiting: Waiting, connected: Collection[int], actor: Actor, now: datetime
) -> list[int]:
    """Move on who waited for an account and now has exactly one; the participations' ids.

    Only what was connected counts: a mere change of followers moves nobody, so neither those that
    qualified before nor those that qualify by such a change may have been there.
    """
    if not connected:
        return []
    accounts = await accounts_of(waiting.influencers)
    ledger = Ledger(actor, now)
    moved: list[int] = []
    for before in waiting.cases:
        case = before.with_accounts(accounts[before.influencer.id])
        earlier = before.facts.qualifying | (case.facts.qualifying - set(connected))
        command = Command(
            action=Action.CONNECT_ACCOUNT, role=actor.role, qualifying_before=len(earlier)
        )
        if ledger.decide(case, command).outcome is Outcome.CHANGED and case.participation_id:
            moved.append(case.participation_id)
    await ledger.write()
    return moved


async def _waiting_pairs(influencers: Collection[int]) -> list[Pair]:
    found = await rows(_WAITING, ids=list(influencers))
    return [(campaign, influencer) for campaign, influencer in found]


def _campaigns(pairs: Collection[Pair]) -> set[int]:
    return {campaign for campaign, _ in pairs}


_KNOWN = """
SELECT t.platform, t.external_id, t.disconnected_at,
    t.id, t.influencer_id, t.handle, t.followers, t.connected_at
FROM social_account t JOIN json_array_elements(:pairs::json) AS j(value)
ON t.platform = (j.value->>0)::int AND t.external_id = j.value->>1 ORDER BY t.id"""
_COUNTS = """
SELECT influencer_id, count(*) FROM social_account
WHERE influencer_id = ANY(:ids) AND disconnected_at IS NULL GROUP BY influencer_id"""
_WAITING = f"""
SELECT campaign_id, influencer_id FROM participation
WHERE influencer_id = ANY(:ids) AND status = '{ParticipationStatus.WAITING}'
ORDER BY campaign_id, influencer_id"""
