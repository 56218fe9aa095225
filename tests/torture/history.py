"""Whether a whole run can be explained: one order of all that happened in each campaign.

All who change a campaign's participations hold its lock, so its events have one order, in which
they are replayed: each must follow from what was so, with the call that wrote it. A call without
an event, a refusal or a read, must be true of a moment between its start and its answer, and not
of an earlier one than a call that had ended before it began.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import Any, Generic, NamedTuple, TypeVar

from tests.torture.calls import ACCOUNTS, SETTINGS, Call
from tests.torture.cast import Cast
from tests.torture.explain import Asked, Event, Moment, Written, is_true, outcomes
from tests.torture.rules import Part, Parts, Terms, places
from tests.torture.wire import brief, seen_of

T = TypeVar("T")
NEVER = math.inf


@dataclass(slots=True, kw_only=True)
class Record:
    """A call as its caller saw it."""

    name: str
    "Whose events are those of this call alone."
    call: Call
    sent: float
    received: float = NEVER
    "When its answer came; the answer of a repeated call is that of the first."
    answer: Mapping[str, Any] | None = None
    "The payload, or the data of a read; None if no answer came."
    accounts: tuple[frozenset[str], frozenset[str]] | None = None
    "The caller's connected accounts before and after, if it is about those."

    @property
    def changes_settings(self) -> bool:
        """Whether it has changed a campaign, or the caller's accounts, or may have."""
        if self.call.is_dry or self.call.action not in (*SETTINGS, *ACCOUNTS):
            return False
        if self.answer is None:
            return True
        if self.call.action in ACCOUNTS:
            return self.answer["outcome"] == "CHANGED"
        return not self.answer["userErrors"]


class Stored(NamedTuple):
    """What the database holds of one campaign at the end."""

    capacity: int | None
    places_taken: int
    parts: Mapping[int, Mapping[str, Any]]
    "By person: the fields of `Part`."


class Version(NamedTuple, Generic[T]):
    """A value, and when it came to be: between two moments."""

    value: T
    earliest: float = -NEVER
    latest: float = -NEVER


def between(versions: Sequence[Version[T]], start: float, end: float) -> list[T]:
    """The values that may have been so at some moment between two."""
    ends = [*(version.latest for version in versions[1:]), NEVER]
    return [
        version.value
        for version, until in zip(versions, ends, strict=True)
        if version.earliest <= end and until >= start
    ]


@dataclass
class Run:
    """All that was sent, and all that was stored."""

    cast: Cast
    records: Sequence[Record]
    events: Sequence[Event]
    "In the order of their ids."
    stored: Sequence[Stored]
    "By campaign."
    terms: list[list[Version[Terms]]] = field(default_factory=list[list[Version[Terms]]])
    connected: list[list[Version[frozenset[str]]]] = field(
        default_factory=list[list[Version[frozenset[str]]]]
    )

    def __post_init__(self) -> None:
        """Find what was set and connected when."""
        self.terms = [[Version(one)] for one in self.cast.terms]
        self.connected = [[Version(one)] for one in self.cast.connected]
        for record in sorted(self.records, key=lambda one: one.sent):
            if record.changes_settings:
                self._note(record)

    def _note(self, record: Record) -> None:
        moments = record.sent, record.received
        if record.accounts is not None:
            versions = self.connected[int(record.call.caller)]
            versions.append(Version(record.accounts[1], *moments))
            return
        [item] = record.call.items
        last = self.terms[item.campaign][-1].value
        if record.call.action == "COMPLETE":
            terms = last._replace(is_running=False)
        else:
            terms = last._replace(capacity=record.call.capacity)
        self.terms[item.campaign].append(Version(terms, *moments))


class Violation(Exception):  # noqa: N818 - what is looked for, no error of the check
    """Something that no order explains, as a story."""


def check(run: Run) -> None:
    """Raise Violation where the run cannot be explained."""
    records = {record.name: record for record in run.records}
    for event in run.events:
        if event.by not in records:
            raise Violation(f"nobody asked for {event}")
    for campaign in range(len(run.cast.campaigns)):
        _Replay(run, campaign, records).check()


class _Step(NamedTuple):
    """A call's events in one campaign, written together, and when they were committed."""

    record: Record
    events: Sequence[Event]
    earliest: float
    latest: float


class _Replay:
    """The history of one campaign."""

    def __init__(self, run: Run, campaign: int, records: Mapping[str, Record]) -> None:
        self.run = run
        self.campaign = campaign
        self.events = [event for event in run.events if event.campaign == campaign]
        self.steps = self._steps(records)
        self.states: list[set[Parts]] = [{(Part(),) * len(run.cast.people)}]
        "Before the first step, and after each: each may be so."

    def check(self) -> None:
        for step in self.steps:
            self._follow(step)
        self._check_stored()
        with_events = {step.record.name for step in self.steps}
        others = [
            record
            for record in self.run.records
            if record.answer is not None and record.name not in with_events
        ]
        self._place([one for one in others if self._is_concerned(one)])

    def _is_concerned(self, record: Record) -> bool:
        """Whether its answer says something of this campaign."""
        is_mere = record.accounts is not None and not record.changes_settings
        if is_mere or record.call.action == "DISCONNECT_ACCOUNT":
            return False
        return any(item.campaign == self.campaign for item in record.call.items)

    # The steps, in the order of the events

    def _steps(self, records: Mapping[str, Record]) -> list[_Step]:
        runs = [(by, list(events)) for by, events in groupby(self.events, lambda one: one.by)]
        sent = [records[by].sent for by, _ in runs]
        received = [records[by].received for by, _ in runs]
        earliest = list(accumulate(sent, max))
        latest = list(accumulate(reversed(received), min))[::-1]
        steps = [
            _Step(records[by], events, *moments)
            for (by, events), *moments in zip(runs, earliest, latest, strict=True)
        ]
        names = set[str]()
        for step in steps:
            if step.record.name in names:
                raise Violation(self._story(step.record, "acted in two transactions"))
            if step.earliest > step.latest:
                text = "was answered before what happened first was asked for"
                raise Violation(self._story(step.record, text))
            names.add(step.record.name)
        return steps

    def _follow(self, step: _Step) -> None:
        """Find what may be so after a step."""
        written: Written = {(event.person, event.url): event for event in step.events}
        if len(written) != len(step.events):
            raise Violation(self._story(step.record, "acted twice on one participation"))
        after = set[Parts]()
        for parts in self.states[-1]:
            moment = self._moment(parts, step.earliest, step.latest)
            after |= outcomes(moment, self._asked(step.record), written)
        if not after:
            raise Violation(self._story(step.record, "does not follow from what was so before it"))
        self.states.append(after)

    def _asked(self, record: Record) -> Asked:
        """The items of a call that are about this campaign."""
        answer = record.answer
        seen = None if answer is None else seen_of(record.call, answer, self.run.cast)
        chosen = [
            index for index, item in enumerate(record.call.items) if item.campaign == self.campaign
        ]
        return Asked(
            record.call,
            [record.call.items[index] for index in chosen],
            [seen[index] for index in chosen] if seen is not None else None,
            record.accounts,
        )

    def _moment(self, parts: Parts, start: float, end: float, counts: Sequence[int] = ()) -> Moment:
        terms = between(self.run.terms[self.campaign], start, end)

        def connected(person: int) -> list[frozenset[str]]:
            return between(self.run.connected[person], start, end)

        return Moment(self.run.cast, self.campaign, parts, terms, connected, counts)

    # At the end

    def _check_stored(self) -> None:
        stored = self.run.stored[self.campaign]
        capacities = [
            terms.capacity for terms in between(self.run.terms[self.campaign], NEVER, NEVER)
        ]
        for parts in self.states[-1]:
            known = {n: part for n, part in enumerate(parts) if part.status is not None}
            same = known.keys() == stored.parts.keys() and all(
                getattr(part, name) == value
                for n, part in known.items()
                for name, value in stored.parts[n].items()
            )
            if same and stored.places_taken == places(parts) and stored.capacity in capacities:
                return
        raise Violation(
            f"campaign {self.campaign} is not stored as its history says:\n"
            f"  stored  {stored}\n  history {[_told(parts) for parts in self.states[-1]]}"
        )

    # Calls without events

    def _place(self, records: Iterable[Record]) -> None:
        """Find a moment for each that is not before those of calls that had ended before it."""
        ended: list[tuple[float, int]] = []
        "When calls ended, and the moment at which they were so: both rising."
        for record in sorted(records, key=lambda one: one.sent):
            first = max((moment for end, moment in ended if end < record.sent), default=0)
            for index in range(first, len(self.states)):
                if self._is_possible(index, record) and self._is_explained(index, record):
                    ended.append((record.received, index))
                    break
            else:
                raise Violation(self._unexplained(record, first))

    def _is_possible(self, index: int, record: Record) -> bool:
        """Whether it may have been answered after so many steps."""
        began = self.steps[index - 1].earliest if index else -NEVER
        ended = self.steps[index].latest if index < len(self.steps) else NEVER
        return began <= record.received and record.sent <= ended

    def _is_explained(self, index: int, record: Record) -> bool:
        counts = self._counts(index) if record.call.is_read else ()
        for parts in self.states[index]:
            moment = self._moment(parts, record.sent, record.received, counts)
            if self._is_so(moment, record):
                return True
        return False

    def _is_so(self, moment: Moment, record: Record) -> bool:
        assert record.answer is not None
        if record.call.is_read:
            return is_true(moment, record.call, record.answer)
        if record.call.action in SETTINGS:
            return self._is_setting_so(moment, record)
        return bool(outcomes(moment, self._asked(record), {}))

    def _is_setting_so(self, moment: Moment, record: Record) -> bool:
        """Whether places let the capacity be set, or do not."""
        assert record.answer is not None
        codes = {error["code"] for error in record.answer["userErrors"]}
        if not any(terms.is_running for terms in moment.terms):
            return codes <= {"TRANSITION_NOT_ALLOWED"}
        capacity = record.call.capacity
        too_few = capacity is not None and capacity < places(moment.parts)
        return codes == ({"CAPACITY_REACHED"} if too_few else set())

    def _counts(self, index: int) -> list[int]:
        """The number of events up to there, by person; an override is no participation's."""
        counts = [0] * len(self.run.cast.people)
        for step in self.steps[:index]:
            for event in step.events:
                counts[event.person] += event.action != "SET_AVAILABILITY"
        return counts

    # Stories

    def _story(self, record: Record, what: str) -> str:
        """What the call and those before it did to the same people, in a few lines."""
        people = {item.person for item in record.call.items if item.campaign == self.campaign}
        before = defaultdict[int, list[Event]](list)
        for event in self.events:
            if event.by == record.name:
                break
            before[event.person].append(event)
        lines = [f"  {_event(event)}" for person in sorted(people) for event in before[person][-4:]]
        own = [f"  {_event(event)}" for event in self.events if event.by == record.name]
        campaign = self.run.cast.campaigns[self.campaign]
        states = [_told(parts) for parts in self.states[-1]]
        return "\n".join(
            [
                f"{record.name} {what}",
                f"  campaign {self.campaign}: {campaign}",
                f"  asked {_call(record.call)}",
                f"  sent {record.sent:.3f}, answered {record.received:.3f}: {self._answer(record)}",
                f"what was so before: {' or '.join(states)}",
                "earlier events about the same people:",
                *lines,
                "its events:",
                *own,
            ]
        )

    def _answer(self, record: Record) -> str:
        return brief(record.call, record.answer, self.run.cast)

    def _unexplained(self, record: Record, first: int) -> str:
        """What the campaign held at each moment at which the call may have been answered."""
        possible = [
            index for index in range(first, len(self.states)) if self._is_possible(index, record)
        ]
        campaign = self.run.cast.campaigns[self.campaign]
        lines = list[str]()
        for index in possible[:8]:
            if index:
                lines += [f"    {_event(event)}" for event in self.steps[index - 1].events]
            lines += [f"  {_told(parts)}" for parts in self.states[index]]
        terms = between(self.run.terms[self.campaign], record.sent, record.received)
        return "\n".join(
            [
                f"{record.name} was answered as it was at no moment",
                f"  campaign {self.campaign}: {campaign}, {terms}",
                f"  asked {_call(record.call)}",
                f"  sent {record.sent:.3f}, answered {record.received:.3f}: {self._answer(record)}",
                "what was so while it was asked:",
                *lines,
            ]
        )


def _event(event: Event) -> str:
    change = f"{event.source} -> {event.target}"
    return f"event {event.key} by {event.by}: {event.action} person {event.person}, {change}"


def _call(call: Call) -> str:
    given = {
        name: value
        for name, value in call._asdict().items()
        if value not in (None, False, (), frozenset())
    }
    return ", ".join(f"{name}={value}" for name, value in given.items())


def _told(parts: Parts) -> str:
    """Who takes part and how, with the places taken."""
    told = [
        f"{number}:{part.status} v{part.version}"
        for number, part in enumerate(parts)
        if part.status is not None
    ]
    return f"[{', '.join(told)}; {places(parts)} places]"
