"""`updateWebhook`: change a webhook, or switch it off or on."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.mutations.update_webhook import update_webhook as resolve
from resolvers.mutations.webhook_input import WebhookOutcome
from resolvers.pipeline.transaction import write
from schema.enums import Action
from schema.fields import Info, answers, given_values
from schema.mutations.create_webhook import WebhookPayload
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(
    description=(
        "The input of `updateWebhook`: a webhook, and the changes to it. A field that is left out "
        "stays as it is; null is `INVALID_INPUT`."
    )
)
class UpdateWebhookInput:
    """What is left out is UNSET: it stays as it is."""

    id: strawberry.ID = strawberry.field(description="The id of the webhook.")
    url: URL | None = strawberry.field(
        default=UNSET,
        description=(
            "The URL to which messages are sent by POST: https (in development http too), without "
            "user name and fragment, at most 2,048 characters."
        ),
    )
    description: str | None = strawberry.field(
        default=UNSET, description="The webhook's purpose. At most 10,000 characters."
    )
    actions: list[Action] | None = strawberry.field(
        default=UNSET,
        description=(
            "All actions whose events are sent. Empty: all. It counts for events that have not "
            "become deliveries yet."
        ),
    )
    selection: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The selection on `ParticipationChange` that makes the payload, as `createWebhook` "
            "takes it. It counts for all messages that are sent from now on."
        ),
    )
    is_enabled: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether messages are sent. Switched on again, the webhook goes on where it was: what "
            "happened meanwhile is sent then."
        ),
    )


@answers(WebhookPayload | None)
async def update_webhook(
    info: Info,
    input: Annotated[
        UpdateWebhookInput, strawberry.argument(description="The webhook, and the changes to it.")
    ],
) -> Completed[WebhookOutcome]:
    """Change a webhook, or switch it off or on. For staff."""
    changes = given_values(input)
    del changes["id"]
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(info.context, id=input.id, changes=changes),
        dry_run=False,
    )
