"""The one path of every mutation: who may, in one transaction, and what is answered.

A mutation authorises its caller, opens a transaction, locks and loads what decides
(`resolvers/pipeline/loading.py`), decides in the order given and writes all at once
(`resolvers/pipeline/unit_of_work.py`), reads its payload while nobody else can change it, and
commits. Under `@dryRun` it rolls back instead. A payload that an earlier run of the same request
has committed is given again (`Replay`).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from strawberry import Info

from database.transactions import transacted
from projection import Completed
from resolvers.answers import allow, payload
from resolvers.caller import Caller
from resolvers.context import Context
from workflow.enums import Role

MutationInfo = Info[Context, Any]


async def write(
    info: MutationInfo, roles: tuple[Role, ...], work: Callable[[], Awaitable[object]]
) -> Completed:
    """Do the work for a caller in one of these roles, and answer with the payload it gives.

    The work may run again from its start, so it keeps nothing between runs. Raises RequestError:
    UNAUTHENTICATED, FORBIDDEN.
    """
    allow(info, *roles)
    context = info.context
    field = str(info.path.key)
    replay = None if context.dry_run else context.replay
    if replay is not None and (kept := replay.kept(field)) is not None:
        return Completed(kept)

    async def answer() -> Completed:
        result = await work()
        completed = await payload(info, result, getattr(result, "known", None))
        if replay is not None:
            await replay.keep(field, completed.value)
        return completed

    return await transacted(answer, undo=context.dry_run)


def caller_in(context: Context) -> Caller:
    """Who asks, in work that `write` has let them do."""
    if context.caller is None:
        raise RuntimeError("nobody was authorised")
    return context.caller
