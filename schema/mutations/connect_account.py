"""`connectAccount`: connect an account that the caller has proven to be theirs."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.answers import allow
from resolvers.mutations.connect_account import ConnectAccountOutcome, read_claim
from resolvers.mutations.connect_account import connect_account as resolve
from resolvers.pipeline.transaction import write
from schema.account import SocialAccount
from schema.enums import Outcome, Platform
from schema.fields import DryRun, Info, answers
from schema.influencer import Influencer
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(
    description=(
        "The input of `connectAccount`: the account to connect. In production only `proof` counts; "
        "the other fields replace it in development."
    )
)
class ConnectAccountInput:
    proof: str | None = strawberry.field(
        description=(
            "The proof that the account is the caller's: a JWT from the service that did the "
            "platform's login, with the account's handle and followers. Required in production."
        )
    )
    platform: Platform | None = strawberry.field(
        description="The account's platform. Development only."
    )
    external_id: str | None = strawberry.field(
        description="The account's id on its platform, at most 200 characters. Development only."
    )
    handle: str | None = strawberry.field(
        description="The account's name on its platform, at most 200 characters. Development only."
    )
    followers: int | None = strawberry.field(
        description="The account's number of followers, from 0. Development only."
    )


@strawberry.type(description="The payload of `connectAccount`.")
class ConnectAccountPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    account: SocialAccount | None = strawberry.field(
        description="The account, as it is now. Null if it was refused."
    )
    influencer: Influencer | None = strawberry.field(
        description="The caller, as they are now. Null if the account was refused."
    )
    advanced: list[Participation] = strawberry.field(
        description=(
            "The caller's participations that waited for exactly this account and moved on. Those "
            "without a place left stay `WAITING` and are not in the list."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(ConnectAccountPayload | None)
async def connect_account(
    info: Info,
    input: Annotated[
        ConnectAccountInput,
        strawberry.argument(description="The account to connect, with its proof."),
    ],
    dry_run: DryRun = False,
) -> Completed[ConnectAccountOutcome]:
    """Connect an account. For influencers.

    A participation that is `WAITING` without a qualifying account selects this one, as by
    `selectAccount`, if it alone qualifies now. A mere change of followers moves no participation
    on.
    """
    allow(info, Role.INFLUENCER)
    claim = await read_claim(
        info.context,
        proof=input.proof,
        platform=input.platform,
        external_id=input.external_id,
        handle=input.handle,
        followers=input.followers,
    )
    return await write(
        info, (Role.INFLUENCER,), lambda: resolve(info.context, claim), dry_run=dry_run
    )
