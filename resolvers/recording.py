"""Decisions in the order given, and what they come to written all at once.

However many participations move, it takes one statement each to insert those that are new, to
update the others, to count the campaigns' places, and to write the history.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models import workflow
from models.bulk import insert, update
from models.enums import (
    Action,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Role,
)
from models.participation import Participation, ParticipationEvent
from models.workflow import Command, Decision
from resolvers.availability_counts import append
from resolvers.caller import Caller
from resolvers.database import dumps, run
from resolvers.facts import Case
from resolvers.ids import encode
from resolvers.results import UserError


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, as the history names them."""

    role: Role
    id: str
    name: str | None = None


SYSTEM = Actor(Role.SYSTEM, "joinery")
"""The server itself, on nobody's behalf."""


def actor_of(caller: Caller) -> Actor:
    """The caller; an influencer by their global id, whichever way their token names them."""
    if caller.influencer_id is not None:
        return Actor(caller.role, encode("Influencer", caller.influencer_id), caller.name)
    return Actor(caller.role, caller.subject, caller.name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a command comes to for one case."""

    decision: Decision
    error: UserError | None = None

    @property
    def outcome(self) -> Outcome:
        """How it came out."""
        return self.decision.outcome

    @property
    def status(self) -> ParticipationStatus | None:
        """The status after it; None without a participation."""
        return self.decision.target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    case: Case
    action: Action
    decision: Decision
    platforms: int | None
    post_id: int | None


class Ledger:
    """The decisions of one transaction: `decide` or `judge` and `enter` for each, then `write`.

    `reason` is for colleagues, `message` for the influencer; both go to every event.
    """

    def __init__(
        self, actor: Actor, now: datetime, *, reason: str | None = None, message: str | None = None
    ) -> None:
        self._actor = actor
        self._now = now
        self._reason = reason
        self._message = message
        self._taken = defaultdict[int, int](int)
        self._entries: list[_Entry] = []

    def decide(self, case: Case, command: Command, *field: str | int) -> Verdict:
        """What the command comes to; a change is entered. `field`: what a refusal points to."""
        verdict = self.judge(case, command, *field)
        if verdict.outcome is Outcome.CHANGED:
            platforms = command.platforms if command.action in _SELECTS_PLATFORMS else None
            self.enter(case, command.action, verdict.decision, platforms=platforms)
        return verdict

    def judge(self, case: Case, command: Command, *field: str | int) -> Verdict:
        """What the command comes to, after the places that earlier changes took or gave back."""
        facts = case.facts
        taken = self._taken[case.campaign.id]
        if taken and facts.places_left is not None:
            facts = replace(facts, places_left=facts.places_left - taken)
        decision = workflow.decide(facts, command)
        if decision.error is None:
            return Verdict(decision)
        path = ["input", *map(str, field)] if field else None
        message = workflow.message(decision.error, facts, command)
        return Verdict(decision, UserError(decision.error, message, path))

    def enter(
        self,
        case: Case,
        action: Action,
        decision: Decision,
        *,
        platforms: int | None = None,
        post_id: int | None = None,
    ) -> None:
        """Note a change, to be written with the others; of a participation once at most."""
        self._taken[case.campaign.id] += decision.places
        entry = _Entry(
            case=case, action=action, decision=decision, platforms=platforms, post_id=post_id
        )
        self._entries.append(entry)

    async def write(self) -> None:
        """Write what was entered. A new participation's id is then known to its case."""
        moved = [entry for entry in self._entries if entry.action not in _LEAVES_PARTICIPATION]
        fresh = [entry for entry in moved if entry.case.participation is None]
        ids = await insert(Participation, [self._new(entry) for entry in fresh])
        for entry, number in zip(fresh, ids, strict=True):
            entry.case.participation_id = number
        known = [self._changed(entry) for entry in moved if entry.case.participation is not None]
        await update(Participation, known)
        await self._count_places()
        await append(self._available_to())
        await insert(ParticipationEvent, [self._event(entry) for entry in self._entries])
        self._entries.clear()
        self._taken.clear()

    def _new(self, entry: _Entry) -> dict[str, Any]:
        case = entry.case
        return {
            "campaign_id": case.campaign.id,
            "influencer_id": case.influencer.id,
            "status": entry.decision.target,
            "selected_account_id": entry.decision.account,
            "selected_platforms": 0,
            "origin": _origin(entry.action),
            "round": 1,
            "version": 1,
            "followers": case.influencer.followers,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def _changed(self, entry: _Entry) -> dict[str, Any]:
        before, decision = entry.case.participation, entry.decision
        assert before is not None
        account = decision.account
        platforms = before.row.selected_platforms if entry.platforms is None else entry.platforms
        anew = before.row.status == ParticipationStatus.REMOVED
        if anew:
            platforms = 0
        elif account is None:
            account = before.row.selected_account_id
        return {
            "id": before.id,
            "status": decision.target,
            "selected_account_id": account,
            "selected_platforms": platforms,
            "origin": _origin(entry.action) if anew else before.origin,
            "round": before.round + decision.starts_round,
            "version": before.row.version + 1,
            "updated_at": self._now,
        }

    async def _count_places(self) -> None:
        """Take and give back places, never more than there are."""
        changes = [(campaign, places) for campaign, places in self._taken.items() if places]
        if changes and await run(_PLACES, changes=dumps(changes)) != len(changes):
            raise RuntimeError("a campaign has fewer places than were counted under its lock")

    def _available_to(self) -> Counter[int]:
        """By how much the number of those whom each campaign is available to changes."""
        changes = Counter[int]()
        for entry in self._entries:
            case, facts = entry.case, entry.case.facts
            if facts.unavailable_reasons or case.influencer.is_erased:
                continue
            if entry.action not in _LEAVES_PARTICIPATION:
                after = _takes_part(entry.decision.target)
                changes[case.campaign.id] += _takes_part(facts.status) - after
        return changes

    def _event(self, entry: _Entry) -> dict[str, Any]:
        case, decision = entry.case, entry.decision
        before = case.participation
        round_ = before.round + decision.starts_round if before else 1
        about_participation = entry.action is not Action.SET_AVAILABILITY
        return {
            "campaign_id": case.campaign.id,
            "influencer_id": case.influencer.id,
            "participation_id": case.participation_id if about_participation else None,
            "post_id": entry.post_id,
            "action": entry.action,
            "from_status": case.facts.status if about_participation else None,
            "to_status": decision.target if about_participation else None,
            "round": round_ if about_participation else None,
            "actor_role": self._actor.role,
            "actor_id": self._actor.id,
            "actor_name": self._actor.name,
            "reason": self._reason,
            "message": self._message,
            "occurred_at": self._now,
        }


_SELECTS_PLATFORMS = (Action.SELECT_SOCIAL_MEDIA,)
_LEAVES_PARTICIPATION = (Action.SET_AVAILABILITY, Action.SUBMIT_POST, Action.SET_POST_STATUS)
"""What happens beside a participation, whose row and version stay as they are."""

_PLACES = """
UPDATE campaign SET places_taken = places_taken + (j.value->>1)::int
FROM json_array_elements(:changes::json) AS j(value)
WHERE campaign.id = (j.value->>0)::bigint
AND (capacity IS NULL OR places_taken + (j.value->>1)::int <= capacity)"""


def _takes_part(status: ParticipationStatus | None) -> bool:
    return status not in (None, ParticipationStatus.REMOVED)


def _origin(action: Action) -> ParticipationOrigin:
    forced = action is Action.MARK_JOINED
    return ParticipationOrigin.FORCED if forced else ParticipationOrigin.SELF
