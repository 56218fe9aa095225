"""`rotateWebhookSecret`: give a webhook a new secret."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.rotate_webhook_secret import rotate_webhook_secret as resolve
from resolvers.mutations.webhook_input import WebhookSecretOutcome
from resolvers.pipeline.transaction import write
from schema.fields import Info, answers
from schema.mutations.create_webhook import WebhookSecretPayload
from schema.mutations.delete_webhook import WebhookInput
from workflow.enums import Role


@answers(WebhookSecretPayload | None)
async def rotate_webhook_secret(
    info: Info,
    input: Annotated[
        WebhookInput, strawberry.argument(description="The webhook that gets a new secret.")
    ],
) -> Completed[WebhookSecretOutcome]:
    """Give a webhook a new secret. For staff.

    For 24 hours each message is signed by the replaced secret too. A secret that was replaced
    before that one is not used any more.
    """
    return await write(
        info, (Role.STAFF,), lambda: resolve(info.context, id=input.id), dry_run=False
    )
