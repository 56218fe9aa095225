"""What can be asked for."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.queries import (
    campaigns,
    events,
    influencers,
    jobs,
    nodes,
    participations,
    viewer,
    workflow,
)
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
from schema.viewer import Viewer
from schema.workflow import WorkflowTransition


@strawberry.type(
    description=(
        "What can be asked for. Another's object is null, as if it did not exist; what a role may "
        "never ask for is `FORBIDDEN`."
    )
)
class Query:
    @answers(Viewer)
    async def viewer(self, info: Info) -> Completed:
        """Who the caller is."""
        return await viewer.viewer(info)

    @answers(Node | None)
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The object's global id.")],
    ) -> Completed:
        """Any object by its id. Null where there is none, or the caller may not see it."""
        return await nodes.node(info, id)

    @answers(list[Node | None])
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Global ids, at most 100.")
        ],
    ) -> Completed:
        """Objects by their ids, in the order given; null where `node` would be."""
        return await nodes.nodes(info, ids)

    @answers(Campaign | None)
    async def campaign(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The campaign's id.")],
    ) -> Completed:
        """A campaign. Null where there is none, or the caller may not see it."""
        return await campaigns.campaign(info, id)

    @answers(Connection[Campaign])
    async def campaigns(
        self,
        info: Info,
        filter: Annotated[
            CampaignFilter | None, strawberry.argument(description="Which. Left out: all.")
        ] = UNSET,
        order_by: Annotated[
            CampaignOrder, strawberry.argument(description="How they are ordered.")
        ] = CampaignOrder.CREATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """Campaigns that the caller may see.

        Staff: all. Advertisers: their own. Influencers: those visible to them, and those where
        they have a participation.
        """
        return await campaigns.campaigns(info)

    @answers(Influencer | None)
    async def influencer(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The influencer's id.")],
    ) -> Completed:
        """An influencer. Null where there is none, or the caller may not see them."""
        return await influencers.influencer(info, id)

    @answers(Connection[Influencer])
    async def influencers(
        self,
        info: Info,
        filter: Annotated[
            InfluencerFilter | None, strawberry.argument(description="Which. Left out: all.")
        ] = UNSET,
        order_by: Annotated[
            InfluencerOrder, strawberry.argument(description="How they are ordered.")
        ] = InfluencerOrder.FOLLOWERS_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """Influencers. Staff."""
        return await influencers.influencers(info)

    @answers(Participation | None)
    async def participation(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The participation's id.")],
    ) -> Completed:
        """A participation. Null where there is none, or the caller may not see it."""
        return await participations.participation(info, id)

    @answers(Connection[Participation])
    async def participations(
        self,
        info: Info,
        filter: Annotated[
            ParticipationFilter | None, strawberry.argument(description="Which. Left out: all.")
        ] = UNSET,
        order_by: Annotated[
            ParticipationOrder, strawberry.argument(description="How they are ordered.")
        ] = ParticipationOrder.UPDATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """Participations across campaigns.

        Staff: all. Advertisers: those of their campaigns. Influencers: their own.
        """
        return await participations.participations(info)

    @answers(Connection[ParticipationEvent])
    async def participation_events(
        self,
        info: Info,
        filter: Annotated[
            ParticipationEventFilter | None,
            strawberry.argument(description="Which. Left out: all."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """Everything that happened, oldest first. Staff, and advertisers for their campaigns.

        An activity feed, and the way to keep a copy in step: ask again with the last cursor seen
        as `after`.
        """
        return await events.participation_events(info)

    @answers(Connection[Participation])
    async def my_jobs(
        self,
        info: Info,
        section: Annotated[
            JobSection, strawberry.argument(description="Which section of the page.")
        ] = JobSection.IN_PROGRESS,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Completed:
        """My Job, for the calling influencer: a section, latest change first."""
        return await jobs.my_jobs(info)

    @answers(list[JobCount])
    async def my_job_counts(self, info: Info) -> Completed:
        """The badges of My Job, for the calling influencer: one row for every `JobSection`."""
        return await jobs.my_job_counts(info)

    @answers(list[WorkflowTransition])
    async def workflow(
        self,
        info: Info,
        campaign_type: Annotated[
            CampaignType | None,
            strawberry.argument(description="Only the rows of this type. Left out: all."),
        ] = UNSET,
    ) -> Completed:
        """The rule book as data: what may follow what, by whom."""
        return await workflow.workflow(info, campaign_type or None)
