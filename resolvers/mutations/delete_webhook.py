"""`deleteWebhook`: delete a webhook with its deliveries."""

from database.session import run
from resolvers.context import Context
from resolvers.mutations.webhook_input import WebhookOutcome, locked, unknown


async def delete_webhook(context: Context, *, id: str) -> WebhookOutcome:
    """Mark a webhook as deleted; its rows are deleted in the background."""
    found = await locked(context, id)
    if found is None:
        return WebhookOutcome(user_errors=unknown())
    await run(_DELETE, id=found["id"], now=context.now)
    return WebhookOutcome(webhook=found["id"])


_DELETE = """UPDATE webhook SET deleted_at = :now, is_enabled = FALSE, secret = '',
    previous_secret = NULL, previous_until = NULL WHERE id = :id"""
