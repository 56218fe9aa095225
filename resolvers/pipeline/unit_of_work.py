"""Decisions in the order given, and the changes that follow from them written together.

However many participations change, one list of changes inserts the new ones, updates the others,
counts the campaigns' places and writes the history (`database/session.py`). Codes are given by the
same list: the number of a pool's codes that are given is known under the campaign's lock, so that
which are the next ones is, too.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from database.session import BatchStatement, Step
from database.trial import trial_ids
from resolvers.caller import Caller
from resolvers.ids import encode
from resolvers.pipeline.loading import LockedCandidate
from resolvers.pipeline.validation import Refusal, path_of
from telemetry.requests import decided
from workflow.decisions import Decision, decide
from workflow.enums import (
    Action,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Role,
)
from workflow.messages import message as message_for
from workflow.receipts import StoredReceipt, make_receipt
from workflow.table import POST_ROLES, SUBMITTING, Command, Facts, nobody_takes_part


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of an event, as the history names them."""

    role: Role
    id: str
    name: str | None = None


SYSTEM = Actor(Role.SYSTEM, "joinery")
"""The server itself, on nobody's behalf."""


def actor_of(caller: Caller) -> Actor:
    """Return the caller as an actor: an influencer by global id, however their token names them."""
    if caller.influencer_id is not None:
        return Actor(caller.role, encode("Influencer", caller.influencer_id), caller.name)
    return Actor(caller.role, caller.subject, caller.name)


class Evaluation(NamedTuple):
    """The decision on a command for one candidate, with its refusal or its receipt."""

    decision: Decision
    refusal: Refusal | None = None
    receipt: StoredReceipt | None = None
    "The facts that it was decided on; None unless it changes something."

    @property
    def outcome(self) -> Outcome:
        """Return whether the command changes something, nothing, or is refused."""
        return self.decision.outcome

    @property
    def status(self) -> ParticipationStatus | None:
        """Return the status after it; None without a participation."""
        return self.decision.target


class _Change(NamedTuple):
    candidate: LockedCandidate
    action: Action
    decision: Decision
    platforms: int | None
    post_id: int | None
    code_number: int | None
    "The number in its campaign's pool of the code that is given."
    receipt: StoredReceipt | None


class UnitOfWork:
    """The changes of one transaction: `decide` or `evaluate` and `record` each, then `write`.

    Every event carries `reason`, for colleagues, `message`, for the influencer, and the plan that
    it came of.
    """

    def __init__(
        self,
        actor: Actor,
        *,
        reason: str | None = None,
        message: str | None = None,
        plan: int | None = None,
    ) -> None:
        self._actor = actor
        self._reason = reason
        self._message = message
        self._plan = plan
        self._places_taken = defaultdict[int, int](int)
        self._codes_given = defaultdict[int, int](int)
        self._changes: list[_Change] = []

    def decide(self, candidate: LockedCandidate, command: Command, *field: str | int) -> Evaluation:
        """Evaluate the command, and record a change. `field` is the path that a refusal names."""
        evaluation = self.evaluate(candidate, command, *field)
        if evaluation.outcome is Outcome.CHANGED:
            platforms = command.platforms if command.action in _SELECTS_PLATFORMS else None
            self.record(candidate, command.action, evaluation, platforms=platforms)
        return evaluation

    def evaluate(
        self, candidate: LockedCandidate, command: Command, *field: str | int
    ) -> Evaluation:
        """Decide the command, after the places and codes that earlier changes took or freed."""
        facts = self._facts_now(candidate)
        decision = decide(facts, command)
        if decision.outcome is Outcome.CHANGED:
            return Evaluation(decision, receipt=_receipt(candidate, facts, command, decision))
        decided(command.action, decision.outcome)
        if decision.error is None:
            return Evaluation(decision)
        message = message_for(decision.error, facts, command)
        refusal = Refusal(decision.error, message, path_of(*field) if field else None)
        return Evaluation(decision, refusal)

    def _facts_now(self, candidate: LockedCandidate) -> Facts:
        """Return the facts after the changes that are recorded."""
        facts, campaign = candidate.facts, candidate.campaign.id
        taken = self._places_taken[campaign]
        if taken and facts.places_left is not None:
            facts = replace(facts, places_left=facts.places_left - taken)
        given = self._codes_given[campaign]
        if given and facts.codes_left is not None:
            facts = replace(facts, codes_left=facts.codes_left - given)
        return facts

    def record(
        self,
        candidate: LockedCandidate,
        action: Action,
        evaluation: Evaluation,
        *,
        platforms: int | None = None,
        post_id: int | None = None,
    ) -> None:
        """Record a change for `write`; what changes a participation's row, once at most."""
        decision, _, receipt = evaluation
        campaign = candidate.campaign
        self._places_taken[campaign.id] += decision.places
        code_number = None
        if decision.gives_code:
            self._codes_given[campaign.id] += 1
            code_number = campaign.row.codes_given + self._codes_given[campaign.id]
        self._changes.append(
            _Change(candidate, action, decision, platforms, post_id, code_number, receipt)
        )
        decided(action, Outcome.CHANGED)

    async def write(self) -> None:
        """Write the recorded changes, and set the ids of new participations on their candidates.

        Raises the driver's own error (sqlite3's IntegrityError, asyncpg's CheckViolationError)
        where a campaign has fewer places or codes than were counted under its lock.
        """
        if not self._changes:
            return
        rows = [_row_of(change) for change in self._changes]
        trial = trial_ids()
        if trial is not None:
            ids = trial.take(len(rows))
            rows = [{**row, "new_id": key} for row, key in zip(rows, ids, strict=True)]
        write = _STATEMENTS[trial is not None, any(self._codes_given.values())]
        inserted = await write(
            rows,
            role=self._actor.role,
            actor=self._actor.id,
            name=self._actor.name,
            reason=self._reason,
            message=self._message,
            plan=self._plan,
        )
        ids = {(campaign, influencer): key for key, campaign, influencer in inserted}
        for change in self._changes:
            candidate = change.candidate
            candidate.participation_id = ids.get(candidate.pair, candidate.participation_id)
        self._changes.clear()
        self._places_taken.clear()
        self._codes_given.clear()


def _receipt(
    candidate: LockedCandidate, facts: Facts, command: Command, decision: Decision
) -> StoredReceipt | None:
    """Return the receipt of a change; None for an erasure, which no facts decide."""
    if command.action is Action.ERASE:
        return None
    return make_receipt(candidate.campaign.row, candidate.accounts, facts, command, decision)


def _row_of(change: _Change) -> dict[str, Any]:
    """Return a change as `_STATEMENTS` take it."""
    candidate = change.candidate
    row = {
        "campaign_id": candidate.campaign.id,
        "influencer_id": candidate.influencer.id,
        "post_id": change.post_id,
        "action": change.action,
        "places": change.decision.places,
        "available": _change_of_available(change),
        "moment": candidate.now.isoformat(" "),
        "decision": change.receipt,
    }
    if change.code_number is not None:
        row["code_number"] = change.code_number
    if change.action is Action.SET_AVAILABILITY:
        status = candidate.facts.status
        return row | {"from_status": None if nobody_takes_part(status) else status}
    row |= {
        "participation_id": candidate.participation_id,
        "from_status": candidate.facts.status,
        "status": change.decision.target,
        "round": candidate.participation.round if candidate.participation else 1,
    }
    if change.action in _LEAVES_PARTICIPATION:
        return row
    return row | (_new_columns(change) if candidate.participation is None else _columns(change))


def _new_columns(change: _Change) -> dict[str, Any]:
    """Return the columns of a new participation."""
    return {
        "version": 1,
        "origin": _origin(change.action),
        "selected_account_id": change.decision.account,
        "selected_platforms": 0,
        "followers": change.candidate.influencer.followers,
    }


def _columns(change: _Change) -> dict[str, Any]:
    """Return the columns of a participation after the change."""
    before, decision = change.candidate.participation, change.decision
    assert before is not None
    account = decision.account
    platforms = before.row.selected_platforms if change.platforms is None else change.platforms
    restarts = before.row.status == ParticipationStatus.REMOVED
    if restarts:
        platforms = 0
    elif account is None:
        account = before.row.selected_account_id
    return {
        "round": before.round + decision.starts_round,
        "version": before.row.version + 1,
        "origin": _origin(change.action) if restarts else before.row.origin,
        "selected_account_id": account,
        "selected_platforms": platforms,
    }


_SELECTS_PLATFORMS = (Action.SELECT_SOCIAL_MEDIA,)
_LEAVES_PARTICIPATION = frozenset((Action.SET_AVAILABILITY, *SUBMITTING, *POST_ROLES))
"""Actions that leave the participation's row and version as they are."""

# A row without a version leaves the participation as it is; one without its id inserts it. In a
# trial run `new_id` is the id of the participation that is inserted, and of the event. In braces is
# what only some calls need: ids that the rows bring (`{id}`, `{new_id}`), and codes.
_COLUMNS = {
    "campaign_id": "bigint",
    "influencer_id": "bigint",
    "participation_id": "bigint",
    "post_id": "bigint",
    "action": "text",
    "places": "int",
    "available": "int",
    "moment": "timestamptz",
    "from_status": "text",
    "status": "text",
    "round": "int",
    "version": "int",
    "origin": "text",
    "selected_account_id": "bigint",
    "selected_platforms": "smallint",
    "followers": "int",
    "decision": "text",
    "new_id": "bigint",
}
_COLUMNS_WITH_CODES = {**_COLUMNS, "code_number": "int"}
_STEPS = (
    Step(
        "inserted",
        """INSERT INTO participation ({id}{code}campaign_id, influencer_id, status,
            selected_account_id, selected_platforms, origin, round, version, followers,
            created_at, updated_at)
        SELECT {new_id}{new_code}campaign_id, influencer_id, status, selected_account_id,
            selected_platforms, origin, round, version, followers, moment, moment
        FROM given WHERE participation_id IS NULL AND version IS NOT NULL ORDER BY place
        RETURNING id, campaign_id, influencer_id""",
        visible_as="participation",
    ),
    Step(
        "updated",
        """UPDATE participation AS t SET {set_code}status = g.status,
            selected_account_id = g.selected_account_id,
            selected_platforms = g.selected_platforms, origin = g.origin, round = g.round,
            version = g.version, updated_at = g.moment
        FROM given AS g WHERE t.id = g.participation_id AND g.version IS NOT NULL""",
    ),
    Step(
        "places",
        """UPDATE campaign SET {set_codes}places_taken = places_taken + g.places
        FROM (SELECT {codes}campaign_id, sum(places) AS places FROM given GROUP BY campaign_id) AS g
        WHERE campaign.id = g.campaign_id AND ({any_codes}g.places <> 0)""",
    ),
    Step(
        "availability",
        """INSERT INTO availability_delta (campaign_id, change)
        SELECT campaign_id, sum(available) FROM given
        GROUP BY campaign_id HAVING sum(available) <> 0""",
    ),
    Step(
        "events",
        """INSERT INTO participation_event ({id}campaign_id, influencer_id, participation_id,
            post_id, action, from_status, to_status, round, actor_role, actor_id, actor_name,
            reason, message, plan_id, occurred_at, decision)
        SELECT {new_id}g.campaign_id, g.influencer_id, coalesce(g.participation_id, i.id),
            g.post_id, g.action, g.from_status, g.status, g.round, :role::text, :actor::text,
            :name::text, :reason::text, :message::text, :plan::bigint, g.moment, g.decision
        FROM given AS g LEFT JOIN inserted AS i ON i.campaign_id = g.campaign_id
            AND i.influencer_id = g.influencer_id AND g.version IS NOT NULL
        ORDER BY g.place""",
    ),
)


_CODE = """(SELECT c.id FROM referral_code c
    WHERE c.campaign_id = {row}.campaign_id AND c.number = {row}.code_number)"""
_OWN_IDS = {"id": "id, ", "new_id": "new_id, "}
_COUNTS_CODES = {
    "codes": "count(code_number) AS codes, ",
    "set_codes": "codes_given = codes_given + g.codes, ",
    "any_codes": "g.codes <> 0 OR ",
}
_GIVES_CODES = {
    "code": "referral_code_id, ",
    "new_code": f"{_CODE.format(row='given')}, ",
    "set_code": f"referral_code_id = coalesce({_CODE.format(row='g')}, t.referral_code_id), ",
}
_NOTHING = dict.fromkeys((*_OWN_IDS, *_COUNTS_CODES, *_GIVES_CODES), "")


def _statement(columns: Mapping[str, str], *parts: Mapping[str, str]) -> BatchStatement:
    """Return the statement of `_STEPS`, with these parts in braces and nothing in the others."""
    filled = dict(_NOTHING)
    for part in parts:
        filled.update(part)
    steps = (replace(step, sql=step.sql.format_map(filled)) for step in _STEPS)
    return BatchStatement(columns, *steps)


# What a trial run would give is counted, and not given: nobody is shown a code that stays free.
_STATEMENTS = {
    (False, False): _statement(_COLUMNS),
    (False, True): _statement(_COLUMNS_WITH_CODES, _COUNTS_CODES, _GIVES_CODES),
    (True, False): _statement(_COLUMNS, _OWN_IDS),
    (True, True): _statement(_COLUMNS_WITH_CODES, _COUNTS_CODES, _OWN_IDS),
}
"""By whether it is a trial run, and whether codes are given."""


def _change_of_available(change: _Change) -> int:
    """Return 1 where the campaign becomes available to one more influencer, -1 to one less."""
    candidate, facts = change.candidate, change.candidate.facts
    if change.action in _LEAVES_PARTICIPATION or candidate.influencer.is_erased:
        return 0
    if facts.unavailable_reasons:
        return 0
    return nobody_takes_part(change.decision.target) - nobody_takes_part(facts.status)


def _origin(action: Action) -> ParticipationOrigin:
    forced = action is Action.MARK_JOINED
    return ParticipationOrigin.FORCED if forced else ParticipationOrigin.SELF
