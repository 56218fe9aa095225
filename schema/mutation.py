"""What can be done."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.apply import apply
from resolvers.mutations.connect_account import connect_account
from resolvers.mutations.create_campaign import create_campaign
from resolvers.mutations.disconnect_account import disconnect_account
from resolvers.mutations.mark_joined import mark_joined
from resolvers.mutations.remove_participants import remove_participants
from resolvers.mutations.reopen_applications import reopen_applications
from resolvers.mutations.select_account import select_account
from resolvers.mutations.select_social_media import select_social_media
from resolvers.mutations.set_applicant_status import set_applicant_status
from resolvers.mutations.set_availability import set_availability
from resolvers.mutations.set_post_status import set_post_status
from resolvers.mutations.submit_post import submit_post
from resolvers.mutations.update_campaign import update_campaign
from resolvers.mutations.upsert_influencers import upsert_influencers
from resolvers.mutations.withdraw import withdraw
from schema.fields import Info, answers
from schema.mutations.apply import ApplyInput, ApplyPayload
from schema.mutations.connect_account import ConnectAccountInput, ConnectAccountPayload
from schema.mutations.create_campaign import CampaignPayload, CreateCampaignInput
from schema.mutations.disconnect_account import DisconnectAccountInput, DisconnectAccountPayload
from schema.mutations.mark_joined import MarkJoinedInput, MarkJoinedPayload
from schema.mutations.remove_participants import RemoveParticipantsInput, RemoveParticipantsPayload
from schema.mutations.reopen_applications import ReopenApplicationsInput, ReopenApplicationsPayload
from schema.mutations.select_account import SelectAccountInput, SelectAccountPayload
from schema.mutations.select_social_media import SelectSocialMediaInput, SelectSocialMediaPayload
from schema.mutations.set_applicant_status import SetApplicantStatusInput, SetApplicantStatusPayload
from schema.mutations.set_availability import SetAvailabilityInput, SetAvailabilityPayload
from schema.mutations.set_post_status import SetPostStatusInput, SetPostStatusPayload
from schema.mutations.submit_post import SubmitPostInput, SubmitPostPayload
from schema.mutations.update_campaign import UpdateCampaignInput
from schema.mutations.upsert_influencers import UpsertInfluencersInput, UpsertInfluencersPayload
from schema.mutations.withdraw import WithdrawInput, WithdrawPayload


@strawberry.type(
    description=(
        "What can be done. Each field is a transaction of its own: all of it happens, or none. "
        "Refusals that the user can act on are in the payload; asking for what is so already "
        "changes nothing. `@dryRun` on the operation tries it out, and a repeated "
        "`Idempotency-Key` header gives the first answer again."
    )
)
class Mutation:
    @answers(CampaignPayload)
    async def create_campaign(
        self,
        info: Info,
        input: Annotated[CreateCampaignInput, strawberry.argument(description="The campaign.")],
    ) -> Completed:
        """Create a campaign. Staff."""
        return await create_campaign(info, input)

    @answers(CampaignPayload)
    async def update_campaign(
        self,
        info: Info,
        input: Annotated[UpdateCampaignInput, strawberry.argument(description="What to change.")],
    ) -> Completed:
        """Change a campaign, or move it on to another status. Staff.

        After `DRAFT`, type, post tracking and advertiser are fixed and platforms may only be added.
        """
        return await update_campaign(info, input)

    @answers(UpsertInfluencersPayload)
    async def upsert_influencers(
        self,
        info: Info,
        input: Annotated[
            UpsertInfluencersInput, strawberry.argument(description="The influencers.")
        ],
    ) -> Completed:
        """Create influencers, or bring them in step with the agency's own database. Staff.

        By their external id; up to 1,000 with their accounts. A participation that waited for
        exactly an account given here moves on.
        """
        return await upsert_influencers(info, input)

    @answers(MarkJoinedPayload)
    async def mark_joined(
        self,
        info: Info,
        input: Annotated[
            MarkJoinedInput, strawberry.argument(description="Whom, and in which campaign.")
        ],
    ) -> Completed:
        """Force-join influencers to whom the campaign is visible. Staff.

        With exactly one qualifying account they join at once (`APPROVED` in Selection campaigns,
        else `JOINED`); with several or none they are `WAITING`, until they select or connect one.
        In affiliate campaigns without post tracking they join at once, whatever their accounts.
        """
        return await mark_joined(info, input)

    @answers(SetApplicantStatusPayload)
    async def set_applicant_status(
        self,
        info: Info,
        input: Annotated[
            SetApplicantStatusInput, strawberry.argument(description="Which, and to what.")
        ],
    ) -> Completed:
        """Decide applications to Selection campaigns. Staff, and advertisers for their campaigns.

        `APPLIED` and `REVIEWING` switch freely, and so do `APPROVED` and `REJECTED`; from the
        former to the latter is one-way.
        """
        return await set_applicant_status(info, input)

    @answers(ReopenApplicationsPayload)
    async def reopen_applications(
        self,
        info: Info,
        input: Annotated[
            ReopenApplicationsInput, strawberry.argument(description="Which, and why.")
        ],
    ) -> Completed:
        """Make rejected influencers applicants again, in a new round. Staff.

        The rejection stays in the history.
        """
        return await reopen_applications(info, input)

    @answers(RemoveParticipantsPayload)
    async def remove_participants(
        self,
        info: Info,
        input: Annotated[
            RemoveParticipantsInput, strawberry.argument(description="Whom, and why.")
        ],
    ) -> Completed:
        """Take out those who are `WAITING`, or `JOINED` without a live post. Staff.

        Their places are free again. A post is live unless it is `INEFFECTIVE`.
        """
        return await remove_participants(info, input)

    @answers(SetAvailabilityPayload)
    async def set_availability(
        self,
        info: Info,
        input: Annotated[
            SetAvailabilityInput, strawberry.argument(description="For whom, and what.")
        ],
    ) -> Completed:
        """Show or hide a running campaign, whatever its audience rules say. Staff.

        Only to influencers who do not take part; null lets the rules decide again.
        """
        return await set_availability(info, input)

    @answers(SetPostStatusPayload)
    async def set_post_status(
        self,
        info: Info,
        input: Annotated[
            SetPostStatusInput, strawberry.argument(description="Which, and to what.")
        ],
    ) -> Completed:
        """Judge posts. Staff.

        Not once they are `APPROVED` or `INEFFECTIVE`. Also in completed campaigns.
        """
        return await set_post_status(info, input)

    @answers(SelectSocialMediaPayload)
    async def select_social_media(
        self,
        info: Info,
        input: Annotated[
            SelectSocialMediaInput,
            strawberry.argument(description="For which participation, and what."),
        ],
    ) -> Completed:
        """Say which platforms someone who joined will use. Staff, and influencers for themselves.

        In affiliate campaigns without post tracking. May be changed later.
        """
        return await select_social_media(info, input)

    @answers(ApplyPayload)
    async def apply(
        self,
        info: Info,
        input: Annotated[
            ApplyInput, strawberry.argument(description="Where, and with which account.")
        ],
    ) -> Completed:
        """Apply to a Selection campaign, or join one of another type. The calling influencer.

        The campaign must be visible to them and its deadline not passed. Who is `WAITING` selects
        an account instead (`selectAccount`).
        """
        return await apply(info, input)

    @answers(SelectAccountPayload)
    async def select_account(
        self,
        info: Info,
        input: Annotated[
            SelectAccountInput,
            strawberry.argument(description="For which participation, and which."),
        ],
    ) -> Completed:
        """Select the account to take part with. The calling influencer.

        Moves `WAITING` on to `APPLIED` in Selection campaigns and to `JOINED` in others. Later,
        only to replace a selected account that is disconnected.
        """
        return await select_account(info, input)

    @answers(ConnectAccountPayload)
    async def connect_account(
        self,
        info: Info,
        input: Annotated[
            ConnectAccountInput, strawberry.argument(description="The account, proven.")
        ],
    ) -> Completed:
        """Connect an account. The calling influencer.

        Where they were `WAITING` with no qualifying account and this is the only one now, it is
        selected as by `selectAccount`. A mere change of followers moves nobody.
        """
        return await connect_account(info, input)

    @answers(DisconnectAccountPayload)
    async def disconnect_account(
        self,
        info: Info,
        input: Annotated[DisconnectAccountInput, strawberry.argument(description="Which account.")],
    ) -> Completed:
        """Disconnect an account. The calling influencer.

        Where it is selected it stays so, and the required action becomes to select or connect one.
        """
        return await disconnect_account(info, input)

    @answers(WithdrawPayload)
    async def withdraw(
        self,
        info: Info,
        input: Annotated[WithdrawInput, strawberry.argument(description="From what, and why.")],
    ) -> Completed:
        """Step back from a participation that is not decided. The calling influencer.

        From `WAITING`, `APPLIED`, `REVIEWING`, or `JOINED` without a live post: one that is not
        `INEFFECTIVE`. Their place is free again.
        """
        return await withdraw(info, input)

    @answers(SubmitPostPayload)
    async def submit_post(
        self,
        info: Info,
        input: Annotated[
            SubmitPostInput, strawberry.argument(description="For which participation, and what.")
        ],
    ) -> Completed:
        """Submit the URL of a post. The calling influencer, once `APPROVED` or `JOINED`."""
        return await submit_post(info, input)
