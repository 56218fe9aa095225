"""`createWebhook`, and the payloads of all mutations of webhooks."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.create_webhook import create_webhook as resolve
from resolvers.mutations.webhook_input import WebhookSecretOutcome
from resolvers.pipeline.transaction import write
from schema.enums import Action
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.scalars import URL
from schema.webhook import Webhook
from workflow.enums import Role


@strawberry.input(description="The input of `createWebhook`: the new webhook.")
class CreateWebhookInput:
    url: URL = strawberry.field(
        description=(
            "The URL to which messages are sent by POST: https (in development http too), without "
            "user name and fragment, at most 2,048 characters. Its host must have a public "
            "address, unless the server's settings allow it: an IP address is checked at once, a "
            "name at each attempt."
        )
    )
    description: str = strawberry.field(
        default="", description="The webhook's purpose. At most 10,000 characters."
    )
    actions: list[Action] = strawberry.field(
        default_factory=list, description="The actions whose events are sent. Empty: all."
    )
    campaign_id: strawberry.ID | None = strawberry.field(
        description="The id of the campaign whose events are sent. Null: of all campaigns."
    )
    selection: str | None = strawberry.field(
        description=(
            "The selection on `ParticipationChange` that makes the payload, such as "
            "`{ cursor event { id action } participation { id status } }`: at most 10,000 "
            "characters and 1,000 points, without variables, and without other influencers than "
            "the event's. Null: a selection of ids and statuses, which `Webhook.selection` shows."
        )
    )
    from_: str | None = strawberry.field(
        name="from",
        description=(
            "The cursor of the feed after which the webhook begins. Null: only events that get "
            "their place in the feed from now on are sent."
        ),
    )


@strawberry.type(description="The payload of `updateWebhook`, `deleteWebhook` and `redeliver`.")
class WebhookPayload:
    webhook: Webhook | None = strawberry.field(
        description=(
            "The webhook, as it is now; after `deleteWebhook`, as it was. Null if it was not found "
            "or the input was refused; not if `redeliver` did not find the delivery."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. If there are any, nothing was done."
    )


@strawberry.type(description="The payload of `createWebhook` and `rotateWebhookSecret`.")
class WebhookSecretPayload:
    webhook: Webhook | None = strawberry.field(
        description="The webhook, as it is now. Null if it was not found or not created."
    )
    secret: str | None = strawberry.field(
        description=(
            "The webhook's new secret, by which its messages are signed: `whsec_` and base64. It "
            "is shown only once: if an answer is repeated for an `Idempotency-Key`, it is null, "
            "and `rotateWebhookSecret` gives another. Null after a refusal."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. If there are any, nothing was done."
    )


@answers(WebhookSecretPayload | None)
async def create_webhook(
    info: Info,
    input: Annotated[CreateWebhookInput, strawberry.argument(description="The webhook to create.")],
) -> Completed[WebhookSecretOutcome]:
    """Create a webhook, to which events of the feed are sent. For staff."""
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            url=input.url,
            description=input.description,
            actions=input.actions,
            campaign_id=input.campaign_id,
            selection=input.selection,
            from_=input.from_,
        ),
        dry_run=False,
    )
