"""The whole of it: chapters of callers at once, faults meanwhile, and the check of each chapter."""

import asyncio
import time
from dataclasses import dataclass
from random import Random

from tests.torture.callers import BadAnswerError, Callers
from tests.torture.cast import CAMPAIGNS
from tests.torture.chapter import cast_of, check_chapter
from tests.torture.history import Violation
from tests.torture.stage import Stage


@dataclass
class Torture:
    """So many actions from a seed; `faults_every` so many of them something is broken."""

    stage: Stage
    seed: int
    actions: int
    faults_every: int | None = None
    campaigns: int = len(CAMPAIGNS)
    "The fewer there are, the more often callers meet."
    chapter: int = 1_000
    "Actions with the same cast."
    answered: int = 0
    unanswered: int = 0
    "Calls of which nobody knows what became of them."
    repeated: int = 0
    "Requests that were sent again with their Idempotency-Key."
    seconds: float = 0.0

    def run(self) -> None:
        """Do them, and check all that was answered and stored. Raises Violation, with a story."""
        for number, begun in enumerate(range(0, self.actions, self.chapter)):
            asyncio.run(self._play(number, min(self.chapter, self.actions - begun)))

    def __str__(self) -> str:
        """What was done, in a line."""
        faults = ", ".join(f"{count} {name}" for name, count in self.stage.faults.items())
        return (
            f"seed {self.seed}: {self.answered} actions in {self.seconds:.0f} s,"
            f" {self.unanswered} unanswered, {self.repeated} repeated; {faults or 'no faults'}"
        )

    async def _play(self, number: int, actions: int) -> None:
        seed = f"{self.seed}.{number}"
        cast = await cast_of(self.stage.database_url, number, self.campaigns)
        callers = Callers(self.stage.url, cast, seed, actions)
        began = time.monotonic()
        breaking = asyncio.create_task(self._break(callers, Random(seed)))
        try:
            await callers.act()
        except ExceptionGroup as failures:  # not `except*`, of which 3.11.2 raises a group again
            bad, others = failures.split(BadAnswerError)
            if bad is None or others is not None:
                raise
            raise Violation(f"seed {self.seed}\n{bad.exceptions[0]}") from None
        finally:
            callers.is_over = True
            await breaking
        self.seconds += time.monotonic() - began
        self.answered += callers.answered
        self.unanswered += len(callers.records) - callers.answered
        self.repeated += callers.repeated
        await check_chapter(self.stage.database_url, callers)

    async def _break(self, callers: Callers, random: Random) -> None:
        """Break something now and then, while the callers go on."""
        due, loop = self.faults_every, asyncio.get_running_loop()
        while due is not None and not callers.is_over:
            if callers.answered >= due:
                await loop.run_in_executor(self.stage.thread, self.stage.break_something, random)
                due = callers.answered + random.randint(1, 2 * (self.faults_every or 1))
            await asyncio.sleep(random.random() / 50)
