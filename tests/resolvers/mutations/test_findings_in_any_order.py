"""Findings that come in any order, twice, late, between staff's decisions: one end, and theirs."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from models.participation import ParticipationEvent, Post
from resolvers.caller import Caller
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import SERVICE, STAFF, answer, operation
from tests.workflow import oracle
from tests.workflow.oracle import Observation, PostCase, Standing
from workflow.enums import Action, ParticipationStatus
from workflow.rows import workflow_rows
from workflow.table import POST_ROLES

EXAMPLES = 40
LAST = 6
"""Minutes that a story takes."""
AHEAD = 4
"""Minutes by which the service's clock may be ahead."""
RESULT = "results { outcome post { status warning reason } error { code } } userErrors { code }"
MOVES = {(row.action, row.from_post, row.to_post) for row in workflow_rows()
         if row.action in POST_ROLES}  # fmt: skip
FINAL = ("APPROVED", "INEFFECTIVE")


class Decision(NamedTuple):
    """A status set by staff, and the minute."""

    minute: int
    standing: Standing


class Story(NamedTuple):
    """Decisions and observations, and two orders in which the observations may come."""

    decisions: Sequence[Decision]
    arrivals: tuple[Sequence[tuple[float, Observation]], ...]


STANDINGS = (
    Standing("EFFECTIVE"),
    Standing("EFFECTIVE", None, "fine"),
    Standing("WARNING", "INVALID_CONTENT", "odd"),
    Standing("WARNING", "DELETED_POST", "gone"),
    Standing("APPROVED"),
    Standing("INEFFECTIVE", None, "no"),
)
MINUTES = st.integers(0, LAST)
OBSERVATIONS = st.builds(
    Observation, st.sampled_from(oracle.FINDINGS), MINUTES.map(float), st.booleans()
)
DECISIONS = st.lists(
    st.builds(Decision, MINUTES, st.sampled_from(STANDINGS)),
    max_size=3,
    unique_by=lambda decision: decision.minute,
).map(sorted)


@st.composite
def stories(draw: st.DrawFn, *, earliest: int) -> Story:
    """Each observation comes in both ways, once or twice, at the earliest so long after it."""
    seen = draw(st.lists(OBSERVATIONS, min_size=1, max_size=5, unique=True))
    ways: list[list[tuple[float, Observation]]] = []
    for _ in range(2):
        way: list[tuple[float, Observation]] = []
        for one in seen:
            after = st.integers(earliest, LAST)
            # Between the minutes, so that it is plain whether a decision was before it.
            way += [
                (max(one.observed_at + late, 0.0) + 0.5, one)
                for late in draw(st.lists(after, min_size=1, max_size=2))
            ]
        ways.append(draw(st.permutations(way)))
    return Story(draw(DECISIONS), tuple(ways))


# What must come of it, told a second time


def expected(
    decisions: Sequence[Decision], arrivals: Iterable[tuple[float, Observation]]
) -> Standing:
    """Return the status set last, unless a finding that holds was observed, and came, after it."""
    ends = [number for number, one in enumerate(decisions) if one.standing.status in FINAL]
    last = decisions[: ends[0] + 1][-1] if ends else (decisions[-1] if decisions else None)
    if last is not None and last.standing.status in FINAL:
        return last.standing
    first: dict[Observation, float] = {}
    for minute, one in arrivals:
        first[one] = min(minute, first.get(one, minute))
    holding = [one for one in first if not one.over and not _is_over(one, first)]
    kinds = {one.finding for one in holding
             if last is None or min(one.observed_at, first[one]) > last.minute}  # fmt: skip
    shown = [one for one in holding if one.finding in kinds]
    if not shown:
        return last.standing if last else Standing()
    latest = min(shown, key=lambda one: (-one.observed_at, oracle.FINDINGS.index(one.finding)))
    return Standing("WARNING", latest.finding)


def _is_over(one: Observation, known: Iterable[Observation]) -> bool:
    return any(
        other.over and other.finding == one.finding and other.observed_at >= one.observed_at
        for other in known
    )


# Playing a story


class Played:
    """A post, to which a story happens; what happens to it is a legal path."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.changes = 0
        self.standing = Standing()

    async def play(
        self, decisions: Sequence[Decision], arrivals: Sequence[tuple[float, Observation]]
    ) -> Standing:
        """Let all of it happen, each at its time; return what is shown in the end."""
        steps: list[tuple[float, Decision | Observation]] = [
            *((float(one.minute), one) for one in decisions),
            *arrivals,
        ]
        for minute, step in sorted(steps, key=lambda step: step[0]):
            if isinstance(step, Decision):
                await self._decide(step)
            else:
                await self._find(minute, step)
        return self.standing

    async def _decide(self, decision: Decision) -> None:
        status, warning, reason = decision.standing
        was_final = self.standing.status in FINAL
        asked = {"postIds": [self._gid], "status": status, "warning": warning, "reason": reason}
        outcome = await self._ask(
            "setPostStatus", STAFF, Action.SET_POST_STATUS, asked, decision.minute
        )
        assert (outcome == "REFUSED") <= was_final
        assert was_final or self.standing == decision.standing

    async def _find(self, minute: float, seen: Observation) -> None:
        finding = {
            "postId": self._gid,
            "finding": seen.finding,
            "over": seen.over,
            "observedAt": moment(seen.observed_at).isoformat(),
        }
        asked = {"findings": [finding]}
        outcome = await self._ask("recordFindings", SERVICE, Action.RECORD_FINDING, asked, minute)
        assert outcome != "REFUSED"

    async def _ask(
        self, field: str, caller: Caller, action: Action, asked: dict[str, Any], minute: float
    ) -> str:
        """Let it happen; return the outcome."""
        text = operation(field, RESULT)
        [result] = (await answer(text, caller, moment(minute), input=asked))[field]["results"]
        after = Standing(**result["post"])
        if result["outcome"] == "CHANGED":
            self.changes += 1
            assert (action, self.standing.status, after.status) in MOVES
        assert (result["outcome"] == "CHANGED") is (after != self.standing)
        self.standing = after
        return result["outcome"]

    @property
    def _gid(self) -> str:
        return encode("Post", self.post.pk)


def moment(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


async def check(story: Story, *, is_ahead: bool) -> None:
    for way in story.arrivals:
        person = await data.influencer()
        part = await data.participation(await data.campaign(), person, ParticipationStatus.JOINED)
        played = Played(await data.post(part))
        shown = await played.play(story.decisions, way)
        assert shown == expected(story.decisions, way)
        assert await ParticipationEvent.filter(post_id=played.post.pk).count() == played.changes
        if not is_ahead and not any(one.standing.status in FINAL for one in story.decisions):
            assert shown == by_the_oracle(story, way)


def by_the_oracle(story: Story, way: Iterable[tuple[float, Observation]]) -> Standing:
    decided = story.decisions[-1] if story.decisions else Decision(-1_000, Standing())
    post = PostCase(
        decided=decided.standing,
        decided_at=decided.minute,
        observations=frozenset(one for _, one in way),
    )
    return oracle.standing_that_follows(post)


EFFECTIVE = Standing("EFFECTIVE")
SEEN = Observation("AD_FRAUD", 3.0)
SAME_MOMENT = Story([Decision(3, EFFECTIVE)], ([(3.5, SEEN)], [(9.5, SEEN), (3.5, SEEN)]))
SAID_AGAIN = Story([Decision(1, EFFECTIVE), Decision(5, EFFECTIVE)], ([(3.5, SEEN)], [(9.5, SEEN)]))


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [0, AHEAD])
async def test_however_findings_come_one_state_follows_and_no_decision_is_overturned(
    db: str, ahead: int
) -> None:
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(stories(earliest=-ahead))
    @example(SAME_MOMENT)
    @example(SAID_AGAIN)
    def property_(story: Story) -> None:
        note(str(story))
        checked = check(story, is_ahead=ahead > 0)
        asyncio.run_coroutine_threadsafe(checked, loop).result()

    # Hypothesis knows no coroutines: it runs beside the loop.
    await asyncio.to_thread(property_)
