"""The rules as data (docs/rules.md#transitions)."""

from collections.abc import Sequence
from dataclasses import dataclass

from projection import Completed
from resolvers.answers import Info, payload, reader_of
from workflow.enums import (
    Action,
    CampaignType,
    ParticipationStatus,
    PostStatus,
    Role,
    Rule,
)
from workflow.rows import workflow_rows


@dataclass(frozen=True, slots=True)
class TransitionValue:
    """One row of the table of rules, as clients see it."""

    rule: Rule
    action: Action
    roles: Sequence[Role]
    campaign_type: CampaignType | None
    selection: bool | None
    post_tracking: bool | None
    from_: ParticipationStatus | None
    to: ParticipationStatus | None
    from_post: PostStatus | None
    to_post: PostStatus | None
    condition: str


async def workflow(
    info: Info, campaign_type: CampaignType | None, selection: bool | None
) -> Completed[list[TransitionValue]]:
    """Return the transitions and who may make them: all, or those of some campaigns."""
    reader_of(info)
    rows = [
        TransitionValue(
            row.rule,
            row.action,
            row.roles,
            row.campaign_type,
            row.selection,
            row.post_tracking,
            row.from_status,
            row.to_status,
            row.from_post,
            row.to_post,
            row.condition,
        )
        for row in workflow_rows(campaign_type, selection=selection)
    ]
    return await payload(info, rows)
