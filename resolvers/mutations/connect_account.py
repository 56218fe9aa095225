"""`connectAccount`: connect an account that the caller has proven to be theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from database.session import rows
from resolvers.availability.writers import track_changes
from resolvers.caller import Caller
from resolvers.context import Context, InvalidProofError
from resolvers.ids import encode
from resolvers.mutations.connecting import (
    Claim,
    advance,
    check_followers,
    checked_claim,
    connections,
    lock_waiting,
)
from resolvers.pipeline.transaction import MutationOutcome, caller_in, influencer_in
from resolvers.pipeline.unit_of_work import actor_of
from resolvers.pipeline.validation import MAX_NAME, Form, Refusal, path_of
from workflow.enums import ErrorCode, Outcome, Platform
from workflow.facts import MAX_ACCOUNTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAccountOutcome(MutationOutcome):
    """The outcome for the account, and the participations that it advanced."""

    outcome: Outcome
    account: int | None = None
    influencer: int | None = None
    advanced: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """The account of an input, or why it is refused."""

    claim: Claim | None
    refusals: Sequence[Refusal]
    path: list[str] = field(default_factory=list[str])
    "Where the input names the account."


async def read_claim(
    context: Context,
    *,
    proof: str | None,
    platform: Platform | None,
    external_id: str | None,
    handle: str | None,
    followers: int | None,
) -> ReadClaim:
    """Read the account from the proof, or in development from the other values.

    Call it before the transaction: to check a proof, keys may have to be fetched.
    """
    form = Form()
    if proof is not None:
        claim = await _prove(context, form, proof)
        return ReadClaim(claim, form.refusals, path_of("proof"))
    if not context.plain_accounts:
        message = "Give the proof that the service which did the platform's login has signed."
        form.refuse(ErrorCode.INVALID_INPUT, message, "proof")
        return ReadClaim(None, form.refusals)
    claim = _plain_claim(form, platform, external_id, handle, followers)
    return ReadClaim(claim, form.refusals, path_of("externalId"))


def _plain_claim(
    form: Form,
    platform: Platform | None,
    external_id: str | None,
    handle: str | None,
    followers: int | None,
) -> Claim | None:
    """Return the account of the plain fields; refuse each that is missing or out of bounds."""
    given = {
        "platform": platform,
        "externalId": external_id,
        "handle": handle,
        "followers": followers,
    }
    for name, value in given.items():
        if value is None:
            form.refuse(ErrorCode.INVALID_INPUT, "Give it, or a proof instead.", name)
    if followers is not None:
        check_followers(form, followers, "followers")
    if external_id is not None:
        external_id = form.identifier(external_id, MAX_NAME, "externalId")
    if handle is not None:
        handle = form.identifier(handle, MAX_NAME, "handle")
    if platform is None or external_id is None or handle is None or followers is None:
        return None
    return Claim(platform, external_id, handle, followers)


async def connect_account(context: Context, read: ReadClaim) -> ConnectAccountOutcome:
    """Connect an account to the calling influencer."""
    claim = read.claim
    if claim is None or read.refusals:
        return _refused(*read.refusals)
    influencer = influencer_in(context)
    waiting = await lock_waiting(context, {influencer})
    accounts = await connections([claim], waiting.influencers, context.now)
    if accounts.count_with(influencer, [claim]) > MAX_ACCOUNTS:
        message = f"You have {MAX_ACCOUNTS} accounts connected: disconnect one first."
        return _refused(Refusal(ErrorCode.TOO_MANY_ITEMS, message, read.path))
    if refusal := accounts.refusal(influencer, claim):
        return _refused(replace(refusal, field=read.path))
    outcome = accounts.claim(influencer, claim)
    async with track_changes(accounts.touched):
        await accounts.write()
    actor = actor_of(caller_in(context))
    return ConnectAccountOutcome(
        outcome=outcome,
        influencer=influencer,
        advanced=await advance(waiting, accounts.connected, actor),
        account=await _connected(claim),
    )


async def _prove(context: Context, form: Form, token: str) -> Claim | None:
    """Return the account that a proof names; refuse a proof that is invalid, or another's."""
    if context.proofs is None:
        form.refuse(ErrorCode.INVALID_INPUT, "No service signs proofs for this server.", "proof")
        return None
    try:
        proof = await context.proofs.verify(token)
    except InvalidProofError as error:
        form.refuse(ErrorCode.INVALID_INPUT, str(error), "proof")
        return None
    if proof.influencer not in await _subjects(caller_in(context)):
        form.refuse(ErrorCode.INVALID_INPUT, "The proof is about someone else's account.", "proof")
        return None
    return checked_claim(
        form, Claim(proof.platform, proof.external_id, proof.handle, proof.followers)
    )


async def _subjects(caller: Caller) -> tuple[str, ...]:
    """Return the subjects by which a proof may name the caller."""
    found = await rows("SELECT external_id FROM influencer WHERE id = :id", id=caller.influencer_id)
    return encode("Influencer", caller.influencer_id or 0), f"externalId:{found[0][0]}"


async def _connected(claim: Claim) -> int:
    found = await rows(_CONNECTED, platform=claim.platform.number, external_id=claim.external_id)
    return found[0][0]


_CONNECTED = """
SELECT id FROM social_account
WHERE platform = :platform AND external_id = :external_id AND disconnected_at IS NULL"""


def _refused(*refusals: Refusal) -> ConnectAccountOutcome:
    return ConnectAccountOutcome(outcome=Outcome.REFUSED, user_errors=refusals)
