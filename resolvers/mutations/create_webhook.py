"""`createWebhook`: send events of the feed to a URL."""

from collections.abc import Sequence

from database.bulk import insert
from database.session import rows
from models.webhook import Webhook
from resolvers.context import Context
from resolvers.feed import FeedCursor, last_cursor
from resolvers.ids import decode
from resolvers.mutations.webhook_input import (
    DEFAULT_SELECTION,
    MAX_WEBHOOKS,
    WebhookSecretOutcome,
    new_secret,
    read,
    read_cursor,
    rules_in,
)
from resolvers.pipeline.bulk import unknown_campaign
from resolvers.pipeline.validation import Form
from workflow.enums import Action, ErrorCode


async def create_webhook(
    context: Context,
    *,
    url: str,
    description: str,
    actions: Sequence[Action],
    campaign_id: str | None,
    selection: str | None,
    from_: str | None,
) -> WebhookSecretOutcome:
    """Create a webhook, which begins after a cursor of the feed, or at its end."""
    form = Form()
    row = read(
        form,
        rules_in(context),
        {
            "url": url,
            "description": description,
            "actions": actions,
            "selection": DEFAULT_SELECTION if selection is None else selection,
        },
    )
    start = await _start(form, from_)
    if not form.refusals and (await rows(_COUNT))[0][0] >= MAX_WEBHOOKS:
        message = f"There are {MAX_WEBHOOKS} webhooks already: delete one that is not used."
        form.refuse(ErrorCode.TOO_MANY_ITEMS, message)
    if form.refusals:
        return WebhookSecretOutcome(user_errors=form.refusals)
    campaign = None if campaign_id is None else decode(campaign_id, "Campaign")
    if campaign_id is not None and not (campaign and await rows(_CAMPAIGN, id=campaign)):
        return WebhookSecretOutcome(user_errors=unknown_campaign())
    secret = new_secret(context)
    row |= {
        "campaign_id": campaign,
        "secret": secret,
        "is_enabled": True,
        "planned_position": start.position,
        "created_at": context.tick(),
    }
    [key] = await insert(Webhook, [row])
    return WebhookSecretOutcome(webhook=key, secret=secret)


async def _start(form: Form, from_: str | None) -> FeedCursor:
    """Return the cursor after which the webhook begins."""
    cursor = None if from_ is None else await read_cursor(form, from_)
    return cursor or await last_cursor()


_COUNT = "SELECT count(*) FROM webhook WHERE deleted_at IS NULL"
_CAMPAIGN = "SELECT 1 FROM campaign WHERE id = :id"
