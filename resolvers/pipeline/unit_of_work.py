"""Decisions in the order given, and what they come to written all at once.

However many participations move: those that are new are inserted, the others updated, the
campaigns' places counted, and the history written, by one list of moves (`database/batch.py`).
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from database.batch import BatchStatement, Step
from resolvers.caller import Caller
from resolvers.ids import encode
from resolvers.pipeline.loading import Case
from resolvers.pipeline.results import UserError
from workflow.decisions import Command, Decision, decide
from workflow.enums import (
    Action,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Role,
)
from workflow.messages import message as message_for


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


class Verdict(NamedTuple):
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


class _Entry(NamedTuple):
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
        decision = decide(facts, command)
        if decision.error is None:
            return Verdict(decision)
        path = ["input", *map(str, field)] if field else None
        message = message_for(decision.error, facts, command)
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
        """Write what was entered. A new participation's id is then known to its case.

        Raises the driver's own error (sqlite3's IntegrityError, asyncpg's CheckViolationError)
        where a campaign has fewer places than were counted under its lock.
        """
        if not self._entries:
            return
        fresh = await _WRITE(
            [self._move(entry) for entry in self._entries],
            now=self._now,
            role=self._actor.role,
            actor=self._actor.id,
            name=self._actor.name,
            reason=self._reason,
            message=self._message,
        )
        ids = {(campaign, influencer): number for number, campaign, influencer in fresh}
        for entry in self._entries:
            entry.case.participation_id = ids.get(entry.case.pair, entry.case.participation_id)
        self._entries.clear()
        self._taken.clear()

    def _move(self, entry: _Entry) -> dict[str, Any]:
        """An entry as `_WRITE` takes it."""
        case = entry.case
        move = {
            "campaign_id": case.campaign.id,
            "influencer_id": case.influencer.id,
            "post_id": entry.post_id,
            "action": entry.action,
            "places": entry.decision.places,
            "available": _change_of_available(entry),
        }
        if entry.action is Action.SET_AVAILABILITY:
            return move
        move |= {
            "participation_id": case.participation_id,
            "from_status": case.facts.status,
            "status": entry.decision.target,
            "round": case.participation.round if case.participation else 1,
        }
        if entry.action in _LEAVES_PARTICIPATION:
            return move
        return move | (_start(entry) if case.participation is None else _change(entry))


def _start(entry: _Entry) -> dict[str, Any]:
    """A new participation."""
    return {
        "version": 1,
        "origin": _origin(entry.action),
        "selected_account_id": entry.decision.account,
        "selected_platforms": 0,
        "followers": entry.case.influencer.followers,
    }


def _change(entry: _Entry) -> dict[str, Any]:
    """What becomes of a participation."""
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
        "round": before.round + decision.starts_round,
        "version": before.row.version + 1,
        "origin": _origin(entry.action) if anew else before.origin,
        "selected_account_id": account,
        "selected_platforms": platforms,
    }


_SELECTS_PLATFORMS = (Action.SELECT_SOCIAL_MEDIA,)
_LEAVES_PARTICIPATION = (Action.SET_AVAILABILITY, Action.SUBMIT_POST, Action.SET_POST_STATUS)
"""What happens beside a participation, whose row and version stay as they are."""

# A move without a version leaves the participation as it is; one without its id makes it.
_WRITE = BatchStatement(
    {
        "campaign_id": "bigint",
        "influencer_id": "bigint",
        "participation_id": "bigint",
        "post_id": "bigint",
        "action": "text",
        "places": "int",
        "available": "int",
        "from_status": "text",
        "status": "text",
        "round": "int",
        "version": "int",
        "origin": "text",
        "selected_account_id": "bigint",
        "selected_platforms": "smallint",
        "followers": "int",
    },
    Step(
        "fresh",
        """INSERT INTO participation (campaign_id, influencer_id, status, selected_account_id,
            selected_platforms, origin, round, version, followers, created_at, updated_at)
        SELECT campaign_id, influencer_id, status, selected_account_id,
            selected_platforms, origin, round, version, followers,
            :now::timestamptz, :now::timestamptz
        FROM given WHERE participation_id IS NULL AND version IS NOT NULL ORDER BY place
        RETURNING id, campaign_id, influencer_id""",
        visible_as="participation",
    ),
    Step(
        "changed",
        """UPDATE participation AS t SET status = g.status,
            selected_account_id = g.selected_account_id,
            selected_platforms = g.selected_platforms, origin = g.origin, round = g.round,
            version = g.version, updated_at = :now::timestamptz
        FROM given AS g WHERE t.id = g.participation_id AND g.version IS NOT NULL""",
    ),
    Step(
        "placed",
        """UPDATE campaign SET places_taken = places_taken + g.places
        FROM (SELECT campaign_id, sum(places) AS places FROM given GROUP BY campaign_id) AS g
        WHERE campaign.id = g.campaign_id AND g.places <> 0""",
    ),
    Step(
        "counted",
        """INSERT INTO availability_delta (campaign_id, change)
        SELECT campaign_id, sum(available) FROM given
        GROUP BY campaign_id HAVING sum(available) <> 0""",
    ),
    Step(
        "told",
        """INSERT INTO participation_event (campaign_id, influencer_id, participation_id, post_id,
            action, from_status, to_status, round, actor_role, actor_id, actor_name, reason,
            message, occurred_at)
        SELECT g.campaign_id, g.influencer_id, coalesce(g.participation_id, f.id), g.post_id,
            g.action, g.from_status, g.status, g.round, :role::text, :actor::text, :name::text,
            :reason::text, :message::text, :now::timestamptz
        FROM given AS g LEFT JOIN fresh AS f ON f.campaign_id = g.campaign_id
            AND f.influencer_id = g.influencer_id AND g.version IS NOT NULL
        ORDER BY g.place""",
    ),
)


def _change_of_available(entry: _Entry) -> int:
    """1 where the campaign is available to one more influencer after it, -1 to one less."""
    case, facts = entry.case, entry.case.facts
    if entry.action in _LEAVES_PARTICIPATION or case.influencer.is_erased:
        return 0
    if facts.unavailable_reasons:
        return 0
    return _takes_part(facts.status) - _takes_part(entry.decision.target)


def _takes_part(status: ParticipationStatus | None) -> bool:
    return status not in (None, ParticipationStatus.REMOVED)


def _origin(action: Action) -> ParticipationOrigin:
    forced = action is Action.MARK_JOINED
    return ParticipationOrigin.FORCED if forced else ParticipationOrigin.SELF
