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
    """Fields that are left out are UNSET, and stay as they are."""

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
            "The actions whose events are sent, instead of those before. Empty: all. It applies to "
            "events without a delivery yet."
        ),
    )
    selection: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The selection on `ParticipationChange` that makes the payload, as in `createWebhook`. "
            "It applies to all messages that are sent from now on."
        ),
    )
    is_enabled: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether messages are sent. A webhook that is switched on again continues where it "
            "stopped, and sends the events of the meantime."
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
