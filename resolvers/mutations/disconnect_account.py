"""`disconnectAccount`: take one's account away again; it stays where it was selected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.bulk import update
from models import profiles
from models.influencer import SocialAccount
from projection import Completed
from resolvers.availability.counts import changing, rely_on_rules
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import not_found
from resolvers.pipeline.loading import accounts_of, lock_influencers
from resolvers.pipeline.results import UserError
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from workflow.enums import Outcome, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectAccountPayload:
    """How it came out."""

    outcome: Outcome
    account: int | None = None
    user_errors: Sequence[UserError] = ()


async def disconnect_account(info: MutationInfo, input: Any) -> Completed:
    """Disconnect an account of the caller's (`DisconnectAccountInput`)."""
    return await write(info, (Role.INFLUENCER,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> DisconnectAccountPayload:
    """The same within a transaction, with keys in the payload."""
    influencer = caller_in(context).influencer_id
    assert influencer is not None, "influencers have theirs"
    await rely_on_rules()
    await lock_influencers({influencer}, writing=True)
    key = decode(input.account_id, "SocialAccount")
    own = (await accounts_of({influencer}))[influencer]
    account = next((account for account in own if account.id == key), None)
    if account is None:
        error = not_found("account", "accountId").error
        return DisconnectAccountPayload(
            outcome=Outcome.REFUSED, user_errors=[error] if error else ()
        )
    if account.disconnected_at is not None:
        return DisconnectAccountPayload(outcome=Outcome.UNCHANGED, account=account.id)
    async with changing({influencer}):
        await update(SocialAccount, [{"id": account.id, "disconnected_at": context.now}])
        await profiles.refresh({influencer})
    return DisconnectAccountPayload(outcome=Outcome.CHANGED, account=account.id)
