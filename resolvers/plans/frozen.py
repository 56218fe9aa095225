"""A list that is being frozen: what the rules answer for each item, after those before it."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from database.session import dumps
from models.plan import CODE_NUMBERS, OUTCOME_NUMBERS, STATUS_NUMBERS
from workflow.decisions import Decision, decide
from workflow.enums import ErrorCode, Outcome, ParticipationStatus, PlanItemOutcome
from workflow.table import Command, Facts

Item: TypeAlias = tuple[int, int, int, int | None, int | None, int | None]
"""The columns of an item from `place` on."""

_OUTCOMES = {
    Outcome.CHANGED: OUTCOME_NUMBERS[PlanItemOutcome.CHANGES],
    Outcome.UNCHANGED: OUTCOME_NUMBERS[PlanItemOutcome.UNCHANGED],
    Outcome.REFUSED: OUTCOME_NUMBERS[PlanItemOutcome.REFUSED],
}


class FrozenList:
    """The items of a plan as they are added; places and codes are given in their order."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._size = 0
        self._new: list[Item] = []
        self._outcomes = Counter[Outcome]()
        self._refused = Counter[ErrorCode]()
        self._places_taken = 0
        self._codes_given = 0

    def __len__(self) -> int:
        """Return the number of items."""
        return self._size

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
        self._size += 1
        outcome, error = decision.outcome, decision.error
        source, target = STATUS_NUMBERS[status], STATUS_NUMBERS[decision.target]
        self._new.append(
            (self._size, influencer, _OUTCOMES[outcome], source, target, CODE_NUMBERS[error])
        )
        self._outcomes[outcome] += 1
        if error is not None:
            self._refused[error] += 1

    def take(self) -> Sequence[Item]:
        """Return the items that were added since the last call."""
        taken, self._new = self._new, []
        return taken

    @property
    def counts(self) -> dict[str, int]:
        """Return the columns of the plan that count the items by outcome."""
        return {
            "changes": self._outcomes[Outcome.CHANGED],
            "unchanged": self._outcomes[Outcome.UNCHANGED],
            "refused": self._outcomes[Outcome.REFUSED],
        }

    @property
    def refusals(self) -> str:
        """Return the refused by code, as JSON."""
        return dumps({code.value: count for code, count in self._refused.items()})
