"""`recordFindings`: record what a service has found of posts."""

from datetime import datetime
from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.record_findings import FindingFields, RecordFindingsOutcome
from resolvers.mutations.record_findings import record_findings as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Finding, Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, Payload, UserError
from schema.post import Post
from workflow.enums import Role


@strawberry.input(description="A finding on a post in `recordFindings`, or that it is over.")
class RecordFindingInput:
    post_id: strawberry.ID = strawberry.field(description="The id of the post.")
    finding: Finding = strawberry.field(description="The kind of finding.")
    over: bool = strawberry.field(
        default=False,
        description="Whether the finding no longer holds: the post is fine again, or back.",
    )
    observed_at: datetime = strawberry.field(
        description=(
            "The time when the service observed it, which puts findings in order, however they "
            "arrive. At most 5 minutes ahead."
        )
    )


@strawberry.input(description="The input of `recordFindings`: what was found of which posts.")
class RecordFindingsInput:
    findings: list[RecordFindingInput] = strawberry.field(
        description="The findings, 1 to 1,000. Several of one post, and repeated ones, are fine."
    )


@strawberry.type(description="The result of `recordFindings` for one item.")
class RecordFindingResult:
    index: int = strawberry.field(description="The item's place in the list given, from 0.")
    post_id: strawberry.ID = strawberry.field(description="The post's id, as given.")
    outcome: Outcome = strawberry.field(
        description=(
            "The outcome for the item. `UNCHANGED` if the finding is kept and nothing follows from "
            "it now: it came late or again, the post's status is final, staff have set it since, "
            "or another live post has the URL of a post that is back."
        )
    )
    post: Post | None = strawberry.field(
        description="The post, as it is now. Null if it was not found, or the item is not valid."
    )
    error: UserError | None = strawberry.field(
        description="The reason for the refusal. Null unless the outcome is `REFUSED`."
    )


@strawberry.type(
    description="The payload of `recordFindings`: one result for each item, in the order given."
)
class RecordFindingsPayload(Payload):
    results: list[RecordFindingResult] = strawberry.field(
        description=(
            "The result for each item, in the order given. Empty if `userErrors` has an entry."
        )
    )
    summary: BulkSummary = strawberry.field(description="The number of results by outcome.")
    user_errors: list[UserError] = strawberry.field(
        description="The faults of the call as a whole. If there are any, nothing was done."
    )


@answers(RecordFindingsPayload | None)
async def record_findings(
    info: Info,
    input: Annotated[
        RecordFindingsInput, strawberry.argument(description="The findings on posts.")
    ],
    dry_run: DryRun = False,
) -> Completed[RecordFindingsOutcome]:
    """Record what was found of posts, or that it is over. For services.

    A post has the warning that was observed last while it holds, unless staff have set the post's
    status since; when it is over, what staff had set comes back. Also in completed campaigns, and
    whatever became of the participation.
    """
    findings = [
        FindingFields(
            post_id=given.post_id,
            finding=given.finding,
            over=given.over,
            observed_at=given.observed_at,
        )
        for given in input.findings
    ]
    return await write(
        info, (Role.SERVICE,), lambda: resolve(info.context, findings=findings), dry_run=dry_run
    )
