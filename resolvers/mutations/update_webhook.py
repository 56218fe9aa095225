"""`updateWebhook`: change a webhook, or switch it off or on."""

from database.bulk import update
from database.session import run
from models.webhook import Webhook
from resolvers.context import Context
from resolvers.mutations.webhook_input import (
    WebhookFields,
    WebhookOutcome,
    locked,
    read,
    rules_in,
    unknown,
)
from resolvers.pipeline.validation import Form

AFRESH = {"failing_since": None, "failures": 0, "paused_until": None}
"""Columns of a webhook without failures."""


async def update_webhook(context: Context, *, id: str, changes: WebhookFields) -> WebhookOutcome:
    """Change the given fields. A webhook that is switched on goes on where it stopped."""
    form = Form()
    row = read(form, rules_in(context), changes)
    if form.refusals:
        return WebhookOutcome(user_errors=form.refusals)
    before = await locked(context, id)
    if before is None:
        return WebhookOutcome(user_errors=unknown())
    key: int = before["id"]
    if "is_enabled" in row:
        row["disabled_reason"] = None
    is_switched_on = row.get("is_enabled", False) and not before["is_enabled"]
    if is_switched_on or row.get("url", before["url"]) != before["url"]:
        row |= AFRESH
        await run(_AT_ONCE, webhook=key, now=context.now)
    if row:
        await update(Webhook, [{"id": key, **row}])
    return WebhookOutcome(webhook=key)


_AT_ONCE = """UPDATE delivery SET next_attempt_at = :now, failing_since = NULL
WHERE webhook_id = :webhook AND status = 'PENDING'"""
