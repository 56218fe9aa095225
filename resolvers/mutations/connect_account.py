"""`connectAccount`: connect one's account on a platform, as the service that saw the login says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.session import rows
from projection import Completed
from resolvers.answers import allow
from resolvers.audience_sql import MAX_FOLLOWERS
from resolvers.availability.counts import changing
from resolvers.caller import Caller
from resolvers.context import Context, InvalidProofError
from resolvers.ids import encode
from resolvers.mutations.connecting import MAX_ACCOUNTS, Claim, advance, connections, lock_waiting
from resolvers.pipeline.results import UserError
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import actor_of
from resolvers.pipeline.validation import NAME_LENGTH, Form
from workflow.enums import ErrorCode, Outcome, Role

_PLAIN = {
    "platform": "platform",
    "external_id": "externalId",
    "handle": "handle",
    "followers": "followers",
}
"""The plain fields, by the attributes that hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAccountPayload:
    """How it came out, and which waiting participations it moved on."""

    outcome: Outcome
    account: int | None = None
    advanced: Sequence[int] = ()
    user_errors: Sequence[UserError] = ()


async def connect_account(info: MutationInfo, input: Any) -> Completed:
    """Connect an account of the caller's (`ConnectAccountInput`)."""
    allow(info, Role.INFLUENCER)
    # Before the transaction, because keys may have to be fetched to check a proof.
    form = Form()
    claim = await _claim(info.context, form, input)
    about = "externalId" if input.proof is None else "proof"
    return await write(
        info, (Role.INFLUENCER,), lambda: act(info.context, form, claim, ["input", about])
    )


async def act(
    context: Context, form: Form, claim: Claim | None, about: list[str]
) -> ConnectAccountPayload:
    """The same within a transaction, with keys in the payload.

    `about` is the path to where the account is named. Without a claim the form says why.
    """
    if claim is None or form.errors:
        return _refused(*form.errors)
    caller = caller_in(context)
    assert caller.influencer_id is not None, "influencers have theirs"
    waiting = await lock_waiting({caller.influencer_id}, context.now)
    known = await connections([claim], waiting.influencers, context.now)
    if known.count_with(caller.influencer_id, [claim]) > MAX_ACCOUNTS:
        message = f"You have {MAX_ACCOUNTS} accounts connected: disconnect one first."
        return _refused(UserError(ErrorCode.TOO_MANY_ITEMS, message, about))
    refusal = known.refusal(caller.influencer_id, claim)
    if refusal:
        return _refused(UserError(refusal.code, refusal.message, about))
    outcome = known.claim(caller.influencer_id, claim)
    async with changing(known.touched):
        await known.write()
    advanced = await advance(waiting, known.connected, actor_of(caller), context.now)
    return ConnectAccountPayload(
        outcome=outcome,
        account=await _connected(claim),
        advanced=advanced,
    )


async def _claim(context: Context, form: Form, input: Any) -> Claim | None:
    """What is believed of the account: the proof, or in development the plain fields."""
    if input.proof is not None:
        return await _proven(context, form, input.proof)
    if not context.plain_accounts:
        message = "Give the proof that the service which did the platform's login has signed."
        form.refuse(ErrorCode.INVALID_INPUT, message, "proof")
        return None
    for attribute, name in _PLAIN.items():
        if getattr(input, attribute) is None:
            form.refuse(ErrorCode.INVALID_INPUT, "Give it, or a proof instead.", name)
    if form.errors:
        return None
    return checked_claim(
        form, Claim(input.platform, input.external_id, input.handle, input.followers)
    )


async def _proven(context: Context, form: Form, token: str) -> Claim | None:
    if context.proofs is None:
        form.refuse(ErrorCode.INVALID_INPUT, "No service signs proofs for this server.", "proof")
        return None
    try:
        proof = await context.proofs.verify(token)
    except InvalidProofError as error:
        form.refuse(ErrorCode.INVALID_INPUT, str(error), "proof")
        return None
    if proof.influencer not in await _names(caller_in(context)):
        form.refuse(ErrorCode.INVALID_INPUT, "The proof is about someone else's account.", "proof")
        return None
    return checked_claim(
        form, Claim(proof.platform, proof.external_id, proof.handle, proof.followers)
    )


def checked_claim(form: Form, claim: Claim, *path: str | int) -> Claim:
    """The claim with its texts trimmed; the form refuses what is out of bounds."""
    if not 0 <= claim.followers <= MAX_FOLLOWERS:
        message = f"Give the number of followers, from 0 to {MAX_FOLLOWERS:,}."
        form.refuse(ErrorCode.INVALID_INPUT, message, *path, "followers")
    return Claim(
        claim.platform,
        form.text(claim.external_id, NAME_LENGTH, *path, "externalId"),
        form.text(claim.handle, NAME_LENGTH, *path, "handle"),
        claim.followers,
    )


async def _names(caller: Caller) -> tuple[str, ...]:
    """How a proof may name the caller."""
    found = await rows("SELECT external_id FROM influencer WHERE id = :id", id=caller.influencer_id)
    return encode("Influencer", caller.influencer_id or 0), f"externalId:{found[0][0]}"


async def _connected(claim: Claim) -> int:
    found = await rows(_CONNECTED, platform=claim.platform.number, external_id=claim.external_id)
    return found[0][0]


_CONNECTED = """
SELECT id FROM social_account
WHERE platform = :platform AND external_id = :external_id AND disconnected_at IS NULL"""


def _refused(*errors: UserError) -> ConnectAccountPayload:
    return ConnectAccountPayload(outcome=Outcome.REFUSED, user_errors=errors)
