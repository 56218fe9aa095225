"""The queries."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.answers import allow, one, page
from resolvers.queries import jobs, nodes, viewer, vocabulary, webhooks, workflow
from resolvers.queries.applicant_tab import everywhere
from resolvers.queries.campaigns import campaigns
from resolvers.queries.history import feed
from resolvers.queries.influencers import influencer, influencers
from schema.campaign import Campaign, CampaignFilter
from schema.connection import Connection
from schema.enums import (
    CampaignOrder,
    CampaignType,
    InfluencerOrder,
    JobSection,
    ParticipationOrder,
)
from schema.event import ParticipationEvent, ParticipationEventFilter
from schema.fields import After, Before, First, Info, Last, answers
from schema.influencer import Influencer, InfluencerFilter
from schema.jobs import JobCount
from schema.node import Node
from schema.participation import Participation, ParticipationFilter
from schema.plan import Plan
from schema.viewer import Viewer
from schema.vocabulary import Vocabulary
from schema.webhook import Webhook
from schema.workflow import WorkflowTransition
from workflow.enums import Role


@strawberry.type(
    description=(
        "The queries. An object that the caller may not see is null, as if it did not exist; a "
        "field that the caller's role may not use is refused with the error `FORBIDDEN`."
    )
)
class Query:
    @answers(Viewer, may_be_late=True)
    async def viewer(self, info: Info) -> Completed[viewer.ViewerValue]:
        """The caller, as the token of the request names them."""
        return await viewer.viewer(info)

    @answers(Node | None, may_be_late=True)
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The object's global id.")],
    ) -> Completed:
        """The object with this id. Null if there is none, or the caller may not see it."""
        return await nodes.node(info, id)

    @answers(list[Node | None], may_be_late=True)
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="The objects' global ids, at most 100."),
        ],
    ) -> Completed:
        """The objects with these ids, in the order given, with null where `node` returns null."""
        return await nodes.nodes(info, ids)

    @answers(Campaign | None, may_be_late=True)
    async def campaign(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The campaign's global id.")],
    ) -> Completed:
        """The campaign with this id. Null if there is none, or the caller may not see it."""
        return await one(info, "Campaign", id)

    @answers(Connection[Campaign] | None, may_be_late=True)
    async def campaigns(
        self,
        info: Info,
        filter: Annotated[
            CampaignFilter | None,
            strawberry.argument(description="A filter on the campaigns. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            CampaignOrder | None, strawberry.argument(description="The order of the campaigns.")
        ] = CampaignOrder.CREATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """The campaigns that the caller may see.

        Staff see all; advertisers see their own; influencers see those that are visible to them
        and those in which they have a participation.
        """
        return await page(info, "Campaign", campaigns)

    @answers(Influencer | None, may_be_late=True)
    async def influencer(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The influencer's global id.")
        ] = UNSET,
        external_id: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "The influencer's id in the agency's own database. For staff and the "
                    "influencer; `FORBIDDEN` for advertisers."
                )
            ),
        ] = UNSET,
    ) -> Completed:
        """The influencer with this id: exactly one of `id` and `externalId` is given.

        Null if there is none, or the caller may not see them.
        """
        return await influencer(
            info,
            gid=None if id is UNSET else id,
            external_id=None if external_id is UNSET else external_id,
        )

    @answers(Connection[Influencer] | None, may_be_late=True)
    async def influencers(
        self,
        info: Info,
        filter: Annotated[
            InfluencerFilter | None,
            strawberry.argument(description="A filter on the influencers. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            InfluencerOrder | None, strawberry.argument(description="The order of the influencers.")
        ] = InfluencerOrder.FOLLOWERS_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """All influencers, without those whose data have been erased. For staff."""
        allow(info, Role.STAFF)
        return await page(info, "Influencer", influencers)

    @answers(Plan | None)
    async def plan(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The plan's global id.")],
    ) -> Completed:
        """The plan with this id. Null if there is none. For staff."""
        allow(info, Role.STAFF)
        return await one(info, "Plan", id)

    @answers(Vocabulary | None, may_be_late=True)
    async def vocabulary(self, info: Info) -> Completed[vocabulary.Vocabulary]:
        """The words that filters and rules can be made of: those that occur. For staff."""
        return await vocabulary.vocabulary(info)

    @answers(list[Webhook] | None)
    async def webhooks(self, info: Info) -> Completed[list[Any]]:
        """All webhooks, the oldest first. For staff."""
        return await webhooks.webhooks(info)

    @answers(Participation | None, may_be_late=True)
    async def participation(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID, strawberry.argument(description="The participation's global id.")
        ],
    ) -> Completed:
        """The participation with this id. Null if there is none, or the caller may not see it."""
        return await one(info, "Participation", id)

    @answers(Connection[Participation] | None, may_be_late=True)
    async def participations(
        self,
        info: Info,
        filter: Annotated[
            ParticipationFilter | None,
            strawberry.argument(description="A filter on the participations. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            ParticipationOrder | None,
            strawberry.argument(description="The order of the participations."),
        ] = ParticipationOrder.UPDATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """The participations that the caller may see, across campaigns.

        Staff see all; advertisers see those in their campaigns; influencers see their own.
        """
        return await page(info, "Participation", everywhere)

    @answers(Connection[ParticipationEvent] | None)
    async def participation_events(
        self,
        info: Info,
        filter: Annotated[
            ParticipationEventFilter | None,
            strawberry.argument(description="A filter on the events. Left out: all."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """The feed of all events, oldest first. For staff, and advertisers for their campaigns.

        To follow the feed, or to keep a copy of the data up to date, ask again with the last cursor
        as `after`. For the newest first ask for `last`, then `before` the page's `startCursor`, and
        read each page from its end.
        """
        allow(info, Role.STAFF, Role.ADVERTISER)
        return await page(info, "ParticipationEvent", feed)

    @answers(Connection[Participation] | None)
    async def my_jobs(
        self,
        info: Info,
        section: Annotated[
            JobSection | None, strawberry.argument(description="The section of the My Job page.")
        ] = JobSection.IN_PROGRESS,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """The calling influencer's participations in a section of My Job, last changed first."""
        return await jobs.my_jobs(info)

    @answers(list[JobCount] | None)
    async def my_job_counts(self, info: Info) -> Completed[list[jobs.JobCount]]:
        """The number of the calling influencer's participations in each section of My Job."""
        return await jobs.my_job_counts(info)

    @answers(list[WorkflowTransition], may_be_late=True)
    async def workflow(
        self,
        info: Info,
        campaign_type: Annotated[
            CampaignType | None,
            strawberry.argument(
                description="Only the transitions in this type of campaign. Left out: all."
            ),
        ] = UNSET,
        selection: Annotated[
            bool | None,
            strawberry.argument(
                description=(
                    "Only the transitions in Selection campaigns (true), or in others (false). "
                    "Left out: all."
                )
            ),
        ] = UNSET,
    ) -> Completed[list[workflow.TransitionValue]]:
        """The transition rules: the actions, the roles that may perform them, and the statuses."""
        return await workflow.workflow(
            info, campaign_type or None, None if selection is UNSET else selection
        )
