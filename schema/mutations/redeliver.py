"""`redeliver`: send a webhook's events again."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.redeliver import redeliver as resolve
from resolvers.mutations.webhook_input import WebhookOutcome
from resolvers.pipeline.transaction import write
from schema.fields import Info, answers
from schema.mutations.create_webhook import WebhookPayload
from workflow.enums import Role


@strawberry.input(
    description=("The input of `redeliver`: a webhook, and exactly one of `from` and `deliveryId`.")
)
class RedeliverInput:
    id: strawberry.ID = strawberry.field(description="The id of the webhook.")
    from_: str | None = strawberry.field(
        name="from",
        description=(
            "The cursor of the feed after which all of the webhook's events are sent again, "
            "delivered or not."
        ),
    )
    delivery_id: strawberry.ID | None = strawberry.field(
        description="The id of the only delivery to send again, delivered or not."
    )


@answers(WebhookPayload | None)
async def redeliver(
    info: Info,
    input: Annotated[
        RedeliverInput, strawberry.argument(description="The webhook, and what to send again.")
    ],
) -> Completed[WebhookOutcome]:
    """Send a webhook's events again: all after a cursor of the feed, or one delivery. For staff.

    Payloads are read again; the messages keep their ids. If the webhook is switched off, they are
    sent when it is switched on again.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context, id=input.id, from_=input.from_, delivery_id=input.delivery_id
        ),
        dry_run=False,
    )
