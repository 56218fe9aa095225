"""`disconnectAccount`: disconnect an account; it stays where it was selected."""

from dataclasses import dataclass

from database.session import run
from models import profiles
from resolvers.availability.writers import hold_rules_lock, track_changes
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import not_found
from resolvers.pipeline.loading import accounts_of, lock_influencers, refuse_erased
from resolvers.pipeline.transaction import MutationOutcome, influencer_in
from workflow.enums import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectAccountOutcome(MutationOutcome):
    """The outcome for the account."""

    outcome: Outcome
    account: int | None = None
    influencer: int | None = None


async def disconnect_account(context: Context, *, account_id: str) -> DisconnectAccountOutcome:
    """Disconnect an account of the calling influencer."""
    influencer = influencer_in(context)
    await hold_rules_lock()
    locked = await lock_influencers({influencer}, writing=True)
    refuse_erased(context, locked.get(influencer))
    now = context.tick()
    key = decode(account_id, "SocialAccount")
    own = (await accounts_of({influencer}))[influencer]
    account = next((account for account in own if account.id == key), None)
    if account is None:
        refusal = not_found("account", "accountId").refusal
        return DisconnectAccountOutcome(
            outcome=Outcome.REFUSED, user_errors=[refusal] if refusal else ()
        )
    if account.disconnected_at is not None:
        return DisconnectAccountOutcome(
            outcome=Outcome.UNCHANGED, account=account.id, influencer=influencer
        )
    async with track_changes({influencer}):
        await run(_DISCONNECT, id=account.id, now=now)
        await profiles.refresh({influencer})
    return DisconnectAccountOutcome(
        outcome=Outcome.CHANGED, account=account.id, influencer=influencer
    )


# Not before it was connected: another machine's clock may have been ahead.
_DISCONNECT = """
UPDATE social_account SET disconnected_at =
    CASE WHEN connected_at > :now::timestamptz THEN connected_at ELSE :now::timestamptz END
WHERE id = :id"""
