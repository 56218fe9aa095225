"""A list that is being frozen, in memory: a dozen bytes for each of up to a million items."""

from array import array
from collections import Counter
from collections.abc import Sequence

from database.session import dumps, run
from models.plan import CODE_NUMBERS, OUTCOME_NUMBERS, STATUS_NUMBERS
from workflow.decisions import Decision, decide
from workflow.enums import ErrorCode, Outcome, ParticipationStatus, PlanItemOutcome
from workflow.table import Command, Facts

_OUTCOMES = {
    Outcome.CHANGED: OUTCOME_NUMBERS[PlanItemOutcome.CHANGES],
    Outcome.UNCHANGED: OUTCOME_NUMBERS[PlanItemOutcome.UNCHANGED],
    Outcome.REFUSED: OUTCOME_NUMBERS[PlanItemOutcome.REFUSED],
}


class FrozenList:
    """The items of a plan, each with what the rules answer; places and codes in their order."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._influencers = array("q")
        self._outcomes = bytearray()
        self._sources = bytearray()
        self._targets = bytearray()
        self._errors = bytearray()
        "In each 0 stands for null."
        # Counted on the way, as to look at a million at once would hold up the process.
        self._refused = Counter[ErrorCode]()
        self._places_taken = 0
        self._codes_given = 0

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self._influencers)

    def decide(self, influencer: int, facts: Facts) -> None:
        """Add an item with what the rules answer, after those before it."""
        # The facts are nobody else's yet: to copy them would take longer than to decide.
        if facts.places_left is not None:
            facts.places_left -= self._places_taken
        if facts.codes_left is not None:
            facts.codes_left -= self._codes_given
        decision = decide(facts, self._command)
        self._places_taken += decision.places
        self._codes_given += decision.gives_code
        self._add(influencer, facts.status, decision)

    def refuse(self, influencer: int, status: ParticipationStatus | None, code: ErrorCode) -> None:
        """Add an item that is refused before the rules are asked."""
        self._add(influencer, status, Decision(Outcome.REFUSED, status, error=code))

    def _add(self, influencer: int, status: ParticipationStatus | None, decision: Decision) -> None:
        self._influencers.append(influencer)
        self._outcomes.append(_OUTCOMES[decision.outcome])
        self._sources.append(STATUS_NUMBERS[status] or 0)
        self._targets.append(STATUS_NUMBERS[decision.target] or 0)
        self._errors.append(CODE_NUMBERS[decision.error] or 0)
        if decision.error is not None:
            self._refused[decision.error] += 1

    @property
    def counts(self) -> dict[str, int]:
        """Return the columns of the plan that count the items by outcome."""
        changes, unchanged, refused = (self._outcomes.count(n) for n in _OUTCOMES.values())
        return {"changes": changes, "unchanged": unchanged, "refused": refused}

    @property
    def refusals(self) -> str:
        """Return the refused by code, as JSON."""
        return dumps({code.value: count for code, count in self._refused.items()})

    async def store(self, plan: int, start: int, stop: int) -> None:
        """Insert the items from `start` on, before `stop`."""
        columns: Sequence[Sequence[int]] = (
            self._influencers,
            self._outcomes,
            self._sources,
            self._targets,
            self._errors,
        )
        items = [*zip(range(start + 1, stop + 1), *(c[start:stop] for c in columns), strict=True)]
        await run(_INSERT, plan=plan, items=dumps(items))


_INSERT = """
INSERT INTO plan_item
    (plan_id, place, influencer_id, outcome, from_status, to_status, error)
SELECT :plan::bigint, (j.value->>0)::int, (j.value->>1)::bigint, (j.value->>2)::smallint,
    nullif((j.value->>3)::smallint, 0), nullif((j.value->>4)::smallint, 0),
    nullif((j.value->>5)::smallint, 0)
FROM json_array_elements(:items::json) AS j(value)"""
