"""`deleteWebhook`: delete a webhook; and the input, which `rotateWebhookSecret` shares."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.delete_webhook import delete_webhook as resolve
from resolvers.mutations.webhook_input import WebhookOutcome
from resolvers.pipeline.transaction import write
from schema.fields import Info, answers
from schema.mutations.create_webhook import WebhookPayload
from workflow.enums import Role


@strawberry.input(description="The input of `deleteWebhook` and `rotateWebhookSecret`: a webhook.")
class WebhookInput:
    id: strawberry.ID = strawberry.field(description="The id of the webhook.")


@answers(WebhookPayload | None)
async def delete_webhook(
    info: Info,
    input: Annotated[WebhookInput, strawberry.argument(description="The webhook to delete.")],
) -> Completed[WebhookOutcome]:
    """Delete a webhook with its secret and its deliveries. For staff.

    A message that is being sent may still arrive.
    """
    return await write(
        info, (Role.STAFF,), lambda: resolve(info.context, id=input.id), dry_run=False
    )
