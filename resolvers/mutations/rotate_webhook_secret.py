"""`rotateWebhookSecret`: set a new secret; the one before also signs for a while."""

from datetime import timedelta

from database.session import run
from resolvers.context import Context
from resolvers.mutations.webhook_input import WebhookSecretOutcome, locked, new_secret, unknown

OVERLAP = timedelta(hours=24)
"""So long both secrets sign."""


async def rotate_webhook_secret(context: Context, *, id: str) -> WebhookSecretOutcome:
    """Set a new secret. Of those before only the last one goes on signing."""
    found = await locked(context, id)
    if found is None:
        return WebhookSecretOutcome(user_errors=unknown())
    secret = new_secret(context)
    await run(_ROTATE, id=found["id"], secret=secret, until=context.now + OVERLAP)
    return WebhookSecretOutcome(webhook=found["id"], secret=secret)


_ROTATE = """UPDATE webhook SET previous_secret = secret, previous_until = :until, secret = :secret
WHERE id = :id"""
