"""`redeliver`: send events to a webhook again."""

from database.session import run
from resolvers.context import Context
from resolvers.deliveries_sql import REQUESTED_AGAIN
from resolvers.ids import decode
from resolvers.mutations.webhook_input import WebhookOutcome, locked, read_cursor, unknown
from resolvers.pipeline.validation import Form
from workflow.enums import ErrorCode


async def redeliver(
    context: Context, *, id: str, from_: str | None, delivery_id: str | None
) -> WebhookOutcome:
    """Send all events after a cursor of the feed again, or one delivery."""
    form = Form()
    if (from_ is None) is (delivery_id is None):
        form.refuse(ErrorCode.INVALID_INPUT, "Give exactly one of `from` and `deliveryId`.")
    cursor = None if from_ is None else await read_cursor(form, from_)
    if form.refusals:
        return WebhookOutcome(user_errors=form.refusals)
    found = await locked(context, id)
    if found is None:
        return WebhookOutcome(user_errors=unknown())
    webhook: int = found["id"]
    if cursor is not None:
        await run(_BACK, id=webhook, position=cursor.position)
    elif not await _one(context, webhook, delivery_id or ""):
        errors = unknown("delivery of this webhook", "deliveryId")
        return WebhookOutcome(webhook=webhook, user_errors=errors)
    return WebhookOutcome(webhook=webhook)


async def _one(context: Context, webhook: int, delivery_id: str) -> bool:
    """Make one delivery pending again; return whether the webhook has it."""
    key = decode(delivery_id, "Delivery")
    return key is not None and bool(await run(_AGAIN, id=key, webhook=webhook, now=context.now))


_BACK = """UPDATE webhook SET planned_position = :position
WHERE id = :id AND planned_position > :position"""
_AGAIN = f"""UPDATE delivery SET status = 'PENDING', next_attempt_at = :now, {REQUESTED_AGAIN}
WHERE id = :id AND webhook_id = :webhook"""
