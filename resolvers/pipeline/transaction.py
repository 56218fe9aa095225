"""The one path of every mutation: authorise, then work in one transaction, then answer.

A root field hands its resolver to `write`, which authorises the caller and opens a transaction.
The resolver locks and loads what decides (`resolvers/pipeline/loading.py`), decides in the order
given and writes the changes together (`resolvers/pipeline/unit_of_work.py`). `write` reads the
payload while the locks still hold, and commits, or rolls a trial run back (`dryRun`). A payload
that an earlier run of the same request has committed is answered again (`Replay`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from strawberry import Info

from database.transactions import transacted
from projection import Completed, Known
from resolvers.answers import allow, payload, payload_again
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.pipeline.validation import Refusal
from telemetry.requests import count_decisions, forget_decisions
from workflow.enums import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationOutcome:
    """The outcome of a mutation: what its payload is made of."""

    user_errors: Sequence[Refusal] = ()
    is_dry_run: bool = False
    "Whether it is rolled back; `write` sets it."
    known: Known | None = None
    "Rows just written, which the read engine need not read. Not for clients."


T = TypeVar("T", bound=MutationOutcome)


async def write(
    info: Info[Context, Any],
    roles: tuple[Role, ...],
    work: Callable[[], Awaitable[T]],
    *,
    dry_run: bool | None,
) -> Completed[T]:
    """Run the work for a caller in one of these roles, and answer with the outcome it returns.

    The work may run again from its start, so it must keep nothing between runs. Raises
    RequestError: UNAUTHENTICATED, FORBIDDEN.
    """
    allow(info, *roles)
    is_trial = bool(dry_run)
    field = str(info.path.key)
    replay = None if is_trial else info.context.replay
    if replay is not None and (kept := replay.kept(field)) is not None:
        return payload_again(info, kept)

    async def answer() -> Completed[T]:
        forget_decisions()
        outcome = await work()
        if is_trial:
            outcome = replace(outcome, is_dry_run=True)
        completed = await payload(info, outcome, outcome.known, is_trial=is_trial)
        if replay is not None:
            await replay.keep(field, completed.value)
        return completed

    completed = await transacted(answer, undo=is_trial)
    if not is_trial:
        count_decisions()
    return completed


def caller_in(context: Context) -> Caller:
    """Return the caller, in work that `write` has authorised."""
    if context.caller is None:
        raise RuntimeError("nobody was authorised")
    return context.caller


def influencer_in(context: Context) -> int:
    """Return the calling influencer's id, in work that `write` has authorised."""
    key = caller_in(context).influencer_id
    assert key is not None, "a token of an influencer names them"
    return key
