"""`connectAccount`: connect an account that the caller has proven to be theirs."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.answers import allow
from resolvers.mutations.connect_account import connect_account as resolve
from resolvers.mutations.connect_account import read_claim
from resolvers.pipeline.transaction import write
from schema.account import SocialAccount
from schema.enums import Outcome, Platform
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(
    description=(
        "Which account to connect. `proof` alone is believed in production; the other fields stand "
        "in for it in development only."
    )
)
class ConnectAccountInput:
    proof: str | None = strawberry.field(
        description=(
            "A JWT by which the service that did the platform's login says whose account it is, "
            "with its handle and followers. Needed in production."
        )
    )
    platform: Platform | None = strawberry.field(description="The platform. Development only.")
    external_id: str | None = strawberry.field(
        description=(
            "The platform's own id of the account, at most 200 characters. Development only."
        )
    )
    handle: str | None = strawberry.field(
        description="Its name on the platform, at most 200 characters. Development only."
    )
    followers: int | None = strawberry.field(
        description="How many it has, from 0. Development only."
    )


@strawberry.type(description="How it came out.")
class ConnectAccountPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    account: SocialAccount | None = strawberry.field(
        description="The account, as it is now. Null where it was refused."
    )
    advanced: list[Participation] = strawberry.field(
        description=(
            "The caller's participations that waited for exactly this account and that it moved "
            "on. Those without a place left stay `WAITING`, and are not here."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(ConnectAccountPayload)
async def connect_account(
    info: Info,
    input: Annotated[ConnectAccountInput, strawberry.argument(description="The account, proven.")],
) -> Completed:
    """Connect an account. The calling influencer.

    Where they were `WAITING` with no qualifying account and this is the only one now, it is
    selected as by `selectAccount`. A mere change of followers moves nobody.
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
    return await write(info, (Role.INFLUENCER,), lambda: resolve(info.context, claim))
