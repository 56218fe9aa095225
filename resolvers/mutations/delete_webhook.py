"""`deleteWebhook`: send nothing to an address any more, and forget what was sent."""

from database.session import run
from resolvers.context import Context
from resolvers.mutations.webhook_input import WebhookOutcome, locked, unknown


async def delete_webhook(context: Context, *, id: str) -> WebhookOutcome:
    """Delete a webhook: it is found no more, and its rows are cleared away in the background."""
    found = await locked(context, id)
    if found is None:
        return WebhookOutcome(user_errors=unknown())
    await run(_DELETE, id=found["id"], now=context.now)
    return WebhookOutcome(webhook=found["id"])


_DELETE = """UPDATE webhook SET deleted_at = :now, is_enabled = FALSE, secret = '',
    previous_secret = NULL, previous_until = NULL WHERE id = :id"""
