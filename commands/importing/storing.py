"""Storing influencers, a thousand in a transaction, and telling what is refused."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from rich.progress import Progress

from commands.importing.entries import Entry, Problem
from commands.importing.known_accounts import with_known_ids
from database.transactions import transacted
from resolvers.context import Context
from resolvers.mutations.upsert_influencers import UpsertInfluencersOutcome, upsert_influencers
from resolvers.pipeline.bulk import MAX_ITEMS
from resolvers.pipeline.validation import Refusal


@dataclass(slots=True)
class Report:
    """The numbers of influencers that were imported and refused."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    seen: dict[str, int] = field(default_factory=dict[str, int])
    "The line on which each external id stands first."


async def store(entries: Iterator[Entry], raw: io.BufferedReader, size: int) -> Report:
    """Store what the entries of this file say; print what is wrong, line by line."""
    report = Report()
    with Progress() as progress:
        task = progress.add_task("importing", total=size)
        while batch := list(islice(entries, MAX_ITEMS)):
            for problem in sorted(await _store_batch(batch, report)):
                told = f"line {problem.line}: {problem.message}"
                progress.console.print(told, soft_wrap=True, markup=False, highlight=False)
            progress.update(task, completed=raw.tell())
    return report


async def _store_batch(batch: Sequence[Entry], report: Report) -> list[Problem]:
    """Store what can be, in one transaction; return what is wrong with the rest."""
    for entry in batch:
        _refuse_repeated(entry, report)
    problems = [problem for entry in batch for problem in entry.problems]
    report.refused += sum(entry.lost for entry in batch if entry.problems)
    good = [entry for entry in batch if not entry.problems]
    return problems + (await _upsert(good, report) if good else [])


def _refuse_repeated(entry: Entry, report: Report) -> None:
    """Refuse an external id that stood further up, apart from these lines."""
    if not entry.external_id:
        return
    first = report.seen.setdefault(entry.external_id, entry.line)
    if first != entry.line:
        entry.problems.append(entry.about(["externalId"], f"it stands on line {first} already"))


async def _upsert(batch: Sequence[Entry], report: Report) -> list[Problem]:
    context = Context()
    influencers = [entry.fields for entry in batch if entry.fields]

    async def work() -> UpsertInfluencersOutcome:
        return await upsert_influencers(context, influencers=await with_known_ids(influencers))

    payload = await transacted(work)
    located = [_located(batch, error) for error in payload.user_errors]
    report.created += payload.created
    report.updated += payload.updated
    report.unchanged += len(payload.influencers) - payload.created - payload.updated
    report.refused += len({index for index, _ in located})
    return [problem for _, problem in located]


def _located(batch: Sequence[Entry], error: Refusal) -> tuple[int, Problem]:
    """Return the index of the entry that an error is about, and the error with its line."""
    # The path is input, influencers, the place among them, and so on.
    _, _, index, *path = error.field or ["input", "influencers", "0"]
    return int(index), batch[int(index)].about(path or [error.code], error.message)
